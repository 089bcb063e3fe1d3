// A disk that is a dictionary: a whole store without a disk, and failures on demand.

internal import Glibc
internal import Synchronization

public import EventLog

/// A file system in memory, for tests against the true engine without a disk.
///
/// Pass it as `EngineOptions.fileSystem`. What was written stays as long as the value lives, so a store can be closed
/// and opened again. It keeps no difference between written and synced bytes: crash simulation is not its business.
public final class InMemoryFileSystem: FileSystem {
    /// The calls that can be made to fail.
    public enum Operation: Hashable, Sendable {
        /// What the log asks of a disk.
        case open, read, write, sync, truncate, rename, createDirectory, syncDirectory, list, unlink
    }

    private struct File {
        var bytes: [UInt8] = []
        var isLocked = false
    }

    private struct State {
        var files: [Int: File] = [:]
        var names: [String: Int] = [:]
        var directories: Set<String> = ["/"]
        var open: [Int32: (file: Int, path: String, holdsLock: Bool)] = [:]
        var nextFile = 0
        var nextDescriptor: Int32 = 3
        var calls: [Operation: Int] = [:]
        var faults: [Operation: (call: Int, errno: Int32, isSticky: Bool)] = [:]
    }

    private let state: Mutex<State>

    /// Makes an empty disk on which nothing fails.
    public init() { state = Mutex(State()) }

    /// The bytes of every file by its path.
    public var contents: [String: [UInt8]] {
        state.withLock { state in state.names.mapValues { state.files[$0]?.bytes ?? [] } }
    }

    /// What `other` holds, as a machine finds it after its processes are gone: no descriptors, locks or faults.
    public init(copyOf other: InMemoryFileSystem) {
        let copy = other.state.withLock { state in
            var copy = State()
            copy.files = state.files.mapValues { File(bytes: $0.bytes) }
            copy.names = state.names
            copy.directories = state.directories
            copy.nextFile = state.nextFile
            return copy
        }
        state = Mutex(copy)
    }

    /// Makes a call fail: the `call`-th from now on (1 is the next one), and all after it where `sticky`.
    public func fail(_ operation: Operation, onCall call: Int = 1, errno: Int32, sticky: Bool = false) {
        state.withLock { state in
            state.faults[operation] = (state.calls[operation, default: 0] + call, errno, sticky)
        }
    }

    /// How often a call was made, failed ones included.
    public func calls(of operation: Operation) -> Int { state.withLock { $0.calls[operation, default: 0] } }

    private func perform<Value: Sendable>(
        _ operation: Operation?, _ path: String, _ body: (inout State) throws(FileSystemError) -> Value
    ) throws(FileSystemError) -> Value {
        try state.withLock { state throws(FileSystemError) in
            if let operation {
                state.calls[operation, default: 0] += 1
                if let fault = state.faults[operation], let call = state.calls[operation],
                    call == fault.call || (fault.isSticky && call > fault.call)
                {
                    throw FileSystemError(operation: "\(operation)", path: path, errno: fault.errno)
                }
            }
            return try body(&state)
        }
    }

    private static func parent(of path: String) -> String {
        let parent = path.split(separator: "/", omittingEmptySubsequences: true).dropLast().joined(separator: "/")
        return "/" + parent
    }

    private static func normal(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/", omittingEmptySubsequences: true) where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }
}

extension InMemoryFileSystem {
    public func open(_ path: String, _ access: FileAccess) throws(FileSystemError) -> Int32 {
        let path = Self.normal(path)
        return try perform(.open, path) { state throws(FileSystemError) in
            let existing = state.names[path]
            switch access {
            case .read, .readWrite:
                guard existing != nil else { throw FileSystemError(operation: "open", path: path, errno: ENOENT) }
            case .createNew:
                guard existing == nil else { throw FileSystemError(operation: "open", path: path, errno: EEXIST) }
            case .createOrTruncate, .createIfMissing: break
            }
            let file: Int
            if let existing {
                file = existing
                if access == .createOrTruncate { state.files[file]?.bytes = [] }
            } else {
                guard state.directories.contains(Self.parent(of: path)) else {
                    throw FileSystemError(operation: "open", path: path, errno: ENOENT)
                }
                file = state.nextFile
                state.nextFile += 1
                state.files[file] = File()
                state.names[path] = file
            }
            let descriptor = state.nextDescriptor
            state.nextDescriptor += 1
            state.open[descriptor] = (file, path, false)
            return descriptor
        }
    }

    public func close(_ descriptor: Int32) {
        state.withLock { state in
            guard let entry = state.open.removeValue(forKey: descriptor) else { return }
            if entry.holdsLock { state.files[entry.file]?.isLocked = false }
        }
    }

    public func read(
        _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
    ) throws(FileSystemError) -> Int {
        let bytes = try file(descriptor, .read)
        guard offset < bytes.count else { return 0 }
        let count = min(buffer.count, bytes.count - Int(offset))
        buffer.copyBytes(from: bytes[Int(offset)..<Int(offset) + count])
        return count
    }

    public func write(
        _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int64
    ) throws(FileSystemError) -> Int {
        let copy = [UInt8](bytes)
        try change(descriptor, .write) { file in
            let end = Int(offset) + copy.count
            if file.count < end { file.append(contentsOf: repeatElement(0, count: end - file.count)) }
            file.replaceSubrange(Int(offset)..<end, with: copy)
        }
        return bytes.count
    }

    public func sync(_ descriptor: Int32) throws(FileSystemError) { try change(descriptor, .sync) { _ in } }

    public func truncate(_ descriptor: Int32, to length: Int64) throws(FileSystemError) {
        try change(descriptor, .truncate) { file in
            if file.count > length {
                file.removeLast(file.count - Int(length))
            } else {
                file.append(contentsOf: repeatElement(0, count: Int(length) - file.count))
            }
        }
    }

    public func size(_ descriptor: Int32) throws(FileSystemError) -> Int64 {
        Int64(try file(descriptor, nil).count)
    }

    public func lock(_ descriptor: Int32) throws(FileSystemError) -> Bool {
        try perform(nil, "") { state throws(FileSystemError) in
            guard let entry = state.open[descriptor], state.files[entry.file]?.isLocked == false else { return false }
            state.files[entry.file]?.isLocked = true
            state.open[descriptor]?.holdsLock = true
            return true
        }
    }

    private func file(_ descriptor: Int32, _ operation: Operation?) throws(FileSystemError) -> [UInt8] {
        try perform(operation, "") { state throws(FileSystemError) in
            guard let entry = state.open[descriptor], let file = state.files[entry.file] else {
                throw FileSystemError(operation: "read", path: "", errno: EBADF)
            }
            return file.bytes
        }
    }

    private func change(
        _ descriptor: Int32, _ operation: Operation, _ body: (inout [UInt8]) -> Void
    ) throws(FileSystemError) {
        try perform(operation, "") { state throws(FileSystemError) in
            guard let entry = state.open[descriptor], state.files[entry.file] != nil else {
                throw FileSystemError(operation: "\(operation)", path: "", errno: EBADF)
            }
            body(&state.files[entry.file]!.bytes)
        }
    }
}

extension InMemoryFileSystem {
    public func status(_ path: String) throws(FileSystemError) -> FileStatus? {
        let path = Self.normal(path)
        return try perform(nil, path) { state throws(FileSystemError) in
            if state.directories.contains(path) { return FileStatus(kind: .directory, size: 0, permissions: 0o700) }
            guard let name = state.names[path], let file = state.files[name] else { return nil }
            return FileStatus(kind: .file, size: Int64(file.bytes.count), permissions: 0o600)
        }
    }

    public func createDirectory(_ path: String) throws(FileSystemError) {
        let path = Self.normal(path)
        try perform(.createDirectory, path) { state throws(FileSystemError) in
            guard state.directories.contains(Self.parent(of: path)) else {
                throw FileSystemError(operation: "mkdir", path: path, errno: ENOENT)
            }
            guard state.directories.insert(path).inserted else {
                throw FileSystemError(operation: "mkdir", path: path, errno: EEXIST)
            }
        }
    }

    public func syncDirectory(_ path: String) throws(FileSystemError) {
        try perform(.syncDirectory, path) { _ throws(FileSystemError) in }
    }

    public func list(_ path: String) throws(FileSystemError) -> [String] {
        let path = Self.normal(path)
        return try perform(.list, path) { state throws(FileSystemError) in
            guard state.directories.contains(path) else {
                throw FileSystemError(operation: "list", path: path, errno: ENOENT)
            }
            let entries = Array(state.names.keys) + Array(state.directories)
            return entries.filter { $0 != path && Self.parent(of: $0) == path }
                .compactMap { $0.split(separator: "/").last.map(String.init) }.sorted()
        }
    }

    public func rename(_ source: String, to destination: String) throws(FileSystemError) {
        let (source, destination) = (Self.normal(source), Self.normal(destination))
        try perform(.rename, source) { state throws(FileSystemError) in
            guard let file = state.names.removeValue(forKey: source) else {
                throw FileSystemError(operation: "rename", path: source, errno: ENOENT)
            }
            state.names[destination] = file
        }
    }

    public func unlink(_ path: String) throws(FileSystemError) {
        let path = Self.normal(path)
        try perform(.unlink, path) { state throws(FileSystemError) in
            guard state.names.removeValue(forKey: path) != nil else {
                throw FileSystemError(operation: "unlink", path: path, errno: ENOENT)
            }
        }
    }
}
