// What is wrong with a text that should have been a command.

public import EventLog

/// Why a text is not a command: the place, and what was expected there.
public struct CommandJSONError: Error, Hashable, Sendable {
    /// The place in the line, in characters from 1; nil where something is missing altogether.
    public let column: Int?
    /// The field concerned, where it is one.
    public let field: String?
    /// What was expected and what was found.
    public let reason: String
    /// The command's id, where the text has a readable one.
    public internal(set) var commandID: CommandID?

    /// About a text that could not be looked at in detail.
    public init(reason: String) {
        column = nil
        field = nil
        self.reason = reason
    }
}

extension CommandJSONError: CustomStringConvertible {
    /// `column 14: user: expected an id, found "x"`.
    public var description: String {
        let place = column.map { "column \($0): " } ?? ""
        let name = field.map { "\($0): " } ?? ""
        return place + name + reason
    }
}

extension CommandJSONError {
    /// At a byte offset of a line.
    init(_ line: ArraySlice<UInt8>, offset: Int?, field: String? = nil, reason: String) {
        // Continuation bytes do not begin a character, and a place in the middle of one belongs to it.
        column = offset.map { offset in line.prefix(offset).count { $0 & 0xC0 != 0x80 } + 1 }
        self.field = field
        self.reason = reason
    }
}
