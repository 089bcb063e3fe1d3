// Reads CSV (RFC 4180) record by record, and knows the line of everything.
//
// SwiftCSV was tried first: it holds the whole file, drops blanks at the start of fields, gives no line numbers, and
// one stray quote ends the file. An import must name the line of a bad record and read on.

import Foundation

/// The directory that an importer was given, whose files have fixed names.
struct ImportDirectory {
    private let path: String

    /// - Throws: ``Failure`` where there is no such directory.
    init(_ path: String) throws {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw Failure.couldNotRun("\(path) does not exist; give the directory with the CSV files")
        }
        guard isDirectory.boolValue else {
            throw Failure.couldNotRun("\(path) is a file; give the directory that it is in")
        }
        self.path = path
    }

    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + name) }

    /// - Throws: ``Failure`` where there is no such file.
    func file(_ name: String) throws -> String {
        guard has(name) else {
            throw Failure.couldNotRun("\(path) has no \(name); give the directory with the CSV files")
        }
        return path + "/" + name
    }
}

/// A stream of records from one file, in bounded memory.
///
/// Lines end with LF or CRLF; a byte order mark is passed over, and so are empty lines. After a malformed record
/// reading goes on with the next line.
struct CSVReader {
    enum Item {
        /// The fields of a record, and the line that it starts on.
        case record([String], line: Int)
        case malformed(InputFault)
    }

    /// No record is longer: an opening quote that is never closed must not swallow the rest of a file.
    static let longestRecordBytes = 1 << 20
    private static let chunkBytes = 64 << 10

    let file: String
    private let handle: FileHandle
    private var buffer: [UInt8] = []
    private var start = 0
    private var line = 1
    private var isAtEnd = false

    /// - Throws: ``Failure`` where the file cannot be opened.
    init(path: String) throws {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw Failure.couldNotRun("\(path) does not exist; give the path of a CSV file")
        }
        guard !isDirectory.boolValue else {
            throw Failure.couldNotRun("\(path) is a directory; give the CSV file")
        }
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw Failure.couldNotRun("could not read \(path): \(systemMessage(errno)); give the path of a CSV file")
        }
        file = (path as NSString).lastPathComponent
        self.handle = handle
        try fill()
        if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { start = 3 }
    }

    /// The next record or fault; nil after the last.
    ///
    /// - Throws: ``Failure`` where reading fails.
    mutating func next() throws -> Item? {
        while true {
            switch scan() {
            case .needsMore: try fill()
            case .end: return nil
            case .blank(let end): advance(to: end)
            case .fields(let fields, let end):
                let item = Item.record(fields, line: line)
                advance(to: end)
                return item
            case .malformed(let column, let expected, let found):
                let fault = InputFault(
                    file: file, line: line, column: "field \(column)", expected: expected, found: found)
                advance(to: endOfLine())
                return .malformed(fault)
            }
        }
    }

    private enum Scan {
        case needsMore
        case end
        case blank(end: Int)
        case fields([String], end: Int)
        case malformed(column: Int, expected: String, found: String)
    }

    /// Reads one record from `start`, without moving on.
    private func scan() -> Scan {
        if start == buffer.count { return isAtEnd ? .end : .needsMore }
        let isTooLong = buffer.count - start > Self.longestRecordBytes
        var fields: [String] = []
        var index = start
        while true {
            let column = fields.count + 1
            var bytes: [UInt8] = []
            let isQuoted = index < buffer.count && buffer[index] == Self.quote
            if isQuoted {
                guard let end = closingQuote(after: index, into: &bytes) else {
                    guard isAtEnd || isTooLong else { return .needsMore }
                    return .malformed(column: column, expected: "a closing quote", found: "none")
                }
                index = end + 1
            } else {
                while index < buffer.count, !Self.endsField(buffer[index]) {
                    guard buffer[index] != Self.quote else {
                        return .malformed(
                            column: column, expected: "quotes around the whole field", found: "a bare quote")
                    }
                    bytes.append(buffer[index])
                    index += 1
                }
            }
            // What follows the field decides, and CR may have its LF in the next chunk.
            guard index + 1 < buffer.count || isAtEnd else {
                guard isTooLong else { return .needsMore }
                return .malformed(column: column, expected: "a record of at most 1 MiB", found: "a longer one")
            }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                return .malformed(column: column, expected: "UTF-8 text", found: "other bytes")
            }
            fields.append(text)
            if index < buffer.count, buffer[index] == Self.comma {
                index += 1
                continue
            }
            guard let end = lineEnd(at: index) else {
                return .malformed(column: column, expected: "a comma or the end of the line", found: "more text")
            }
            return fields == [""] && !isQuoted ? .blank(end: end) : .fields(fields, end: end)
        }
    }

    /// The place of the quote that closes the field, with the field's bytes, doubled quotes read as one.
    private func closingQuote(after opening: Int, into bytes: inout [UInt8]) -> Int? {
        var index = opening + 1
        while index < buffer.count {
            if buffer[index] == Self.quote {
                guard index + 1 < buffer.count || isAtEnd else { return nil }
                guard index + 1 < buffer.count, buffer[index + 1] == Self.quote else { return index }
                index += 1
            }
            bytes.append(buffer[index])
            index += 1
        }
        return nil
    }

    /// Where the next line begins, if a line ends at `index`.
    private func lineEnd(at index: Int) -> Int? {
        if index == buffer.count { return index }
        if buffer[index] == Self.lineFeed { return index + 1 }
        guard buffer[index] == Self.carriageReturn, index + 1 < buffer.count else { return nil }
        return buffer[index + 1] == Self.lineFeed ? index + 2 : nil
    }

    private func endOfLine() -> Int {
        buffer[start...].firstIndex(of: Self.lineFeed).map { $0 + 1 } ?? buffer.count
    }

    private mutating func advance(to end: Int) {
        for index in start..<end where buffer[index] == Self.lineFeed { line += 1 }
        start = end
    }

    private mutating func fill() throws {
        buffer.removeSubrange(..<start)
        start = 0
        do {
            let data = try handle.read(upToCount: Self.chunkBytes) ?? Data()
            isAtEnd = data.isEmpty
            buffer.append(contentsOf: data)
        } catch {
            throw Failure.couldNotRun("could not read \(file): \(error.localizedDescription)")
        }
    }

    private static let quote = UInt8(ascii: "\"")
    private static let comma = UInt8(ascii: ",")
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    private static func endsField(_ byte: UInt8) -> Bool {
        byte == comma || byte == lineFeed || byte == carriageReturn
    }
}
