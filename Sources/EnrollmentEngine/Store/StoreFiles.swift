// The few file operations of the store's own directory; the log has its own, stricter ones.

internal import Glibc

enum StoreFiles {
    /// Refuses a store that other users could change.
    static func checkPermissions(_ layout: StoreLayout) throws(EngineError) {
        for path in [layout.directory, layout.settingsPath] {
            var status = stat()
            guard stat(path, &status) == 0 else {
                if errno == ENOENT || errno == ENOTDIR { throw missing(layout) }
                throw failure("look at", path)
            }
            guard status.st_mode & 0o022 == 0 else {
                throw EngineError(
                    .insecurePermissions, "\(path) can be written by other users; run chmod go-w on it.")
            }
        }
    }

    static func missing(_ layout: StoreLayout) -> EngineError {
        EngineError(.notFound, "There is no store at \(layout.directory); make one with `enroll init`.")
    }

    /// Makes the directory, or accepts an empty one that is there.
    static func makeDirectory(_ path: String) throws(EngineError) {
        guard mkdir(path, 0o700) != 0, errno != EEXIST else { return }
        throw failure("make the directory", path)
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func read(_ path: String, of layout: StoreLayout) throws(EngineError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw errno == ENOENT ? missing(layout) : failure("open", path) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw failure("read", path) }
        return Array(bytes.prefix(count))
    }

    /// Writes beside, syncs, renames, syncs the directory.
    static func writeDurably(
        _ bytes: [UInt8], to path: String, in layout: StoreLayout
    ) throws(EngineError) {
        let temporary = path + ".tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("create", temporary) }
        defer { close(descriptor) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + written, bytes.count - written) }
            guard count > 0 || errno == EINTR else { throw failure("write", temporary) }
            written += max(0, count)
        }
        guard fsync(descriptor) == 0 else { throw failure("sync", temporary) }
        guard rename(temporary, path) == 0 else { throw failure("rename to", path) }
        let directory = open(layout.directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw failure("open", layout.directory) }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw failure("sync", layout.directory) }
    }

    private static func failure(_ verb: String, _ path: String) -> EngineError {
        let number = errno
        let reason = String(cString: strerror(number))
        return EngineError(
            number == ENOSPC || number == EDQUOT ? .diskFull : .io,
            "Could not \(verb) \(path): \(reason). Mend that and try again.")
    }
}
