// A descriptor with its owner: whole transfers at explicit offsets, and errors that say where.

internal import Glibc

/// An open file, closed when the last reference goes.
final class OpenFile: Sendable {
    let path: String
    private let fileSystem: any FileSystem
    private let descriptor: Int32

    init(_ path: String, _ access: FileAccess, _ fileSystem: any FileSystem) throws(LogError) {
        self.path = path
        self.fileSystem = fileSystem
        do {
            descriptor = try fileSystem.open(path, access)
        } catch {
            throw LogError(system: error, path: path)
        }
    }

    deinit { fileSystem.close(descriptor) }

    /// Reads until the buffer is full or the file ends, and returns how many bytes came.
    ///
    /// - Throws: `io` when the system refuses; a failed read is never taken for the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(LogError) -> Int {
        var done = 0
        while done < buffer.count {
            do {
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
                let count = try fileSystem.read(descriptor, into: rest, at: offset + Int64(done))
                if count == 0 { break }
                done += count
            } catch {
                throw LogError(system: error, path: path, offset: offset + Int64(done))
            }
        }
        return done
    }

    /// Writes all bytes at the offset; a short write is completed, a refused one is not repeated.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(LogError) {
        var done = 0
        while done < bytes.count {
            do throws(FileSystemError) {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
                let count = try fileSystem.write(descriptor, rest, at: offset + Int64(done))
                guard count > 0 else { throw FileSystemError(operation: "pwrite", path: path, errno: EIO) }
                done += count
            } catch {
                throw LogError(system: error, path: path, offset: offset + Int64(done))
            }
        }
    }

    func write(_ bytes: [UInt8], at offset: Int64) throws(LogError) {
        try bytes.withUnsafeBufferPointer { (buffer) throws(LogError) in
            try write(UnsafeRawBufferPointer(buffer), at: offset)
        }
    }

    func sync() throws(LogError) {
        do { try fileSystem.sync(descriptor) } catch { throw LogError(system: error, path: path) }
    }

    func truncate(to length: Int64) throws(LogError) {
        do { try fileSystem.truncate(descriptor, to: length) } catch { throw LogError(system: error, path: path) }
    }

    func makeReadOnly() throws(LogError) {
        do { try fileSystem.makeReadOnly(descriptor) } catch { throw LogError(system: error, path: path) }
    }

    func size() throws(LogError) -> Int64 {
        do { return try fileSystem.size(descriptor) } catch { throw LogError(system: error, path: path) }
    }

    func lock() throws(LogError) -> Bool {
        do { return try fileSystem.lock(descriptor) } catch { throw LogError(system: error, path: path) }
    }
}

extension LogError {
    /// A refusal of the system, told apart where the remedy differs.
    init(system error: FileSystemError, path: String, offset: Int64? = nil) {
        let code: Code
        let message: String
        switch error.errno {
        case ENOSPC, EDQUOT, EFBIG:
            code = .diskFull
            message = "\(error.operation) found no space left. Free some, then open the log again."
        case ELOOP:
            code = .insecurePermissions
            message = "A symbolic link stands where a file of the log belongs. Remove the link."
        case ENOENT:
            code = .corrupted
            message = "A file of the log is missing. Restore it from a backup."
        default:
            code = .io
            message = "\(error.operation) was refused. Check the device and the permissions, then open the log again."
        }
        self.init(code, message, path: path, offset: offset, errno: error.errno, cause: error)
    }
}
