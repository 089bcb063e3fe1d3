// Stores with random histories and snapshots, on disks in memory whose snapshots can be changed, or fail.

import Enrollment
import EnrollmentTesting
import EventLog
import Glibc
import Synchronization
import Testing

@testable import EnrollmentEngine

/// The path at which every store of these tests lies.
let snapshotStorePath = "/store"

/// Opens the store of a disk, or makes one; snapshots come after so many events.
func openStore(
    _ disk: any FileSystem, snapshotsAfter events: Int?, create: Bool = false,
    clock: any EngineClock = ManualClock(.day(0))
) async throws -> EnrollmentEngine {
    var options = EngineOptions()
    options.fileSystem = disk
    options.snapshots = events.map { .after(events: $0) } ?? .off
    return create
        ? try await .create(at: snapshotStorePath, personalData: .plain, options: options, clock: clock)
        : try await .open(at: snapshotStorePath, options: options, clock: clock)
}

/// Random commands, given to one engine after the other.
struct RandomHistory {
    private var generator: CommandGenerator
    private let clock = ManualClock(.day(0))
    /// The last commands that were given, for retries.
    private(set) var envelopes: [CommandEnvelope] = []

    init(seed: UInt64) { generator = CommandGenerator(seed: seed) }

    /// Opens the store, gives commands, closes it.
    mutating func extend(
        _ disk: any FileSystem, by commands: Int, snapshotsAfter events: Int?, create: Bool = false
    ) async throws -> EnrollmentEngine {
        let engine = try await openStore(disk, snapshotsAfter: events, create: create, clock: clock)
        for _ in 0..<commands {
            let step = engine.read { state in generator.next(in: state) }
            clock.set(step.context.now)
            let envelope = CommandEnvelope(
                id: .random(), actor: step.context.actor, command: step.command,
                effectiveAt: step.context.effectiveAt, expectedVersion: step.context.expectedVersion)
            envelopes.append(envelope)
            _ = try engine.submit(envelope)
        }
        try await engine.close()
        return engine
    }
}

/// What replaying every event of a store gives.
func fullReplay(_ disk: any FileSystem) throws -> Replay {
    var replay = Replay()
    try replay.run(try logReader(disk), through: nil)
    return replay
}

func logReader(_ disk: any FileSystem) throws -> LogReader {
    try LogReader.open(at: snapshotStorePath + "/log", fileSystem: disk)
}

func snapshotStore(_ disk: any FileSystem) throws -> SnapshotStore {
    SnapshotStore(
        layout: StoreLayout(directory: snapshotStorePath), fileSystem: disk, log: try logReader(disk))
}

/// Everything that a replay computes, compared.
func expectSame(_ one: Replay, _ other: Replay, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(one.position == other.position, sourceLocation: sourceLocation)
    #expect(one.lastRecordedAt == other.lastRecordedAt, sourceLocation: sourceLocation)
    #expect(one.state.users == other.state.users, sourceLocation: sourceLocation)
    #expect(one.state.courses == other.state.courses, sourceLocation: sourceLocation)
    #expect(one.state.terms == other.state.terms, sourceLocation: sourceLocation)
    #expect(one.state.enrollments == other.state.enrollments, sourceLocation: sourceLocation)
    #expect(one.state.attestationsVersion == other.state.attestationsVersion, sourceLocation: sourceLocation)
    #expect(one.state.checkInvariants().isEmpty, sourceLocation: sourceLocation)
    #expect(one.remembered.count == other.remembered.count, sourceLocation: sourceLocation)
    let differs = (0..<min(one.remembered.count, other.remembered.count)).first { index in
        let (mine, theirs) = (one.remembered[index], other.remembered[index])
        return mine.id != theirs.id || mine.position != theirs.position
            || one.remembered.position(of: mine.id) != other.remembered.position(of: mine.id)
    }
    #expect(differs == nil, sourceLocation: sourceLocation)
}

extension EnrollmentEngine {
    /// What the engine holds in memory.
    var held: Replay {
        core.withLock { core in
            Replay(
                state: core.state, remembered: core.remembered, lastRecordedAt: core.lastRecordedAt,
                position: log.lastPosition)
        }
    }
}

extension FileSystem {
    /// The names of the snapshots, the oldest first.
    func snapshots() throws -> [String] { try list(snapshotStorePath + "/snapshots") }

    func bytes(ofSnapshot name: String) throws -> [UInt8] {
        try contents(of: snapshotStorePath + "/snapshots/" + name)
    }

    func contents(of path: String) throws -> [UInt8] {
        let descriptor = try open(path, .read)
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: Int(try size(descriptor)))
        let count = try bytes.withUnsafeMutableBytes { buffer in try read(descriptor, into: buffer, at: 0) }
        #expect(count == bytes.count)
        return bytes
    }

    func replaceSnapshot(_ name: String, with bytes: [UInt8]) throws {
        try replace(snapshotStorePath + "/snapshots/" + name, with: bytes)
    }

    func replace(_ path: String, with bytes: [UInt8]) throws {
        let descriptor = try open(path, .createOrTruncate)
        defer { close(descriptor) }
        _ = try bytes.withUnsafeBytes { buffer in try write(descriptor, buffer, at: 0) }
    }

    /// Writes a snapshot of any contents, in frames that fit their checksums.
    func replaceSnapshot(_ name: String, withFrames frames: [[UInt8]]) throws {
        let descriptor = try open(snapshotStorePath + "/snapshots/" + name, .createOrTruncate)
        defer { close(descriptor) }
        var writer = try SnapshotFrameWriter(descriptor, self)
        for frame in frames {
            writer.bytes.append(contentsOf: frame)
            try writer.endFrame()
        }
        try writer.finish()
    }

    /// The contents of a snapshot's frames.
    func frames(ofSnapshot name: String) throws -> [[UInt8]] {
        let descriptor = try open(snapshotStorePath + "/snapshots/" + name, .read)
        defer { close(descriptor) }
        let reader = try SnapshotFrameReader(descriptor, self)
        var frames: [[UInt8]] = []
        while let frame = try reader.next() { frames.append(Array(frame)) }
        return frames
    }
}

/// A disk on which only what happens to snapshots fails.
final class FailingSnapshotDisk: FileSystem {
    private struct State {
        var calls = 0
        var failing: ClosedRange<Int>?
        var errno: Int32 = 0
        var descriptors: Set<Int32> = []
    }

    private let disk: InMemoryFileSystem
    private let state = Mutex(State())

    init(_ disk: InMemoryFileSystem) { self.disk = disk }

    /// How many calls concerned snapshots.
    var calls: Int { state.withLock { $0.calls } }

    /// Makes these calls fail, counted from 1 and from now on.
    func fail(_ calls: ClosedRange<Int>, errno: Int32) {
        state.withLock { state in
            state.calls = 0
            state.failing = calls
            state.errno = errno
        }
    }

    private func check(_ path: String) throws(FileSystemError) {
        guard path.contains("/snapshots") else { return }
        try count(path)
    }

    private func check(_ descriptor: Int32) throws(FileSystemError) {
        guard state.withLock({ $0.descriptors.contains(descriptor) }) else { return }
        try count("a snapshot")
    }

    private func count(_ path: String) throws(FileSystemError) {
        let errno: Int32? = state.withLock { state in
            state.calls += 1
            return state.failing?.contains(state.calls) == true ? state.errno : nil
        }
        if let errno { throw FileSystemError(operation: "call", path: path, errno: errno) }
    }
}

extension FailingSnapshotDisk {
    func open(_ path: String, _ access: FileAccess) throws(FileSystemError) -> Int32 {
        try check(path)
        let descriptor = try disk.open(path, access)
        if path.contains("/snapshots") { state.withLock { _ = $0.descriptors.insert(descriptor) } }
        return descriptor
    }
    func close(_ descriptor: Int32) {
        state.withLock { _ = $0.descriptors.remove(descriptor) }
        disk.close(descriptor)
    }
    func read(
        _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
    ) throws(FileSystemError) -> Int {
        try check(descriptor)
        // Short, as a signal or a network disk makes it.
        return try disk.read(
            descriptor, into: UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(1_000)), at: offset)
    }
    func write(
        _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int64
    ) throws(FileSystemError) -> Int {
        try check(descriptor)
        return try disk.write(descriptor, UnsafeRawBufferPointer(rebasing: bytes.prefix(1_000)), at: offset)
    }
    func sync(_ descriptor: Int32) throws(FileSystemError) {
        try check(descriptor)
        try disk.sync(descriptor)
    }
    func truncate(_ descriptor: Int32, to length: Int64) throws(FileSystemError) {
        try disk.truncate(descriptor, to: length)
    }
    func size(_ descriptor: Int32) throws(FileSystemError) -> Int64 {
        try check(descriptor)
        return try disk.size(descriptor)
    }
    func lock(_ descriptor: Int32) throws(FileSystemError) -> Bool { try disk.lock(descriptor) }
    func status(_ path: String) throws(FileSystemError) -> FileStatus? {
        try check(path)
        return try disk.status(path)
    }
    func createDirectory(_ path: String) throws(FileSystemError) {
        try check(path)
        try disk.createDirectory(path)
    }
    func syncDirectory(_ path: String) throws(FileSystemError) {
        try check(path)
        try disk.syncDirectory(path)
    }
    func list(_ path: String) throws(FileSystemError) -> [String] {
        try check(path)
        return try disk.list(path)
    }
    func rename(_ source: String, to destination: String) throws(FileSystemError) {
        try check(source)
        try disk.rename(source, to: destination)
    }
    func unlink(_ path: String) throws(FileSystemError) {
        try check(path)
        try disk.unlink(path)
    }
}
