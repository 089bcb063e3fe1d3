// The small logs that are damaged: closed, in use, without TAIL, and sealed; with what look-ups in them must give.

internal import EventLog

/// A small log to damage.
struct DamagedLog {
    enum Life: CaseIterable {
        /// Closed segments and confirm blocks; nothing is active.
        case closed
        /// As a power cut leaves it: the last group is proven by TAIL alone.
        case active
        /// The same without TAIL.
        case withoutTail
        /// Sealed segments in front, then one that is closed, and one in use.
        case sealed

        /// So small that sealing makes one segment of two at most.
        fileprivate var segmentBytes: Int64 {
            switch self {
            case .closed: 4500
            case .sealed: 9000
            case .active, .withoutTail: 64 << 20
            }
        }
    }

    let life: Life
    let state: DiskState
    let oracle: Oracle
    /// All records, and those that something beside TAIL proves.
    let records: Int
    let proven: Int
    /// For each segment, where acknowledged bytes end.
    let ends: [String: Int]
    let lookUps: [LookUp]

    init(_ life: Life, seed: UInt64) throws {
        self.life = life
        let disk = SimulatedDisk()
        var script = Script("damaged", [], segmentBytes: life.segmentBytes, confirms: true)
        let author = Author(script, BatchSource(seed: seed), on: FaultyFileSystem(on: disk))
        try author.create()
        for payload in [8, 200] { try author.run(.append(records: 2, payload: payload)) }
        try author.run(.reopen)
        try author.run(.append(records: 3, payload: 30))
        if life == .sealed { try Self.seal(author) }
        try author.close()
        proven = author.source.expected.count
        lookUps = LookUp.all(author.source, life)
        guard life != .closed else {
            state = disk.state.afterProcessDeath
            records = proven
            oracle = Oracle(author.source)
            ends = try Self.ends(SimulatedDisk(state))
            return
        }
        script.confirms = false
        let last = Author(script, author.source, on: FaultyFileSystem(on: disk))
        try last.open()
        try last.run(.append(records: 2, payload: 90))
        var state = disk.state.afterProcessDeath
        ends = try Self.ends(SimulatedDisk(state))
        if life == .withoutTail { state.set(logPath + "/TAIL", nil) }
        self.state = state
        records = last.source.expected.count
        oracle = Oracle(last.source)
        try last.close()
    }

    /// Seals what is closed, segments together where they are small; then adds one that is closed.
    private static func seal(_ author: Author) throws {
        try author.run(.reopen)
        try author.run(.append(records: 4, payload: 60))
        try author.run(.reopen)
        guard let report = try author.log?.seal(), report.segments > 0, report.sources > 2 else {
            throw Author.Stalled(description: "nothing was sealed")
        }
        try author.run(.append(records: 4, payload: 120))
    }

    private static func ends(_ disk: SimulatedDisk) throws -> [String: Int] {
        var ends: [String: Int] = [:]
        let reader = try LogReader.open(at: logPath, fileSystem: disk)
        let last = try reader.lastPosition()
        for segment in try reader.segments() where segment.lastPosition <= last {
            ends[logPath + "/" + segment.name] = Int(segment.bytes)
        }
        return ends
    }

    /// How many bytes of a file are damaged: for segments all that was ever written, and a little more.
    func extent(_ path: String, _ bytes: [UInt8]) -> Int {
        guard path.hasSuffix(".log"), let used = bytes.lastIndex(where: { $0 != 0 }) else { return bytes.count }
        return min(bytes.count, used + 1 + 64)
    }
}

/// A look-up in a log, and what it must give.
struct LookUp: Sendable {
    let name: String
    /// Says what differs from what must be found; `nil` when nothing does.
    let difference: @Sendable (LogReader) throws -> String?

    /// Look-ups that enter the log anywhere but at its beginning; none where nothing is sealed.
    static func all(_ source: BatchSource, _ life: DamagedLog.Life) -> [LookUp] {
        let expected = source.expected
        guard life == .sealed, let middle = expected.dropFirst(expected.count / 3).first else { return [] }
        let last = Position(Int64(expected.count))
        return [
            records("from \(middle.position)", Array(expected[Int(middle.position.rawValue - 1)...])) {
                try $0.records(from: middle.position, through: last)
            },
            records("of stream \(middle.stream)", expected.filter { $0.stream == middle.stream }.reversed()) {
                try $0.records(
                    from: 1, through: last, order: .descending, matching: RecordFilter(streams: [middle.stream]))
            },
            records("of type \(middle.type)", expected.filter { $0.type == middle.type }) {
                try $0.records(from: 1, through: last, matching: RecordFilter(types: [middle.type]))
            },
            position("at or after", expected.first { $0.recordedAt >= middle.recordedAt }) {
                try $0.firstPosition(atOrAfter: middle.recordedAt)
            },
            position("at or before", expected.last { $0.recordedAt <= middle.recordedAt }) {
                try $0.lastPosition(atOrBefore: middle.recordedAt)
            },
        ]
    }

    private static func records(
        _ name: String, _ expected: [LogRecord], _ find: @escaping @Sendable (LogReader) throws -> RecordCursor
    ) -> LookUp {
        LookUp(name: "records \(name)") { reader in
            var cursor = try find(reader)
            var found: [LogRecord] = []
            while let record = try cursor.next() { found.append(record) }
            return found == expected
                ? nil : "records \(name): \(found.count) were found, \(expected.count) were appended"
        }
    }

    private static func position(
        _ name: String, _ expected: LogRecord?, _ find: @escaping @Sendable (LogReader) throws -> Position?
    ) -> LookUp {
        LookUp(name: "the position \(name) a time") { reader in
            let found = try find(reader)
            return found == expected?.position ? nil : "the position \(name) a time is \(found as Any)"
        }
    }
}
