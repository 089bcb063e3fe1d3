// Who may write: the lock, and what a directory must look like before a log is made or opened in it.

internal import Glibc

extension LogDirectory {
    /// Takes the writer's lock, which lives as long as the returned file, and leaves the process number in it.
    ///
    /// The lock belongs to the open file, so it also keeps out a second opening in the same process, and the system
    /// drops it when the process dies.
    ///
    /// - Throws: `locked`, naming the process that holds it.
    func lock() throws(LogError) -> OpenFile {
        try checkPermissions(of: Format.lockName)
        let file = try open(Format.lockName, .createIfMissing)
        guard try file.lock() else {
            let owner = try file.text(limit: 32).split(separator: "\n").first.map { "process \($0)" }
            throw LogError(
                .locked, "The log is open for writing in \(owner ?? "another process"). Stop that, or only read.",
                path: file.path)
        }
        try file.truncate(to: 0)
        try file.write(Array("\(getpid())\n".utf8), at: 0)
        return file
    }

    /// Makes the directory, or checks that an existing one holds nothing but the start of a log.
    func prepareForLog() throws(LogError) {
        guard try exists() else { return try create() }
        try checkPermissions()
        let names = try list()
        if names.contains(Format.manifestName) {
            throw LogError(.alreadyExists, "There is a log already. Open it instead.", path: path)
        }
        let own = [
            Format.lockName, Format.tailName, Format.manifestTemporaryName, Format.quarantineName,
        ]
        if let stranger = names.first(where: { !own.contains($0) }) {
            throw LogError(
                .foreign, "The directory holds \(stranger), which is not part of a new log. Choose an empty one.",
                path: path)
        }
    }

    /// Refuses a path that is missing, is no directory, or that others may write to.
    func checkExists() throws(LogError) {
        guard try exists() else {
            throw LogError(.notFound, "There is no such directory. Create a log first.", path: path)
        }
        try checkPermissions()
    }

    private func exists() throws(LogError) -> Bool {
        let found: FileStatus?
        do { found = try fileSystem.status(path) } catch { throw LogError(system: error, path: path) }
        guard let found else { return false }
        guard found.kind == .directory else {
            throw LogError(.foreign, "The path is no directory. Check it.", path: path)
        }
        return true
    }
}

extension OpenFile {
    /// The beginning of a small text file.
    func text(limit: Int) throws(LogError) -> String {
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = try bytes.withUnsafeMutableBufferPointer { (buffer) throws(LogError) in
            try read(into: UnsafeMutableRawBufferPointer(buffer), at: 0)
        }
        return String(decoding: bytes[0..<count], as: UTF8.self)
    }
}
