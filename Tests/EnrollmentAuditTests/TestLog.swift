// Logs in memory whose records a test can count on, honest ones and those that somebody wrote again.

import EnrollmentAudit
import EnrollmentTesting
import EventLog
import Testing
import Transparency

/// A log on a disk of its own, which its proof tree shares.
struct TestLog {
    static let path = "/log"
    static let treePath = "/transparency"
    let disk: InMemoryFileSystem

    /// A log of `count` records; the payload of the record at `changed` is another than usual.
    init(_ count: Int, changed: Int? = nil, on disk: InMemoryFileSystem = InMemoryFileSystem()) throws {
        self.disk = disk
        try Self.fill(try EventLog.create(at: Self.path, fileSystem: disk), 1...max(1, count), changed, count)
    }

    /// Appends records up to `count`.
    func grow(to count: Int) throws {
        let log = try EventLog.open(at: Self.path, fileSystem: disk)
        try Self.fill(log, Int(log.lastPosition.rawValue) + 1...count, nil, count)
    }

    private static func fill(_ log: EventLog, _ range: ClosedRange<Int>, _ changed: Int?, _ count: Int) throws {
        var batch = LogBatch()
        var next = range.lowerBound
        while next <= count {
            batch.reset(commandID: CommandID(high: 7, low: UInt64(next)), actor: 1, recordedAt: Int64(next))
            for position in next...min(next + 499, count) {
                batch.append(type: 3, stream: UInt64(position % 9), version: Int64(position)) { payload in
                    payload.append(contentsOf: [UInt8(truncatingIfNeeded: position), position == changed ? 1 : 0])
                }
            }
            try log.waitUntilDurableBlocking(try log.enqueue(batch).upperBound)
            next += 500
        }
        try log.close()
    }

    func tree() throws -> ProofTree { try tree(over: self) }

    /// The tree on this disk, over the log of another.
    func tree(over other: TestLog) throws -> ProofTree {
        ProofTree(
            at: Self.treePath, of: try LogReader.open(at: Self.path, fileSystem: other.disk), fileSystem: disk)
    }

    /// The root over the first records, by the canonical encodings that a cursor gives one by one.
    func root(_ size: Int) throws -> TreeHash {
        var tree = GrowingTree()
        guard size > 0 else { return tree.root }
        var cursor = try LogReader.open(at: Self.path, fileSystem: disk).records(
            from: 1, through: Position(Int64(size)))
        while let record = try cursor.next() { tree.append(.leaf(record.canonicalEncoding())) }
        try #require(tree.size == Int64(size))
        return tree.root
    }

    /// The files of the tree, with what they hold.
    func treeFiles() throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        var folders = [Self.treePath]
        while let folder = folders.popLast() {
            guard try disk.status(folder) != nil else { continue }
            for name in try disk.list(folder) {
                let path = folder + "/" + name
                if try disk.status(path)?.kind == .directory {
                    folders.append(path)
                } else {
                    files[path] = try disk.bytes(of: path)
                }
            }
        }
        return files
    }

    func tiles() throws -> [String: [UInt8]] { try treeFiles().filter { $0.key.contains("/tile/") } }
}

extension InMemoryFileSystem {
    func bytes(of path: String) throws -> [UInt8] {
        let file = try open(path, .read)
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: Int(try size(file)))
        _ = try bytes.withUnsafeMutableBytes { try read(file, into: $0, at: 0) }
        return bytes
    }

    func replace(_ path: String, _ bytes: [UInt8]) throws {
        let file = try open(path, .createOrTruncate)
        defer { close(file) }
        _ = try bytes.withUnsafeBytes { try write(file, $0, at: 0) }
    }

    /// Turns one bit of a file over.
    func flip(_ path: String, byte: Int) throws {
        var bytes = try bytes(of: path)
        bytes[byte] ^= 0x10
        try replace(path, bytes)
    }
}

/// The code of the error that a closure throws; `nil` where it throws none.
func code(_ work: () throws -> Void) -> AuditError.Code? {
    do {
        try work()
        return nil
    } catch { return (error as? AuditError)?.code ?? AuditError.Code.io }
}
