// The snapshots of one store: which one an opening begins with, when one is written, which ones stay.

internal import Enrollment
internal import EventLog
internal import Glibc

/// The files under `snapshots/`.
struct SnapshotStore {
    private let layout: StoreLayout
    private let fileSystem: any FileSystem
    private let log: LogReader
    /// What was found unusable; the next snapshot that is written takes its place.
    private var refused: Set<String> = []
    /// Where the newest snapshot stands that was believed or written.
    private(set) var newest: Position = .zero
    /// What went wrong, each with file and reason.
    private(set) var warnings: [String] = []

    init(layout: StoreLayout, fileSystem: any FileSystem, log: LogReader) {
        self.layout = layout
        self.fileSystem = fileSystem
        self.log = log
    }

    /// The newest snapshot that holds nothing past `last`, which must be durable; an empty replay where there is none.
    ///
    /// - Throws: only what keeps the log from being read: a snapshot that cannot be used is a warning.
    mutating func start(upTo last: Position) throws(EngineError) -> Replay {
        for (name, position) in snapshots().reversed() where position <= last {
            do {
                let replay = try read(name, position)
                newest = position
                return replay
            } catch {
                switch error {
                case .unusable(let reason): refuse(name, reason)
                case .log(let error): throw error
                }
            }
        }
        return Replay()
    }

    /// Warns of what claims to hold events that the log does not have.
    mutating func refuse(past last: Position) {
        for (name, position) in snapshots() where position > last {
            refuse(name, "it stands at position \(position), and the log ends at \(last)")
        }
    }

    /// Writes a snapshot where `threshold` events came since the newest one; a failure is a warning.
    ///
    /// Everything in `replay` must be durable.
    mutating func write(_ replay: Replay, after threshold: Int) {
        guard replay.position.rawValue - newest.rawValue >= Int64(max(1, threshold)) else { return }
        do throws(FileSystemError) {
            try makeDirectory()
            guard isOwn() else { return }
            try write(replay)
        } catch {
            warnings.append(
                "No snapshot was written, so the next opening takes longer: \(error.operation) "
                    + "\(layout.snapshotsPath): \(String(cString: strerror(error.errno)))")
        }
    }
}

extension SnapshotStore {
    /// The snapshots by rising position; none where the directory is missing or not to be trusted.
    private mutating func snapshots() -> [(name: String, position: Position)] {
        do throws(FileSystemError) {
            guard try fileSystem.status(layout.snapshotsPath) != nil, isOwn() else { return [] }
            return try fileSystem.list(layout.snapshotsPath).compactMap { name in
                SnapshotFormat.position(name).map { (name, $0) }
            }
        } catch {
            warn("\(layout.snapshotsPath) cannot be read: \(String(cString: strerror(error.errno)))")
            return []
        }
    }

    /// Whether nobody else can put files where snapshots are looked for.
    private mutating func isOwn() -> Bool {
        let status = try? fileSystem.status(layout.snapshotsPath)
        guard let status, status.kind == .directory, status.permissions & 0o022 == 0 else {
            warn(
                "\(layout.snapshotsPath) is no directory of the store's own, which others cannot write to: its "
                    + "snapshots are ignored, and none is written.")
            return false
        }
        return true
    }

    private mutating func refuse(_ name: String, _ reason: String) {
        refused.insert(name)
        warn("The snapshot \(layout.snapshotsPath)/\(name) is ignored: \(reason).")
    }

    private mutating func warn(_ message: String) {
        if !warnings.contains(message) { warnings.append(message) }
    }

    private func read(_ name: String, _ position: Position) throws(SnapshotFailure) -> Replay {
        let path = layout.snapshotsPath + "/" + name
        let descriptor: Int32
        do throws(FileSystemError) {
            guard let status = try fileSystem.status(path), status.kind == .file, status.permissions & 0o022 == 0
            else { throw FileSystemError(operation: "open", path: path, errno: EPERM) }
            descriptor = try fileSystem.open(path, .read)
        } catch { throw .unusable(PayloadProblem(unreadable: error).message) }
        defer { fileSystem.close(descriptor) }
        return try Snapshot.read(descriptor, fileSystem, Snapshot.Expectation(log: log, position: position))
    }

    private func makeDirectory() throws(FileSystemError) {
        guard try fileSystem.status(layout.snapshotsPath) == nil else { return }
        try fileSystem.createDirectory(layout.snapshotsPath)
        try fileSystem.syncDirectory(layout.directory)
    }

    /// Writes beside, syncs, renames, syncs the directory: a snapshot is there whole or not at all.
    private mutating func write(_ replay: Replay) throws(FileSystemError) {
        let digest: [UInt8]
        do { digest = try Snapshot.Expectation(log: log, position: replay.position).record().digest } catch {
            // Whoever reads that record learns of it; a snapshot is not what is missing then.
            return warn("No snapshot was written: \(error.message)")
        }
        let path = layout.snapshotsPath + "/" + SnapshotFormat.name(replay.position)
        let temporary = path + SnapshotFormat.temporarySuffix
        do throws(FileSystemError) {
            let descriptor = try fileSystem.open(temporary, .createOrTruncate)
            defer { fileSystem.close(descriptor) }
            try Snapshot.write(
                replay, SnapshotHeader(replay, of: log, recordDigest: digest), to: descriptor, fileSystem)
            try fileSystem.sync(descriptor)
            try fileSystem.rename(temporary, to: path)
            try fileSystem.syncDirectory(layout.snapshotsPath)
        } catch {
            // Half a file on a full disk is in the way; that it stays harms nothing else.
            try? fileSystem.unlink(temporary)
            throw error
        }
        newest = replay.position
        refused.remove(SnapshotFormat.name(newest))
        removeOthers()
    }

    /// Keeps the newest that are of use; that a crash undoes an unlink costs nothing but space.
    private mutating func removeOthers() {
        let names: [String]
        do { names = try fileSystem.list(layout.snapshotsPath) } catch {
            return warn("\(layout.snapshotsPath) cannot be read: \(String(cString: strerror(error.errno)))")
        }
        let good = names.filter { name in
            guard let position = SnapshotFormat.position(name) else { return false }
            return position <= newest && !refused.contains(name)
        }
        let kept = Set(good.suffix(SnapshotFormat.kept))
        for name in names where !kept.contains(name) {
            let base =
                name.hasSuffix(SnapshotFormat.temporarySuffix)
                ? String(name.dropLast(SnapshotFormat.temporarySuffix.count)) : name
            guard SnapshotFormat.position(base) != nil else { continue }
            do { try fileSystem.unlink(layout.snapshotsPath + "/" + name) } catch {
                warn("\(layout.snapshotsPath)/\(name) could not be removed: \(String(cString: strerror(error.errno)))")
            }
        }
    }
}
