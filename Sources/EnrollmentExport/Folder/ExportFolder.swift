// The folder of an export: under another name while it is made, so that nobody takes a part for the whole.

internal import Glibc

internal import Crypto
package import EnrollmentAudit
internal import EventLog

/// A new folder for its owner alone, which appears under its name when it is complete.
package struct ExportFolder: Sendable {
    /// Where it will be.
    let path: String
    /// Where it is while it is made.
    let partialPath: String

    /// Makes the folder.
    ///
    /// - Throws: `invalidArgument` where it has no name; `alreadyExists`, `diskFull`, `io`.
    package init(at directory: String) throws(AuditError) {
        guard !directory.isEmpty else { throw AuditError(.invalidArgument, "The folder to make has no name.") }
        var path = directory
        while path.hasSuffix("/") && path != "/" { path.removeLast() }
        self.path = path
        partialPath = path + ".partial"
        var status = stat()
        guard lstat(path, &status) != 0 else {
            throw AuditError(.alreadyExists, "\(path) is there already, and is not written over; name another folder.")
        }
        guard mkdir(partialPath, 0o700) == 0 else {
            guard errno == EEXIST else { throw .system("make", partialPath) }
            throw AuditError(
                .alreadyExists,
                "\(partialPath) is there already: somebody else makes it, or was killed while they did; remove it if "
                    + "none is at work.")
        }
    }

    /// Where a file of the folder is while it is made.
    func partialPath(of name: String) -> String { partialPath + "/" + name }

    /// Writes a small file whole.
    func write(_ name: String, _ bytes: [UInt8]) throws(AuditError) -> ExportManifest.File {
        let file = try ExportFile(name, in: self)
        try file.write(bytes)
        return try file.finish(rows: nil)
    }

    /// Makes an empty file for somebody else to fill, and gives its path: SQLite alone would let others read it.
    func makeFile(_ name: String) throws(AuditError) -> String {
        let path = partialPath(of: name)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system("make", path) }
        close(descriptor)
        return path
    }

    /// Syncs a file that somebody else has written, and reads what it holds.
    func seal(_ name: String) throws(AuditError) -> ExportManifest.File {
        let path = partialPath(of: name)
        let descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw .system("open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .system("write", path) }
        var digest = SHA256()
        var size: Int64 = 0
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count == -1 && errno == EINTR { continue }
            guard count >= 0 else { throw .system("read", path) }
            guard count > 0 else { break }
            buffer.withUnsafeBytes { digest.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            size += Int64(count)
        }
        return ExportManifest.File(name: name, bytes: size, sha256: digest.finalize().hexadecimal, rows: nil)
    }

    /// Removes a file that was needed on the way only.
    func remove(_ name: String) throws(AuditError) {
        let path = partialPath(of: name)
        guard unlink(path) == 0 else { throw .system("remove", path) }
    }

    /// Gives the folder its name, durably.
    ///
    /// - Throws: `alreadyExists` where something else has got that name meanwhile.
    package func putInPlace() throws(AuditError) {
        try Self.sync(partialPath)
        // Of what may be there by now, rename takes the place of an empty folder only.
        guard rename(partialPath, path) == 0 else {
            guard [EEXIST, ENOTEMPTY, ENOTDIR].contains(errno) else { throw .system("give its name to", partialPath) }
            throw AuditError(.alreadyExists, "\(path) was made by somebody else meanwhile; name another folder.")
        }
        let parent = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) }
        try Self.sync(parent ?? ".")
    }

    /// Removes what was made, as far as that is possible: the failure before is the one to tell.
    package func remove() {
        for name in (try? PosixFileSystem().list(partialPath)) ?? [] { _ = unlink(partialPath(of: name)) }
        _ = rmdir(partialPath)
    }

    private static func sync(_ directory: String) throws(AuditError) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("open", directory) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .system("write", directory) }
    }
}

extension AuditError {
    /// The failure that `errno` tells of.
    static func system(_ verb: String, _ path: String) -> AuditError {
        let number = errno
        let isFull = number == ENOSPC || number == EDQUOT
        return AuditError(
            isFull ? .diskFull : .io,
            "Could not \(verb) \(path): \(String(cString: strerror(number))). "
                + (isFull ? "Make space and try again." : "Mend that and try again."))
    }
}

extension Sequence<UInt8> {
    /// Two lowercase digits a byte.
    var hexadecimal: String {
        map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
