// A file system with a trace of all calls, and one of them failing on request.

import EventLog
import Foundation
import Synchronization

/// Passes calls on, counts those that can fail, and refuses chosen ones.
final class FaultyFileSystem: FileSystem {
    struct State {
        var trace: [String] = []
        var names: [Int32: String] = [:]
        /// Which calls to refuse: their number in the trace, and whether all later ones fail too.
        var failing: (number: Int, errno: Int32, isSticky: Bool)?
        /// Refuses every call of one operation on paths with this ending.
        var refused: (operation: String, suffix: String, errno: Int32)?
        /// Refuses every write that makes a file longer, as a full disk does.
        var isFull = false
        /// Transfers at most so many bytes a write.
        var longestWrite = Int.max
    }

    private let base: any FileSystem
    let box = Mutex(State())

    init(
        on base: any FileSystem = PosixFileSystem(), failing number: Int? = nil, errno: Int32 = EIO,
        isSticky: Bool = false
    ) {
        self.base = base
        if let number { box.withLock { $0.failing = (number, errno, isSticky) } }
    }

    var trace: [String] { box.withLock { $0.trace } }

    func refuse(_ operation: String, _ suffix: String, _ errno: Int32) {
        box.withLock { $0.refused = (operation, suffix, errno) }
    }

    func relent() { box.withLock { $0.refused = nil } }

    private func note(_ operation: String, _ path: String) throws(FileSystemError) {
        let number = box.withLock { state -> Int32? in
            state.trace.append(operation + " " + (path.split(separator: "/").last.map(String.init) ?? ""))
            if let refused = state.refused, refused.operation == operation, path.hasSuffix(refused.suffix) {
                return refused.errno
            }
            guard let failing = state.failing else { return nil }
            let count = state.trace.count
            return count == failing.number || failing.isSticky && count > failing.number ? failing.errno : nil
        }
        if let number { throw FileSystemError(operation: operation, path: path, errno: number) }
    }

    private func name(_ descriptor: Int32) -> String { box.withLock { $0.names[descriptor] ?? "?" } }

    func open(_ path: String, _ access: FileAccess) throws(FileSystemError) -> Int32 {
        try note("open", path)
        let descriptor = try base.open(path, access)
        box.withLock { $0.names[descriptor] = path }
        return descriptor
    }

    func close(_ descriptor: Int32) { base.close(descriptor) }

    func read(
        _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
    ) throws(FileSystemError) -> Int {
        try note("read", name(descriptor))
        return try base.read(descriptor, into: buffer, at: offset)
    }

    func write(
        _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int64
    ) throws(FileSystemError) -> Int {
        try note("write", name(descriptor))
        let (longest, isFull) = box.withLock { ($0.longestWrite, $0.isFull) }
        if isFull, try offset + Int64(bytes.count) > base.size(descriptor) {
            throw FileSystemError(operation: "write", path: name(descriptor), errno: ENOSPC)
        }
        return try base.write(descriptor, UnsafeRawBufferPointer(rebasing: bytes.prefix(longest)), at: offset)
    }

    func sync(_ descriptor: Int32) throws(FileSystemError) {
        try note("sync", name(descriptor))
        try base.sync(descriptor)
    }

    func truncate(_ descriptor: Int32, to length: Int64) throws(FileSystemError) {
        try note("truncate", name(descriptor))
        try base.truncate(descriptor, to: length)
    }

    func size(_ descriptor: Int32) throws(FileSystemError) -> Int64 {
        try note("size", name(descriptor))
        return try base.size(descriptor)
    }

    func lock(_ descriptor: Int32) throws(FileSystemError) -> Bool { try base.lock(descriptor) }

    func status(_ path: String) throws(FileSystemError) -> FileStatus? {
        try note("status", path)
        return try base.status(path)
    }

    func createDirectory(_ path: String) throws(FileSystemError) {
        try note("mkdir", path)
        try base.createDirectory(path)
    }

    func syncDirectory(_ path: String) throws(FileSystemError) {
        try note("syncDirectory", path)
        try base.syncDirectory(path)
    }

    func list(_ path: String) throws(FileSystemError) -> [String] {
        try note("list", path)
        return try base.list(path)
    }

    func rename(_ source: String, to destination: String) throws(FileSystemError) {
        try note("rename", source)
        try base.rename(source, to: destination)
    }

    func unlink(_ path: String) throws(FileSystemError) {
        try note("unlink", path)
        try base.unlink(path)
    }
}
