// Proofs made while somebody else signs: each is whole, of the checkpoint before or of the one after.

import EnrollmentAudit
import EnrollmentTesting
import EventLog
import Synchronization
import Testing
import Transparency

@Suite struct `A proof that is made while somebody signs` {
    private let key: SignerKey

    init() throws { key = try SignerKey(name: "example.org/log", seed: [UInt8](repeating: 5, count: 32)) }

    /// The tree of the log as a prover sees it to whom `meddle` happens once, before the first file whose path has that
    /// part is looked at.
    private func prover(
        _ log: TestLog, before part: String, _ meddle: @escaping @Sendable () throws -> Void
    ) throws -> ProofTree {
        let watched = WatchedFileSystem(log.disk) { path, _, isFirst in
            guard path.contains(part), isFirst() else { return }
            do { try meddle() } catch { Issue.record(error) }
        }
        return ProofTree(
            at: TestLog.treePath, of: try LogReader.open(at: TestLog.path, fileSystem: log.disk), fileSystem: watched)
    }

    /// From 700 records to 1000 the partial tile of level 1 becomes another file, and the old one goes.
    @Test(arguments: ["/checkpoint", "/tile/"], [700, 1000, 66_000])
    func `holds, whenever the tiles of its checkpoint go`(_ part: String, _ count: Int) throws {
        let log = try TestLog(count)
        let old = try log.tree().sign(with: key)
        let grow: @Sendable () throws -> Void = { [key] in
            try log.grow(to: count + 400)
            _ = try log.tree().sign(with: key)
        }
        let inclusion = try prover(log, before: part, grow).proveInclusion(of: 300)
        try inclusion.verify(record: try log.tree().record(at: 300), with: key.verifierKey)
        let again: @Sendable () throws -> Void = { [key] in
            try log.grow(to: count + 900)
            _ = try log.tree().sign(with: key)
        }
        let consistency = try prover(log, before: part, again).proveConsistency(from: old)
        try consistency.verify(old: old, with: key.verifierKey)
    }

    @Test func `finds tiles that nobody writes over in place, also where all are made again`() throws {
        let log = try TestLog(66_000)
        let checkpoint = try log.tree().sign(with: key)
        let written = Mutex<[String]>([])
        let watched = WatchedFileSystem(log.disk) { path, access, _ in
            if path.contains("/tile/"), access != .read { written.withLock { $0.append(path) } }
        }
        let tree = ProofTree(
            at: TestLog.treePath, of: try LogReader.open(at: TestLog.path, fileSystem: log.disk), fileSystem: watched)
        #expect(try tree.sign(with: key, deep: true) == checkpoint)
        try log.disk.flip(TestLog.treePath + "/tile/1/000", byte: 7)
        #expect(try tree.sign(with: key, deep: true) == checkpoint)
        #expect(written.withLock { $0 } == [])
        try tree.proveInclusion(of: 65_000).verify(record: try tree.record(at: 65_000), with: key.verifierKey)
    }

    @Test func `is told as damage where a tile is lost and nobody signs`() throws {
        let log = try TestLog(700)
        _ = try log.tree().sign(with: key)
        for path in try log.tiles().keys { try log.disk.unlink(path) }
        let error = #expect(throws: AuditError.self) { try log.tree().proveInclusion(of: 1) }
        #expect(error?.code == .damaged && error?.message.contains("missing or damaged") == true)
    }
}

/// A disk on which something happens just before a file is opened or looked at.
private final class WatchedFileSystem: FileSystem {
    typealias Watcher = @Sendable (_ path: String, _ access: FileAccess, _ isFirst: () -> Bool) -> Void
    private let disk: InMemoryFileSystem
    private let watcher: Watcher
    private let wasCalled = Mutex(false)

    init(_ disk: InMemoryFileSystem, _ watcher: @escaping Watcher) {
        self.disk = disk
        self.watcher = watcher
    }

    private func tell(_ path: String, _ access: FileAccess) {
        watcher(path, access) {
            wasCalled.withLock { wasCalled in
                defer { wasCalled = true }
                return !wasCalled
            }
        }
    }

    func open(_ path: String, _ access: FileAccess) throws(FileSystemError) -> Int32 {
        tell(path, access)
        return try disk.open(path, access)
    }

    func status(_ path: String) throws(FileSystemError) -> FileStatus? { try disk.status(path) }
    func close(_ descriptor: Int32) { disk.close(descriptor) }
    func read(
        _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
    ) throws(FileSystemError) -> Int { try disk.read(descriptor, into: buffer, at: offset) }
    func write(
        _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int64
    ) throws(FileSystemError) -> Int { try disk.write(descriptor, bytes, at: offset) }
    func sync(_ descriptor: Int32) throws(FileSystemError) { try disk.sync(descriptor) }
    func truncate(_ descriptor: Int32, to length: Int64) throws(FileSystemError) {
        try disk.truncate(descriptor, to: length)
    }
    func size(_ descriptor: Int32) throws(FileSystemError) -> Int64 { try disk.size(descriptor) }
    func lock(_ descriptor: Int32) throws(FileSystemError) -> Bool { try disk.lock(descriptor) }
    func createDirectory(_ path: String) throws(FileSystemError) { try disk.createDirectory(path) }
    func syncDirectory(_ path: String) throws(FileSystemError) { try disk.syncDirectory(path) }
    func list(_ path: String) throws(FileSystemError) -> [String] { try disk.list(path) }
    func rename(_ source: String, to destination: String) throws(FileSystemError) {
        try disk.rename(source, to: destination)
    }
    func unlink(_ path: String) throws(FileSystemError) { try disk.unlink(path) }
}
