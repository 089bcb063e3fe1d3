// A file system with a trace of all calls, and one of them failing on request.

package import EventLog
import EnrollmentTesting
import Glibc
import Synchronization

/// Passes calls on, counts those that can fail, and refuses chosen ones.
package final class FaultyFileSystem: FileSystem {
    private struct State {
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
    private let box = Mutex(State())

    package init(
        on base: any FileSystem = PosixFileSystem(), failing number: Int? = nil, errno: Int32 = EIO,
        isSticky: Bool = false
    ) {
        self.base = base
        if let number { box.withLock { $0.failing = (number, errno, isSticky) } }
    }

    package var trace: [String] { box.withLock { $0.trace } }

    /// Refuses every write that makes a file longer, as a full disk does.
    package var isFull: Bool {
        get { box.withLock { $0.isFull } }
        set { box.withLock { $0.isFull = newValue } }
    }

    /// Transfers at most so many bytes a write.
    package var longestWrite: Int {
        get { box.withLock { $0.longestWrite } }
        set { box.withLock { $0.longestWrite = newValue } }
    }

    package func refuse(_ operation: String, _ suffix: String, _ errno: Int32) {
        box.withLock { $0.refused = (operation, suffix, errno) }
    }

    package func relent() { box.withLock { $0.refused = nil } }

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

    package func open(_ path: String, _ access: FileAccess) throws(FileSystemError) -> Int32 {
        try note("open", path)
        let descriptor = try base.open(path, access)
        box.withLock { $0.names[descriptor] = path }
        return descriptor
    }

    package func close(_ descriptor: Int32) { base.close(descriptor) }

    package func read(
        _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
    ) throws(FileSystemError) -> Int {
        try note("read", name(descriptor))
        return try base.read(descriptor, into: buffer, at: offset)
    }

    package func write(
        _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int64
    ) throws(FileSystemError) -> Int {
        try note("write", name(descriptor))
        let (longest, isFull) = box.withLock { ($0.longestWrite, $0.isFull) }
        if isFull, try offset + Int64(bytes.count) > base.size(descriptor) {
            throw FileSystemError(operation: "write", path: name(descriptor), errno: ENOSPC)
        }
        return try base.write(descriptor, UnsafeRawBufferPointer(rebasing: bytes.prefix(longest)), at: offset)
    }

    package func sync(_ descriptor: Int32) throws(FileSystemError) {
        try note("sync", name(descriptor))
        try base.sync(descriptor)
    }

    package func truncate(_ descriptor: Int32, to length: Int64) throws(FileSystemError) {
        try note("truncate", name(descriptor))
        try base.truncate(descriptor, to: length)
    }

    package func size(_ descriptor: Int32) throws(FileSystemError) -> Int64 {
        try note("size", name(descriptor))
        return try base.size(descriptor)
    }

    package func lock(_ descriptor: Int32) throws(FileSystemError) -> Bool { try base.lock(descriptor) }

    package func status(_ path: String) throws(FileSystemError) -> FileStatus? {
        try note("status", path)
        return try base.status(path)
    }

    package func createDirectory(_ path: String) throws(FileSystemError) {
        try note("mkdir", path)
        try base.createDirectory(path)
    }

    package func syncDirectory(_ path: String) throws(FileSystemError) {
        try note("syncDirectory", path)
        try base.syncDirectory(path)
    }

    package func list(_ path: String) throws(FileSystemError) -> [String] {
        try note("list", path)
        return try base.list(path)
    }

    package func rename(_ source: String, to destination: String) throws(FileSystemError) {
        try note("rename", source)
        try base.rename(source, to: destination)
    }

    package func unlink(_ path: String) throws(FileSystemError) {
        try note("unlink", path)
        try base.unlink(path)
    }
}
