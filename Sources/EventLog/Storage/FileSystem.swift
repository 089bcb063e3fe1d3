// The seam between the log and the operating system: every call of the log goes through it.

/// A refusal of the operating system.
public struct FileSystemError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The call that was refused, such as `pwrite`.
    public let operation: String
    /// The file concerned.
    public let path: String
    /// The error number.
    public let errno: Int32

    /// Makes an error.
    public init(operation: String, path: String, errno: Int32) {
        self.operation = operation
        self.path = path
        self.errno = errno
    }

    /// The call, the file and the number.
    public var description: String { "\(operation) \(path): errno \(errno)" }
}

/// What a path leads to.
public struct FileStatus: Hashable, Sendable {
    /// The kinds of file that the log tells apart.
    public enum Kind: Hashable, Sendable {
        /// A regular file.
        case file
        /// A directory.
        case directory
        /// Anything else, symbolic links among them.
        case other
    }

    /// The kind of file; a symbolic link is not followed.
    public var kind: Kind
    /// The length in bytes.
    public var size: Int64
    /// The permission bits, such as `0o600`.
    public var permissions: UInt32

    /// Makes a status.
    public init(kind: Kind, size: Int64, permissions: UInt32) {
        self.kind = kind
        self.size = size
        self.permissions = permissions
    }
}

/// How a file is opened; always close-on-exec, never through a symbolic link at the end of the path.
public enum FileAccess: Hashable, Sendable {
    /// For reading an existing file.
    case read
    /// For reading and writing an existing file.
    case readWrite
    /// For writing a file that must not exist yet, mode 0600.
    case createNew
    /// For writing a file that is made (0600) or emptied.
    case createOrTruncate
    /// For reading and writing a file that is made (0600) when it is missing.
    case createIfMissing
}

/// The calls of the operating system that the log needs.
///
/// Semantics are those of POSIX. A descriptor is a plain number that only the file system which handed it out
/// understands. `read` and `write` may transfer less than asked; a call interrupted by a signal is repeated inside.
/// No call is repeated after any other failure.
public protocol FileSystem: Sendable {
    /// Opens a file.
    func open(_ path: String, _ access: FileAccess) throws(FileSystemError) -> Int32
    /// Closes a descriptor, and gives back its lock even where a child process holds a copy of the descriptor; errors
    /// have no remedy and are not reported.
    func close(_ descriptor: Int32)
    /// Reads at an offset and returns how many bytes came; 0 at the end of the file.
    func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64)
        throws(FileSystemError) -> Int
    /// Writes at an offset and returns how many bytes went.
    func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(FileSystemError) -> Int
    /// Makes the file's bytes and size durable (`fdatasync`).
    func sync(_ descriptor: Int32) throws(FileSystemError)
    /// Cuts the file to a length.
    func truncate(_ descriptor: Int32, to length: Int64) throws(FileSystemError)
    /// The length of an open file.
    func size(_ descriptor: Int32) throws(FileSystemError) -> Int64
    /// Takes the exclusive open-file-description lock; false when another descriptor holds it.
    func lock(_ descriptor: Int32) throws(FileSystemError) -> Bool
    /// What a path leads to, or `nil` when there is nothing.
    func status(_ path: String) throws(FileSystemError) -> FileStatus?
    /// Makes a directory, mode 0700; its parent must exist.
    func createDirectory(_ path: String) throws(FileSystemError)
    /// Makes the entries of a directory durable.
    func syncDirectory(_ path: String) throws(FileSystemError)
    /// The names in a directory, sorted, without `.` and `..`.
    func list(_ path: String) throws(FileSystemError) -> [String]
    /// Renames a file, replacing what is there.
    func rename(_ source: String, to destination: String) throws(FileSystemError)
    /// Removes a file.
    func unlink(_ path: String) throws(FileSystemError)
    /// Takes the right to write away from everybody (mode 0400); a file that is sealed never changes again.
    func makeReadOnly(_ descriptor: Int32) throws(FileSystemError)
    /// How many bytes the device of a path can still take from us; `nil` where nobody knows.
    func availableBytes(_ path: String) throws(FileSystemError) -> Int64?
    /// Begins to watch writes to one file and changes of the directory that it is in; `nil` when that is not possible,
    /// and followers look again and again.
    func watch(_ directory: String, file: String) -> (any DirectoryWatch)?
}

extension FileSystem {
    /// Does nothing: a file system without permissions need not know them.
    public func makeReadOnly(_ descriptor: Int32) throws(FileSystemError) {}

    /// Knows nothing of space: work that needs some is begun, and ends where the space does.
    public func availableBytes(_ path: String) throws(FileSystemError) -> Int64? { nil }

    /// Watches nothing.
    public func watch(_ directory: String, file: String) -> (any DirectoryWatch)? { nil }
}
