// The few file operations of the store's own directory, through the same seam as the log's.

internal import EventLog
internal import Glibc

struct StoreFiles {
    let layout: StoreLayout
    let fileSystem: any FileSystem

    /// Refuses a store that is not there, or that other users could change.
    func checkPermissions() throws(EngineError) {
        // A link may lead to a store; its own permission bits say nothing.
        guard let directory = try status(layout.directory + "/."), let settings = try status(layout.settingsPath)
        else { throw missing() }
        try check(directory, layout.directory)
        try check(settings, layout.settingsPath)
    }

    private func check(_ status: FileStatus, _ path: String) throws(EngineError) {
        guard status.permissions & 0o022 == 0 else {
            throw EngineError(.insecurePermissions, "\(path) can be written by other users; run chmod go-w on it.")
        }
    }

    /// Refuses to make a store where there is one.
    func checkNoStore() throws(EngineError) {
        guard try status(layout.settingsPath) == nil else {
            throw EngineError(
                .alreadyExists, "There is a store at \(layout.directory) already; choose another directory.")
        }
    }

    func status(_ path: String) throws(EngineError) -> FileStatus? {
        do { return try fileSystem.status(path) } catch { throw failure("look at", path, error) }
    }

    /// Makes the directory, or accepts one that is empty or holds what an interrupted creation or copy left.
    ///
    /// `accepted` is what such a copy may have left besides.
    func makeDirectory(accepting accepted: String? = nil) throws(EngineError) {
        let isThere = try status(layout.directory) != nil
        if isThere, let status = try status(layout.directory + "/.") {
            try checkNothingElse(but: accepted)
            try check(status, layout.directory)
        }
        do throws(FileSystemError) {
            if !isThere { try fileSystem.createDirectory(layout.directory) }
            // Else a crash may take the whole store, with all that was acknowledged in it. A directory that is there
            // may be what an interrupted creation left.
            try fileSystem.syncDirectory(layout.directory + "/..")
        } catch { throw failure("make the directory", layout.directory, error) }
    }

    private func checkNothingElse(but accepted: String?) throws(EngineError) {
        let names: [String]
        do { names = try fileSystem.list(layout.directory) } catch {
            throw failure("list", layout.directory, error)
        }
        if let other = names.first(where: {
            !["log", "store.json.tmp", "vault.sqlite", "vault.sqlite-journal", accepted].contains($0)
        }) {
            throw EngineError(
                .alreadyExists,
                "\(layout.directory) holds \(other) and is no store; choose a directory that is new or empty.")
        }
    }

    func readSettings() throws(EngineError) -> [UInt8] { try read(layout.settingsPath, limit: 1 << 16) }

    /// The settings are there whole or not at all.
    func writeSettings(_ bytes: [UInt8]) throws(EngineError) { try replace(layout.settingsPath, bytes) }

    /// The last checkpoint that was signed, byte for byte; nil where none was.
    func readCheckpoint() throws(EngineError) -> [UInt8]? {
        guard try status(layout.checkpointPath) != nil else { return nil }
        return try read(layout.checkpointPath, limit: 1 << 20)
    }

    func writeCheckpoint(_ bytes: [UInt8]) throws(EngineError) {
        if try status(layout.transparencyPath) == nil {
            do throws(FileSystemError) {
                try fileSystem.createDirectory(layout.transparencyPath)
                try fileSystem.syncDirectory(layout.directory)
            } catch { throw failure("make the directory", layout.transparencyPath, error) }
        }
        try replace(layout.checkpointPath, bytes)
    }

    private func read(_ path: String, limit: Int) throws(EngineError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var done = 0
        do throws(FileSystemError) {
            let descriptor = try fileSystem.open(path, .read)
            defer { fileSystem.close(descriptor) }
            try bytes.withUnsafeMutableBufferPointer { buffer throws(FileSystemError) in
                while done < buffer.count {
                    let rest = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[done...]))
                    let count = try fileSystem.read(descriptor, into: rest, at: Int64(done))
                    if count == 0 { break }
                    done += count
                }
            }
        } catch { throw failure("read", path, error) }
        guard done <= limit else {
            throw EngineError(.damaged, "\(path) is longer than \(limit) bytes; restore it from a backup.")
        }
        return Array(bytes.prefix(done))
    }

    /// Writes beside, syncs, renames, syncs the directory.
    private func replace(_ path: String, _ bytes: [UInt8]) throws(EngineError) {
        let temporary = path + ".tmp"
        do throws(FileSystemError) {
            let descriptor = try fileSystem.open(temporary, .createOrTruncate)
            defer { fileSystem.close(descriptor) }
            var written = 0
            while written < bytes.count {
                written += try bytes.withUnsafeBufferPointer { buffer throws(FileSystemError) in
                    try fileSystem.write(
                        descriptor, UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: buffer[written...])),
                        at: Int64(written))
                }
            }
            try fileSystem.sync(descriptor)
            try fileSystem.rename(temporary, to: path)
            try fileSystem.syncDirectory(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
        } catch { throw failure("write", path, error) }
    }

    func missing() -> EngineError {
        EngineError(.notFound, "There is no store at \(layout.directory); make one with `enroll init`.")
    }

    private func failure(_ verb: String, _ path: String, _ error: FileSystemError) -> EngineError {
        let reason = String(cString: strerror(error.errno))
        return EngineError(
            error.errno == ENOSPC || error.errno == EDQUOT ? .diskFull : .io,
            "Could not \(verb) \(path): \(reason). Mend that and try again.", cause: error)
    }
}
