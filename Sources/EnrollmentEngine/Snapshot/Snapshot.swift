// Start here for snapshots: what one file holds, written in one pass and read in one. SNAPSHOT.md is the format.
//
// A snapshot saves an opening the replay of the events before it. It is derived from the log, never believed without
// proof, and can be deleted at any time.

internal import Crypto
internal import Enrollment
internal import EventLog

enum Snapshot {
    /// What a file must be a snapshot of.
    struct Expectation {
        let log: LogReader
        let position: Position

        /// The record at the position, and its digest.
        func record() throws(EngineError) -> (LogRecord, digest: [UInt8]) {
            let record = try translating { () throws(LogError) in
                var records = try log.records(from: position, through: position)
                return try records.next()
            }
            guard let record, record.position == position else {
                throw EngineError(.damaged, "The log has no record at position \(position), where one is durable.")
            }
            return (record, Array(SHA256.hash(data: record.canonicalEncoding())))
        }
    }

    static func write(
        _ replay: borrowing Replay, _ header: SnapshotHeader, to descriptor: Int32, _ fileSystem: any FileSystem
    ) throws(FileSystemError) {
        var frames = try SnapshotFrameWriter(descriptor, fileSystem)
        header.encode(to: &frames.bytes)
        try frames.endFrame()
        for user in replay.state.users {
            SnapshotRows.encode(user, to: &frames.bytes)
            try frames.endRow()
        }
        for course in replay.state.courses {
            SnapshotRows.encode(course, to: &frames.bytes)
            try frames.endRow()
        }
        for term in replay.state.terms {
            SnapshotRows.encode(term, to: &frames.bytes)
            try frames.endRow()
        }
        var columns = Enrollments.Columns()
        for block in 0..<replay.state.enrollments.blockCount {
            replay.state.enrollments.copyBlock(block, to: &columns)
            SnapshotColumns.encode(columns, to: &frames.bytes)
            try frames.endRow()
        }
        for start in stride(from: 0, to: replay.remembered.count, by: SnapshotFormat.blockLength) {
            let block = start..<min(start + SnapshotFormat.blockLength, replay.remembered.count)
            SnapshotColumns.encode(replay.remembered, block, to: &frames.bytes)
            try frames.endRow()
        }
        try frames.finish()
    }

    /// Reads a snapshot that proves to be of the log and the position that were expected.
    ///
    /// - Throws: `SnapshotFailure.unusable` for anything wrong with the file, `.log` where the log itself cannot be
    /// read.
    static func read(
        _ descriptor: Int32, _ fileSystem: any FileSystem, _ expected: Expectation
    ) throws(SnapshotFailure) -> Replay {
        do {
            let frames = try SnapshotFrameReader(descriptor, fileSystem)
            guard let frame = try frames.next() else { throw PayloadProblem(message: "it is empty") }
            var bytes = ByteReader(frame)
            let header = try SnapshotHeader(decoding: &bytes)
            try header.check(expected)
            try header.checkCounts(fileLength: frames.fileLength)
            let (record, digest) = try expected.record()
            guard header.recordDigest == digest, header.lastRecordedAt.rawValue == record.recordedAt else {
                throw PayloadProblem(message: "it is of another history: the log has another event at its position")
            }
            var rows = SnapshotRowReader(frames)
            let state = try rows.state(header)
            guard state.version(of: EventStream(key: record.stream)).rawValue == record.version else {
                throw PayloadProblem(message: "it is of another history: a stream has another version")
            }
            let remembered = try rows.remembered(header)
            try rows.finish()
            return Replay(
                state: state, remembered: remembered, lastRecordedAt: header.lastRecordedAt,
                position: header.position)
        } catch let problem as PayloadProblem {
            throw .unusable(problem.message)
        } catch let error as EngineError {
            throw .log(error)
        } catch {
            throw .unusable("\(error)")
        }
    }
}

/// Why a snapshot gave nothing.
enum SnapshotFailure: Error {
    /// What is wrong with the file.
    case unusable(String)
    /// The log itself cannot be read at the snapshot's position, which no snapshot makes good.
    case log(EngineError)
}

extension SnapshotHeader {
    fileprivate func check(_ expected: Snapshot.Expectation) throws(PayloadProblem) {
        guard storeID == expected.log.id.description else {
            throw PayloadProblem(message: "it is of another store, \(storeID)")
        }
        guard epoch == expected.log.epoch else {
            throw PayloadProblem(message: "it is of epoch \(epoch), and the log is in epoch \(expected.log.epoch)")
        }
        guard position == expected.position else {
            throw PayloadProblem(message: "it holds the events through \(position), unlike its name")
        }
        guard stateVersion == StateAssembly.version else {
            throw PayloadProblem(
                message: "its state has version \(stateVersion), and this program makes \(StateAssembly.version)")
        }
    }
}

/// Pulls rows out of frames.
private struct SnapshotRowReader {
    private let frames: SnapshotFrameReader
    private var reader = ByteReader(UnsafeRawBufferPointer(start: nil, count: 0))

    init(_ frames: SnapshotFrameReader) { self.frames = frames }

    mutating func state(_ header: SnapshotHeader) throws(PayloadProblem) -> EnrollmentState {
        var state = StateAssembly(
            users: header.users, courses: header.courses, terms: header.terms, live: header.live)
        try forEach(header.users) { row throws(PayloadProblem) in try SnapshotRows.addUser(&row, to: &state) }
        try forEach(header.courses) { row throws(PayloadProblem) in try SnapshotRows.addCourse(&row, to: &state) }
        try forEach(header.terms) { row throws(PayloadProblem) in try SnapshotRows.addTerm(&row, to: &state) }
        var columns = Enrollments.Columns()
        try forEachBlock(of: header.enrollments) { block, count throws(PayloadProblem) in
            try SnapshotColumns.addEnrollments(count, from: &block, by: &columns, to: &state)
        }
        return try SnapshotRows.possible { () throws(ImpossibleState) in
            try state.finished(
                events: header.position.rawValue, live: header.live, attestations: header.attestations)
        }
    }

    mutating func remembered(_ header: SnapshotHeader) throws(PayloadProblem) -> RememberedCommands {
        var remembered = RememberedCommands()
        remembered.reserveCapacity(header.commands)
        var last: Int64 = 0
        try forEachBlock(of: header.commands) { block, count throws(PayloadProblem) in
            try SnapshotColumns.addCommands(
                count, from: &block, after: &last, through: header.position.rawValue, to: &remembered)
        }
        return remembered
    }

    /// A row, or a block of columns, lies within one frame.
    @inline(__always)
    private mutating func forEach(
        _ count: Int, _ body: (inout ByteReader) throws(PayloadProblem) -> Void
    ) throws(PayloadProblem) {
        for _ in 0..<count {
            if reader.isAtEnd {
                guard let frame = try frames.next() else { throw PayloadProblem(message: "rows are missing") }
                reader = ByteReader(frame)
            }
            try body(&reader)
        }
    }

    private mutating func forEachBlock(
        of total: Int, _ body: (inout ByteReader, _ count: Int) throws(PayloadProblem) -> Void
    ) throws(PayloadProblem) {
        var rest = total
        while rest > 0 {
            let count = min(rest, SnapshotFormat.blockLength)
            try forEach(1) { block throws(PayloadProblem) in try body(&block, count) }
            rest -= count
        }
    }

    mutating func finish() throws(PayloadProblem) {
        guard reader.isAtEnd, try frames.next() == nil else {
            throw PayloadProblem(message: "it has more rows than it counts")
        }
    }
}
