// Start here: what the engine parses: commands from strangers, and payloads from files. The bridge is FuzzDriver.
//
// Whatever comes in, a parser answers or throws; it never traps. What it answers survives the way back and forth.

import EventLog
import FuzzDriver

@testable import Enrollment
@testable import EnrollmentEngine

/// What SwiftPM links as the program's main function.
@_cdecl("FuzzEngine_main")
public func fuzzMain(_ argc: Int32, _ argv: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32 {
    runFuzzer(argc, argv, over: Parsers.all)
}

/// The parsers of everything that comes to the engine from outside.
enum Parsers {
    static let all: [FuzzTarget] = [
        json, command, command, text, event, event, recordedCommand, history, history, rows, columns,
    ]

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

    /// A command that stands whole in the log, in the schema that the first byte says.
    @Sendable static func recordedCommand(_ bytes: UnsafeRawBufferPointer) {
        guard let first = bytes.first else { return }
        let schema = first & 1 == 0 ? EventCodec.version : EventCodec.sealedVersion
        var reader = ByteReader(UnsafeRawBufferPointer(rebasing: bytes[1...]))
        reader.schema = schema
        guard let (command, version) = try? CommandCodec.decode(&reader) else { return }
        var again: [UInt8] = []
        CommandCodec.encode(command, expectedVersion: version, schema: schema, to: &again)
        again.withUnsafeBytes { buffer in
            var reader = ByteReader(buffer)
            reader.schema = schema
            let second = try? CommandCodec.decode(&reader)
            precondition(second?.0 == command && second?.1 == version && reader.isAtEnd)
        }
    }

    /// A history that no engine wrote: what the state says can follow, does.
    @Sendable static func history(_ bytes: UnsafeRawBufferPointer) {
        var state = EnrollmentState()
        var rest = bytes[...]
        var recordedAt: Int64 = 0
        while rest.count > 3 {
            let start = rest.startIndex
            let stream = UInt64(rest[start + 1])
            let end = min(rest.endIndex, start + 3 + Int(rest[start + 2] % 64))
            let payload = UnsafeRawBufferPointer(rebasing: rest[start + 3..<end])
            recordedAt += 1
            if let decoded = try? EventCodec.decode(type: rest[start] & 0x7F, stream: stream, payload: payload),
                state.canEvolve(decoded.event)
            {
                let time = EventTime(recordedAt: Timestamp(microseconds: recordedAt), effectiveAt: decoded.effectiveAt)
                state.evolve(decoded.event, at: time)
            }
            rest = rest[end...]
        }
    }

    /// The rows of a snapshot, in their order, as many as the first bytes say.
    @Sendable static func rows(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count > 4 else { return }
        let counts = bytes.prefix(4).map { Int($0 % 8) }
        var reader = ByteReader(UnsafeRawBufferPointer(rebasing: bytes[4...]))
        var state = StateAssembly(users: counts[0], courses: counts[1], terms: counts[2], live: counts[3])
        do {
            for _ in 0..<counts[0] { try SnapshotRows.addUser(&reader, to: &state) }
            for _ in 0..<counts[1] { try SnapshotRows.addCourse(&reader, to: &state) }
            for _ in 0..<counts[2] { try SnapshotRows.addTerm(&reader, to: &state) }
            var columns = Enrollments.Columns()
            try SnapshotColumns.addEnrollments(counts[3], from: &reader, by: &columns, to: &state)
            // Some negative, as a damaged snapshot may have it.
            let attestations = StreamVersion(Int64(Int8(bitPattern: bytes[0])))
            _ = try state.finished(events: 100, live: counts[3], attestations: attestations)
        } catch {
            return
        }
    }

    /// Columns of numbers, and those of the remembered commands.
    @Sendable static func columns(_ bytes: UnsafeRawBufferPointer) {
        guard let first = bytes.first else { return }
        let rest = UnsafeRawBufferPointer(rebasing: bytes[1...])
        var reader = ByteReader(rest)
        var numbers: [Int64] = []
        if (try? SnapshotColumns.decode(Int(first), from: &reader, to: &numbers)) != nil {
            precondition(numbers.count == Int(first))
        }
        var remembered = RememberedCommands()
        var last: Int64 = 0
        var again = ByteReader(rest)
        try? SnapshotColumns.addCommands(Int(first), from: &again, after: &last, through: 1 << 40, to: &remembered)
    }
}
