// The numbers of the snapshot format, in one place. SNAPSHOT.md tells what they mean.

internal import Enrollment
internal import EventLog

enum SnapshotFormat {
    /// A byte with the high bit, a name, and line ends: a transfer as text shows.
    static let magic: [UInt8] = [0x89, 0x45, 0x53, 0x4E, 0x0D, 0x0A, 0x1A, 0x0A]
    static let version: UInt32 = 3
    static let checksumLength = 32
    /// Enrollments and commands are stored in columns, by so many at a time.
    static let blockLength = Enrollments.blockLength
    /// A frame is written when it has grown to this, at the end of a row.
    static let frameLength = 1 << 18
    /// No frame is longer: a row holds at most a few texts from events, and no event is longer than 65,535 bytes.
    static let longestFrame = 1 << 20
    /// How many snapshots stay: should the newest be damaged, the one before it is there.
    static let kept = 2

    private static let suffix = ".snapshot"
    static let temporarySuffix = ".tmp"

    static func name(_ position: Position) -> String {
        let digits = position.description
        return String(repeating: "0", count: max(0, 20 - digits.count)) + digits + suffix
    }

    /// The position that a file's name states, or nil where it is not the name of a snapshot.
    static func position(_ name: String) -> Position? {
        guard name.hasSuffix(suffix), let number = Int64(name.dropLast(suffix.count)) else { return nil }
        let position = Position(number)
        return number >= 1 && Self.name(position) == name ? position : nil
    }
}

/// What a snapshot says of itself, before the facts.
struct SnapshotHeader: Hashable {
    /// The log that it was taken of.
    var storeID: String
    var epoch: UInt32
    /// The last position whose event is in it.
    var position: Position
    /// The digest of the record at that position: two logs may share an identity and differ in what they hold.
    var recordDigest: [UInt8]
    var lastRecordedAt: Timestamp
    var stateVersion = StateAssembly.version
    var users: Int
    var courses: Int
    var terms: Int
    var enrollments: Int
    /// How many of the enrollments are pending or approved.
    var live: Int
    var commands: Int
    /// The attestations, which no row counts.
    var attestations: StreamVersion

    func encode(to bytes: inout [UInt8]) {
        ByteWriter.text(storeID, to: &bytes)
        ByteWriter.unsigned(UInt64(epoch), to: &bytes)
        ByteWriter.signed(position.rawValue, to: &bytes)
        bytes.append(contentsOf: recordDigest)
        ByteWriter.signed(lastRecordedAt.rawValue, to: &bytes)
        for number in [stateVersion, users, courses, terms, enrollments, live, commands] {
            ByteWriter.unsigned(UInt64(number), to: &bytes)
        }
        ByteWriter.signed(attestations.rawValue, to: &bytes)
    }

    init(decoding reader: inout ByteReader) throws(PayloadProblem) {
        storeID = try reader.text()
        let epoch = try reader.unsigned()
        self.epoch = UInt32(clamping: epoch)
        position = Position(try reader.signed())
        var digest: [UInt8] = []
        for _ in 0..<SnapshotFormat.checksumLength { digest.append(try reader.byte()) }
        recordDigest = digest
        lastRecordedAt = Timestamp(microseconds: try reader.signed())
        stateVersion = try reader.count()
        users = try reader.count()
        courses = try reader.count()
        terms = try reader.count()
        enrollments = try reader.count()
        live = try reader.count()
        commands = try reader.count()
        attestations = StreamVersion(try reader.signed())
        guard reader.isAtEnd else { throw PayloadProblem(message: "its header has a part too many") }
    }

    init(_ replay: Replay, of log: LogReader, recordDigest: [UInt8]) {
        storeID = log.id.description
        epoch = log.epoch
        position = replay.position
        self.recordDigest = recordDigest
        lastRecordedAt = replay.lastRecordedAt
        users = replay.state.users.count
        courses = replay.state.courses.count
        terms = replay.state.terms.count
        enrollments = replay.state.enrollments.count
        live = replay.state.liveEnrollmentCount
        commands = replay.remembered.count
        attestations = replay.state.attestationsVersion
    }

    /// Memory is reserved by these counts: none may be more than the file can hold, nor than there are events.
    func checkCounts(fileLength: Int64) throws(PayloadProblem) {
        var rest = fileLength
        // The fewest bytes of a row each: SnapshotRows.swift.
        for (count, length) in [(users, 6), (courses, 8), (terms, 15), (enrollments, 3), (commands, 17)] {
            let (bytes, overflow) = Int64(count).multipliedReportingOverflow(by: Int64(length))
            guard !overflow, bytes <= rest, Int64(count) <= position.rawValue else {
                throw PayloadProblem(message: "it counts more than it can hold")
            }
            rest -= bytes
        }
        guard live <= enrollments, commands <= RememberedCommands.window else {
            throw PayloadProblem(message: "its counts do not fit each other")
        }
    }
}

extension ByteReader {
    /// How many of something there are.
    mutating func count() throws(PayloadProblem) -> Int {
        guard let count = Int(exactly: try unsigned()) else { throw PayloadProblem(message: "a count is out of range") }
        return count
    }
}
