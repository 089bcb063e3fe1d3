// Files that the program makes for somebody: never over another, whole or not at all.

import Foundation

/// A file that did not exist before, for its owner alone.
struct NewFile: ~Copyable {
    private let path: String
    private let descriptor: Int32

    /// Makes a file of what `fill` writes, synced; none is left behind where it cannot be finished.
    static func write(to path: String, _ fill: (borrowing NewFile) throws -> Void) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            guard errno == EEXIST else { throw failure("make", path) }
            throw alreadyThere(path)
        }
        defer { close(descriptor) }
        do {
            let file = NewFile(path: path, descriptor: descriptor)
            try fill(file)
            guard fsync(descriptor) == 0 else { throw failure("write", path) }
        } catch {
            unlink(path)
            throw error
        }
    }

    /// Says early what making a file or folder of that name would say after the work.
    static func check(_ path: String) throws {
        var status = stat()
        if lstat(path, &status) == 0 { throw alreadyThere(path) }
        var name = path
        while name.hasSuffix("/") { name.removeLast() }
        guard !name.isEmpty else { throw Failure.usage("a file or folder to make has no name") }
        let parent = name.lastIndex(of: "/").map { $0 == name.startIndex ? "/" : String(name[..<$0]) } ?? "."
        guard access(parent, W_OK | X_OK) == 0 else { throw failure("make", path) }
        if let store = SmallFile.store(around: path) {
            throw Failure.couldNotRun("\(path) lies in the store \(store): name a place outside of it")
        }
    }

    /// Appends bytes.
    borrowing func write(_ bytes: [UInt8]) throws {
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count == -1 && errno == EINTR { continue }
            guard count > 0 else { throw Self.failure("write", path) }
            done += count
        }
    }

    static func failure(_ verb: String, _ path: String) -> Failure {
        .couldNotRun("could not \(verb) \(path.shortened(to: 200)): \(systemMessage(errno))")
    }

    private static func alreadyThere(_ path: String) -> Failure {
        .couldNotRun("\(path) is there already, and is not written over; name another file")
    }
}
