// The files of the proof tree, all under one directory beside the log, through the same seam as the log's.

internal import Glibc

internal import EventLog
internal import Transparency

/// Whole small files under one directory.
struct ProofFiles: Sendable {
    static let checkpointName = "checkpoint"
    private static let lockName = "LOCK"
    /// One writer at a time holds the lock, so one name is enough; what a crash left there is written over.
    private static let newTileName = "tile.tmp"
    private static let checkpointLimit = 1 << 20

    let directory: String
    let fileSystem: any FileSystem

    // MARK: Checkpoint

    func readCheckpoint() throws(AuditError) -> Checkpoint? {
        guard let bytes = try read(Self.checkpointName, limit: Self.checkpointLimit) else { return nil }
        do throws(TransparencyError) { return try Checkpoint(parsing: bytes) } catch {
            throw AuditError(
                .damaged,
                "\(directory)/\(Self.checkpointName) is no checkpoint: \(error.message) Put a copy of the last one in "
                    + "its place.", cause: error)
        }
    }

    /// The new checkpoint is there whole, or the old one still is.
    func replaceCheckpoint(_ checkpoint: Checkpoint) throws(AuditError) {
        let path = directory + "/" + Self.checkpointName
        try write(Self.checkpointName + ".tmp", Array(checkpoint.note.encoded.utf8))
        try attempt("put in place", path) { () throws(FileSystemError) in
            try fileSystem.rename(path + ".tmp", to: path)
            try fileSystem.syncDirectory(directory)
        }
    }

    // MARK: Tiles

    /// The hashes of a tile.
    ///
    /// `nil` where it is missing or has another length, which is to say that it must be made again. What is in it is
    /// believed only where a root that follows from it agrees with a signed one.
    func hashes(of tile: Tile) throws(AuditError) -> [TreeHash]? {
        let length = tile.width * TreeHash.byteCount
        guard let bytes = try read(tile.path, limit: length), bytes.count == length else { return nil }
        return (0..<tile.width).compactMap {
            TreeHash(bytes[$0 * TreeHash.byteCount..<($0 + 1) * TreeHash.byteCount])
        }
    }

    /// Whoever proves something meanwhile sees a tile whole or not at all; one that is right already stays untouched.
    func write(_ tile: Tile, _ hashes: [TreeHash]) throws(AuditError) {
        guard try self.hashes(of: tile) != hashes else { return }
        try makeFolders(tile.folders)
        try write(Self.newTileName, hashes.flatMap(\.bytes))
        let path = directory + "/" + tile.path
        try attempt("put in place", path) { () throws(FileSystemError) in
            try fileSystem.rename(directory + "/" + Self.newTileName, to: path)
        }
    }

    func remove(_ tile: Tile) throws(AuditError) {
        let path = directory + "/" + tile.path
        try attempt("remove", path) { () throws(FileSystemError) in
            guard try fileSystem.status(path) != nil else { return }
            try fileSystem.unlink(path)
        }
    }

    // MARK: All of them

    /// Makes the directory, and takes the right to write in it for as long as the result lives.
    func lock() throws(AuditError) -> HeldFile {
        try makeFolders([])
        let path = directory + "/" + Self.lockName
        let file = try open(path, .createIfMissing)
        var isOurs = false
        try attempt("lock", path) { () throws(FileSystemError) in isOurs = try fileSystem.lock(file.descriptor) }
        guard isOurs else {
            throw AuditError(
                .locked, "Another process makes a checkpoint in \(directory) now; wait until it is done.")
        }
        return file
    }

    private func open(_ path: String, _ access: FileAccess) throws(AuditError) -> HeldFile {
        var descriptor: Int32 = -1
        try attempt("open", path) { () throws(FileSystemError) in descriptor = try fileSystem.open(path, access) }
        return HeldFile(descriptor, fileSystem)
    }

    private func makeFolders(_ folders: [String]) throws(AuditError) {
        var path = directory
        for folder in [""] + folders {
            if !folder.isEmpty { path += "/" + folder }
            let folder = path
            try attempt("make", folder) { () throws(FileSystemError) in
                guard try fileSystem.status(folder) == nil else { return }
                try fileSystem.createDirectory(folder)
            }
        }
    }

    /// A file of at most `limit` bytes and one more, by which a longer one shows; `nil` where there is none.
    private func read(_ name: String, limit: Int) throws(AuditError) -> [UInt8]? {
        let path = directory + "/" + name
        var descriptor: Int32?
        try attempt("open", path) { () throws(FileSystemError) in
            // Looking first would not be enough: whoever signs may remove the file in between.
            do throws(FileSystemError) { descriptor = try fileSystem.open(path, .read) } catch {
                guard error.errno == ENOENT || error.errno == ENOTDIR else { throw error }
            }
        }
        guard let descriptor else { return nil }
        let file = HeldFile(descriptor, fileSystem)
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var done = 0
        try attempt("read", path) { () throws(FileSystemError) in
            try bytes.withUnsafeMutableBufferPointer { buffer throws(FileSystemError) in
                while done < buffer.count {
                    let rest = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[done...]))
                    let count = try fileSystem.read(file.descriptor, into: rest, at: Int64(done))
                    if count == 0 { break }
                    done += count
                }
            }
        }
        return Array(bytes.prefix(done))
    }

    private func write(_ name: String, _ bytes: [UInt8]) throws(AuditError) {
        let path = directory + "/" + name
        let file = try open(path, .createOrTruncate)
        try attempt("write", path) { () throws(FileSystemError) in
            try bytes.withUnsafeBufferPointer { buffer throws(FileSystemError) in
                var done = 0
                while done < buffer.count {
                    let rest = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: buffer[done...]))
                    done += try fileSystem.write(file.descriptor, rest, at: Int64(done))
                }
            }
            try fileSystem.sync(file.descriptor)
        }
    }

    private func attempt(
        _ verb: String, _ path: String, _ work: () throws(FileSystemError) -> Void
    ) throws(AuditError) {
        do throws(FileSystemError) { try work() } catch {
            let isFull = error.errno == ENOSPC || error.errno == EDQUOT
            let remedy = isFull ? "Make space and try again." : "Mend that and try again."
            throw AuditError(
                isFull ? .diskFull : .io,
                "Could not \(verb) \(path): \(String(cString: strerror(error.errno))). \(remedy)", cause: error)
        }
    }
}

/// A descriptor that closes itself with its last reference, and gives up its lock by that.
final class HeldFile: Sendable {
    let descriptor: Int32
    private let fileSystem: any FileSystem

    init(_ descriptor: Int32, _ fileSystem: any FileSystem) {
        self.descriptor = descriptor
        self.fileSystem = fileSystem
    }

    deinit { fileSystem.close(descriptor) }
}
