// The directory of a log: whole small files, atomic replacement, and the check of permissions.

/// A log's directory, seen through the seam.
struct LogDirectory: Sendable {
    let path: String
    let fileSystem: any FileSystem

    func path(of name: String) -> String { path + "/" + name }

    func open(_ name: String, _ access: FileAccess) throws(LogError) -> OpenFile {
        try OpenFile(path(of: name), access, fileSystem)
    }

    /// Opens an existing file of the log for reading, after a look at who may write to it.
    func openForReading(_ name: String) throws(LogError) -> OpenFile {
        try checkPermissions(of: name)
        return try open(name, .read)
    }

    func status(_ name: String) throws(LogError) -> FileStatus? {
        let path = path(of: name)
        do { return try fileSystem.status(path) } catch { throw LogError(system: error, path: path) }
    }

    func list() throws(LogError) -> [String] {
        do { return try fileSystem.list(path) } catch { throw LogError(system: error, path: path) }
    }

    /// How many bytes the directory's device can still take; `nil` where nobody knows.
    func availableBytes() throws(LogError) -> Int64? {
        do { return try fileSystem.availableBytes(path) } catch { throw LogError(system: error, path: path) }
    }

    /// Makes creations, renames and removals in the directory durable.
    func sync() throws(LogError) {
        do { try fileSystem.syncDirectory(path) } catch { throw LogError(system: error, path: path) }
    }

    /// Reads a small file whole; `nil` when there is none.
    ///
    /// - Throws: `corrupted` when it is longer than `limit`.
    func read(_ name: String, limit: Int) throws(LogError) -> [UInt8]? {
        guard try status(name) != nil else { return nil }
        let file = try openForReading(name)
        let size = try file.size()
        guard size <= Int64(limit) else {
            throw LogError(
                .corrupted, "The file is longer than any such file can be. Restore it from a backup.",
                path: file.path)
        }
        var bytes = [UInt8](repeating: 0, count: Int(size))
        let count = try bytes.withUnsafeMutableBufferPointer { (buffer) throws(LogError) in
            try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: 0)
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// Replaces a file so that a crash leaves the old or the new one whole.
    func replace(_ name: String, temporary: String, with bytes: [UInt8]) throws(LogError) {
        let file = try open(temporary, .createOrTruncate)
        try file.write(bytes, at: 0)
        try file.sync()
        try rename(temporary, to: name)
        try sync()
    }

    func rename(_ source: String, to destination: String) throws(LogError) {
        let path = path(of: source)
        do {
            try fileSystem.rename(path, to: self.path(of: destination))
        } catch {
            throw LogError(system: error, path: path)
        }
    }

    /// Removes a file of the log that is not needed any more.
    func unlink(_ name: String) throws(LogError) {
        let path = path(of: name)
        do { try fileSystem.unlink(path) } catch { throw LogError(system: error, path: path) }
    }

    /// Makes the directory itself, and makes its entry durable in its parent.
    func create() throws(LogError) {
        do {
            try fileSystem.createDirectory(path)
            try fileSystem.syncDirectory(parent)
        } catch {
            throw LogError(system: error, path: path)
        }
    }

    private var parent: String {
        var rest = Substring(path)
        while rest.count > 1 && rest.hasSuffix("/") { rest.removeLast() }
        guard let slash = rest.lastIndex(of: "/") else { return "." }
        return slash == rest.startIndex ? "/" : String(rest[..<slash])
    }

    /// Refuses the directory, or a file in it, that other users may write to.
    ///
    /// - Throws: `insecurePermissions`.
    func checkPermissions(of name: String? = nil) throws(LogError) {
        let path = name.map { self.path(of: $0) } ?? path
        let found: FileStatus?
        do { found = try fileSystem.status(path) } catch { throw LogError(system: error, path: path) }
        guard let found, found.permissions & 0o022 != 0 || found.kind == .other else { return }
        throw LogError(
            .insecurePermissions,
            "Other users may change the log. Run: chmod go-w on the path, after a look at who changed it.",
            path: path)
    }

    /// The quarantine, made when it is missing.
    func quarantine() throws(LogError) -> LogDirectory {
        let directory = LogDirectory(path: path(of: Format.quarantineName), fileSystem: fileSystem)
        if try status(Format.quarantineName) == nil { try directory.create() }
        return directory
    }
}
