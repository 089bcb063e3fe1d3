// One writer of the read tables at a time: the live projection or a rebuild, in whatever process.

internal import Foundation
internal import Synchronization

/// Holds the lock on `read.lock` for as long as it lives.
///
/// An open-file-description lock: it falls with the process however that ends, and is not lost when another part of
/// the same process closes the file. Readers take no lock.
final class WriterLock: Sendable {
    /// Nil once it was let go.
    private let held: Mutex<Int32?>

    /// Linux's number of the open-file-description lock; its macro is hidden from Swift.
    private static let setLock: Int32 = 37

    /// - Throws: `locked`, naming the process that holds it.
    init(path: String) throws(ReadModelError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .system("Opening the lock", path: path) }
        guard Self.set(F_WRLCK, descriptor) else {
            let code = errno
            defer { close(descriptor) }
            guard code == EAGAIN || code == EACCES else { throw .system("Locking", path: path, errno: code) }
            let holder = Self.holder(descriptor).map { "the process \($0)" } ?? "another process"
            throw ReadModelError(
                .locked,
                "The read tables are being written by \(holder) [\(path)]. Wait until it is done, or stop it.")
        }
        // For people only: the lock is what counts, so a failure to write the name is no failure.
        let name = Array("\(getpid())\n".utf8)
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, name, name.count, 0) }
        held = Mutex(descriptor)
    }

    deinit { release() }

    /// Lets go, by name: a child process that starts at this moment holds a copy of the descriptor.
    func release() {
        held.withLock { descriptor in
            if let descriptor {
                _ = Self.set(F_UNLCK, descriptor)
                close(descriptor)
            }
            descriptor = nil
        }
    }

    private static func set(_ type: Int32, _ descriptor: Int32) -> Bool {
        var request = flock()
        request.l_type = Int16(type)
        request.l_whence = Int16(SEEK_SET)
        return fcntl(descriptor, setLock, &request) == 0
    }

    private static func holder(_ descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return Int32(String(decoding: bytes[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
