// The seam's ordinary side: Linux system calls, with interrupted calls repeated and nothing else retried.

internal import Glibc

/// The file system of the machine.
public struct PosixFileSystem: FileSystem {
    /// Linux's number of the open-file-description lock; its macro is hidden from Swift.
    private static let setOpenFileDescriptionLock: Int32 = 37

    /// Makes a file system; it holds no state.
    public init() {}

    /// Opens a file.
    public func open(_ path: String, _ access: FileAccess) throws(FileSystemError) -> Int32 {
        let flags =
            switch access {
            case .read: O_RDONLY
            case .readWrite: O_RDWR
            case .createNew: O_RDWR | O_CREAT | O_EXCL
            case .createOrTruncate: O_RDWR | O_CREAT | O_TRUNC
            case .createIfMissing: O_RDWR | O_CREAT
            }
        return try repeating("open", path) { Glibc.open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o600) }
    }

    /// Closes a descriptor.
    ///
    /// A child process that another thread starts holds a copy of every descriptor until it executes its program, and
    /// the lock would live as long as the copy: so it is given back by name.
    public func close(_ descriptor: Int32) {
        var request = Self.lockRequest(F_UNLCK)
        _ = fcntl(descriptor, Self.setOpenFileDescriptionLock, &request)
        _ = Glibc.close(descriptor)
    }

    /// Reads at an offset.
    public func read(
        _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
    ) throws(FileSystemError) -> Int {
        guard let base = buffer.baseAddress, buffer.count > 0 else { return 0 }
        return try repeating("pread", "descriptor \(descriptor)") { pread(descriptor, base, buffer.count, Int(offset)) }
    }

    /// Writes at an offset.
    public func write(
        _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int64
    ) throws(FileSystemError) -> Int {
        guard let base = bytes.baseAddress, bytes.count > 0 else { return 0 }
        return try repeating("pwrite", "descriptor \(descriptor)") {
            pwrite(descriptor, base, bytes.count, Int(offset))
        }
    }

    /// Makes the file's bytes and size durable.
    public func sync(_ descriptor: Int32) throws(FileSystemError) {
        _ = try repeating("fdatasync", "descriptor \(descriptor)") { fdatasync(descriptor) }
    }

    /// Cuts the file to a length.
    public func truncate(_ descriptor: Int32, to length: Int64) throws(FileSystemError) {
        _ = try repeating("ftruncate", "descriptor \(descriptor)") { ftruncate(descriptor, Int(length)) }
    }

    /// The length of an open file.
    public func size(_ descriptor: Int32) throws(FileSystemError) -> Int64 {
        var status = stat()
        _ = try repeating("fstat", "descriptor \(descriptor)") { fstat(descriptor, &status) }
        return Int64(status.st_size)
    }

    /// Takes the exclusive open-file-description lock.
    public func lock(_ descriptor: Int32) throws(FileSystemError) -> Bool {
        var request = Self.lockRequest(F_WRLCK)
        do {
            _ = try repeating("fcntl", "descriptor \(descriptor)") {
                fcntl(descriptor, Self.setOpenFileDescriptionLock, &request)
            }
            return true
        } catch  where error.errno == EAGAIN || error.errno == EACCES {
            return false
        }
    }

    /// A request about the whole file.
    private static func lockRequest(_ type: Int32) -> flock {
        var request = flock()
        request.l_type = Int16(type)
        request.l_whence = Int16(SEEK_SET)
        return request
    }

    /// What a path leads to.
    public func status(_ path: String) throws(FileSystemError) -> FileStatus? {
        var status = stat()
        do {
            _ = try repeating("lstat", path) { lstat(path, &status) }
        } catch  where error.errno == ENOENT || error.errno == ENOTDIR {
            return nil
        }
        let kind: FileStatus.Kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .directory
            default: .other
            }
        return FileStatus(kind: kind, size: Int64(status.st_size), permissions: UInt32(status.st_mode & 0o7777))
    }

    /// Makes a directory.
    public func createDirectory(_ path: String) throws(FileSystemError) {
        _ = try repeating("mkdir", path) { mkdir(path, 0o700) }
    }

    /// Makes the entries of a directory durable.
    public func syncDirectory(_ path: String) throws(FileSystemError) {
        let descriptor = try repeating("open", path) { Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        defer { close(descriptor) }
        _ = try repeating("fsync", path) { fsync(descriptor) }
    }

    /// The names in a directory.
    public func list(_ path: String) throws(FileSystemError) -> [String] {
        var opened = opendir(path)
        while opened == nil, Glibc.errno == EINTR { opened = opendir(path) }
        guard let stream = opened else {
            throw FileSystemError(operation: "opendir", path: path, errno: Glibc.errno)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            Glibc.errno = 0
            guard let entry = readdir(stream) else { break }
            // Where it lies, not as a value: an entry ends with its name, mostly long before the 256 bytes of the type.
            let name = withUnsafeMutablePointer(to: &entry.pointee.d_name) { place in
                String(cString: UnsafeRawPointer(place).assumingMemoryBound(to: CChar.self))
            }
            if name != "." && name != ".." { names.append(name) }
        }
        guard Glibc.errno == 0 else { throw FileSystemError(operation: "readdir", path: path, errno: Glibc.errno) }
        return names.sorted()
    }

    /// Renames a file.
    public func rename(_ source: String, to destination: String) throws(FileSystemError) {
        _ = try repeating("rename", source) { Glibc.rename(source, destination) }
    }

    /// Removes a file.
    public func unlink(_ path: String) throws(FileSystemError) {
        _ = try repeating("unlink", path) { Glibc.unlink(path) }
    }

    /// Takes the right to write away.
    public func makeReadOnly(_ descriptor: Int32) throws(FileSystemError) {
        _ = try repeating("fchmod", "descriptor \(descriptor)") { fchmod(descriptor, 0o400) }
    }

    /// The space that is free for users without privileges.
    public func availableBytes(_ path: String) throws(FileSystemError) -> Int64? {
        var status = statvfs()
        _ = try repeating("statvfs", path) { statvfs(path, &status) }
        // Where the device is none, as in /proc, there is nothing to run out of.
        guard status.f_blocks > 0 else { return nil }
        return Int64(clamping: UInt64(status.f_bavail) &* UInt64(status.f_frsize))
    }

    /// Watches by inotify.
    public func watch(_ directory: String, file: String) -> (any DirectoryWatch)? {
        InotifyWatch(directory, file: file)
    }

    /// Calls until the call is not interrupted by a signal, and turns -1 into an error.
    private func repeating<Result: FixedWidthInteger>(
        _ operation: String, _ path: @autoclosure () -> String, _ call: () -> Result
    ) throws(FileSystemError) -> Result {
        while true {
            let result = call()
            if result != -1 { return result }
            let number = Glibc.errno
            if number != EINTR { throw FileSystemError(operation: operation, path: path(), errno: number) }
        }
    }
}
