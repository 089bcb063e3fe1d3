// Start here: what the engine parses: commands from strangers, and payloads from files. The bridge is FuzzDriver.
//
// Whatever comes in, a parser answers or throws; it never traps. What it answers survives the way back and forth.

import Enrollment
import EventLog
import FuzzDriver

@testable import EnrollmentEngine

/// What SwiftPM links as the program's main function.
@_cdecl("FuzzEngine_main")
public func fuzzMain(_ argc: Int32, _ argv: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32 {
    runFuzzer(argc, argv, over: Parsers.all)
}

/// The parsers of everything that comes to the engine from outside.
enum Parsers {
    static let all: [FuzzTarget] = [json, command, command, text, event, event, recordedCommand]

    /// Names that nobody has: an id of the outside world finds nothing.
    private struct NoNames: SourceIDs {
        func user(sourceID: String) -> UserID? { sourceID.utf8.count == 1 ? 7 : nil }
        func course(sourceID: String) -> CourseID? { nil }
        func term(sourceID: String) -> TermID? { nil }
    }

    private static let calendar: StoreCalendar = {
        do {
            return try StoreCalendar(timeZone: "Asia/Seoul")
        } catch {
            preconditionFailure("the machine has no time zones: \(error)")
        }
    }()
    private static let commands = CommandJSON(calendar: calendar, sourceIDs: NoNames())

    @Sendable static func json(_ bytes: UnsafeRawBufferPointer) { _ = try? JSONParser.parse(Array(bytes)[...]) }

    /// A line as a client would send it, with the name of a command in front, so that inputs reach the fields.
    @Sendable static func command(_ bytes: UnsafeRawBufferPointer) {
        guard let first = bytes.first else { return }
        let names = CommandKind.allCases
        let kind = names[Int(first) % names.count]
        let head = "{\"actor\":\"system\",\"command\":\"\(kind.name)\","
        _ = try? commands.decode((Array(head.utf8) + Array(bytes.dropFirst()))[...])
        _ = try? commands.decode(Array(bytes)[...])
    }

    /// An instant in any of its written forms.
    @Sendable static func text(_ bytes: UnsafeRawBufferPointer) {
        let text = String(decoding: bytes, as: UTF8.self)
        _ = calendar.timestamp(text)
        _ = Timestamp.parsing(utc: text)
    }

    /// The payload of a record: what is understood is written again as the same bytes.
    @Sendable static func event(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count > 4 else { return }
        let stream = UInt64(bytes[1]) | UInt64(bytes[2]) << 8 | UInt64(bytes[3]) << 56
        let payload = UnsafeRawBufferPointer(rebasing: bytes[4...])
        let type = bytes[0] & 0x7F
        guard let decoded = try? EventCodec.decode(type: type, stream: stream, payload: payload) else { return }
        var again: [UInt8] = []
        EventCodec.encode(decoded.event, effectiveAt: decoded.effectiveAt, command: decoded.command, to: &again)
        let second = again.withUnsafeBytes { try? EventCodec.decode(type: type, stream: stream, payload: $0) }
        precondition(second?.event == decoded.event && second?.effectiveAt == decoded.effectiveAt)
    }

    /// A command that stands whole in the log.
    @Sendable static func recordedCommand(_ bytes: UnsafeRawBufferPointer) {
        var reader = ByteReader(bytes)
        guard let (command, version) = try? CommandCodec.decode(&reader) else { return }
        var again: [UInt8] = []
        CommandCodec.encode(command, expectedVersion: version, to: &again)
        again.withUnsafeBytes { buffer in
            var reader = ByteReader(buffer)
            let second = try? CommandCodec.decode(&reader)
            precondition(second?.0 == command && second?.1 == version && reader.isAtEnd)
        }
    }
}
