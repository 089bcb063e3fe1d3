// A disk in memory: unsynced writes stay pending, a sync may fail in three ways, and the device may lie.

internal import EnrollmentTesting
package import EventLog
internal import Glibc
internal import Synchronization

/// Files and directory entries with what is durable of them and what is not.
///
/// The model is crueller than most devices: sectors of unsynced writes survive in any combination, and entries of a
/// directory that was not synced may be lost one by one.
package final class SimulatedDisk: FileSystem {
    /// What becomes of unsynced pages when a sync is refused.
    package enum SyncFailure: CaseIterable, Sendable {
        /// The pages count as clean: reads see them until they are evicted, and no later sync writes them.
        case cleanWithNewContent
        /// The pages go back to what the device holds.
        case reverted
        /// The pages stay dirty: the next sync writes them and succeeds.
        case reportedOnce
    }

    /// What the device does to one write that it reports as done.
    package enum Lie: CaseIterable, Sendable {
        /// The write goes nowhere.
        case lost
        /// The write goes one sector too far.
        case nextSector
        /// The write goes to the start of the file.
        case startOfFile
        /// The write goes to another file, at the same place.
        case otherFile
        /// Only the last sector of the write stays stale.
        case staleLastSector
    }

    private struct Box {
        var state: DiskState
        var history: [DiskState] = []
        var keepsHistory = false
        var writes = 0
        var syncs = 0
        var failingSync: (number: Int, failure: SyncFailure)?
        var lie: (number: Int, lie: Lie)?
        var fired = 0
    }

    private let box: Mutex<Box>

    package init(_ state: DiskState = DiskState()) { box = Mutex(Box(state: state)) }

    /// The state now.
    package var state: DiskState { box.withLock { $0.state } }
    /// States after each change so far, oldest first; recorded once `recordHistory` was called.
    package var history: [DiskState] { box.withLock { $0.history } }
    /// How many faults of this disk came to pass.
    package var fired: Int { box.withLock { $0.fired } }
    /// How many writes and syncs there were.
    package var calls: (writes: Int, syncs: Int) { box.withLock { ($0.writes, $0.syncs) } }

    /// Remembers the state now and after every change from now on.
    package func recordHistory() {
        box.withLock { box in
            box.keepsHistory = true
            box.history.append(box.state)
        }
    }

    /// Notes that so many records were acknowledged; a crash right after it must keep them.
    package func acknowledge(_ count: Int) {
        box.withLock { box in
            box.state.acknowledged = count
            if box.keepsHistory {
                box.state.call = "acknowledgement of \(count)"
                box.history.append(box.state)
            }
        }
    }

    /// Refuses the sync with this number, counted from now on.
    package func failSync(_ number: Int, _ failure: SyncFailure) {
        box.withLock { $0.failingSync = ($0.syncs + number, failure) }
    }

    /// Makes the device lie about the write with this number, counted from now on.
    package func lie(aboutWrite number: Int, _ lie: Lie) { box.withLock { $0.lie = ($0.writes + number, lie) } }

    private func change<Result>(
        _ operation: @autoclosure () -> String, _ path: String, _ body: (inout Box) throws(FileSystemError) -> Result
    ) throws(FileSystemError) -> Result {
        try box.withLock { box throws(FileSystemError) in
            let result = try body(&box)
            if box.keepsHistory {
                box.state.call = path.isEmpty ? operation() : operation() + " " + path
                box.history.append(box.state)
            }
            return result
        }
    }

    private static func refusal(_ operation: String, _ path: String, _ errno: Int32 = ENOENT) -> FileSystemError {
        FileSystemError(operation: operation, path: path, errno: errno)
    }

    package func open(_ path: String, _ access: FileAccess) throws(FileSystemError) -> Int32 {
        try box.withLock { box throws(FileSystemError) in
            var number = box.state.entries[path]
            switch access {
            case .read, .readWrite: break
            case .createNew where number != nil: throw Self.refusal("open", path, EEXIST)
            case .createNew, .createOrTruncate, .createIfMissing:
                if number == nil {
                    guard box.state.directories.contains(parent(path)) else { throw Self.refusal("open", path) }
                    let made = box.state.nextNumber
                    box.state.nextNumber += 1
                    box.state.nodes[made] = DiskState.Node()
                    box.state.entries[path] = made
                    box.state.pendingEntries.append(
                        DiskState.EntryChange(directories: [parent(path)], entries: [(path, made)]))
                    if box.keepsHistory {
                        box.state.call = "create \(path)"
                        box.history.append(box.state)
                    }
                    number = made
                } else if let number, access == .createOrTruncate {
                    box.state.nodes[number]?.current = []
                    box.state.nodes[number]?.pending.append(.truncate(0))
                }
            }
            guard let number else { throw Self.refusal("open", path) }
            let descriptor = Int32(box.state.nextNumber)
            box.state.nextNumber += 1
            box.state.descriptors[descriptor] = number
            return descriptor
        }
    }

    package func close(_ descriptor: Int32) {
        box.withLock { box in
            guard let node = box.state.descriptors.removeValue(forKey: descriptor) else { return }
            if box.state.lockedNode[node] == descriptor { box.state.lockedNode[node] = nil }
        }
    }

    package func read(
        _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
    ) throws(FileSystemError) -> Int {
        let bytes: [UInt8]? = box.withLock { box in
            guard let number = box.state.descriptors[descriptor] else { return nil }
            return box.state.nodes[number]?.current
        }
        guard let bytes else { throw Self.refusal("pread", "descriptor \(descriptor)", EBADF) }
        let count = max(0, min(buffer.count, bytes.count - Int(offset)))
        guard count > 0, let target = buffer.baseAddress else { return 0 }
        bytes.withUnsafeBytes { source in
            if let from = source.baseAddress { memcpy(target, from + Int(offset), count) }
        }
        return count
    }

    package func write(
        _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int64
    ) throws(FileSystemError) -> Int {
        let content = [UInt8](copying: bytes)
        return try change("pwrite at \(offset), \(bytes.count) bytes", "") { box throws(FileSystemError) in
            guard let number = box.state.descriptors[descriptor] else { throw Self.refusal("pwrite", "", EBADF) }
            box.writes += 1
            box.state.nodes[number]?.current.place(content, 0..<content.count, at: Int(offset))
            if let lie = box.lie, lie.number == box.writes {
                box.fired += 1
                Self.store(content, at: Int(offset), number, &box.state, lie.lie)
            } else {
                box.state.nodes[number]?.pending.append(.write(offset: Int(offset), bytes: content))
            }
            return content.count
        }
    }

    /// Hands a write to a device that does not do as it is told.
    private static func store(_ content: [UInt8], at offset: Int, _ number: Int, _ state: inout DiskState, _ lie: Lie) {
        var target = number
        var place = offset
        var bytes = content
        switch lie {
        case .lost: return
        case .nextSector: place += 512
        case .startOfFile: place = 0
        case .otherFile:
            guard let other = state.entries.values.sorted().first(where: { $0 != number }) else { return }
            target = other
        case .staleLastSector:
            let end = (offset + content.count - 1) / 512 * 512
            bytes = Array(content.prefix(max(0, end - offset)))
        }
        state.nodes[target]?.pending.append(.write(offset: place, bytes: bytes))
        // Another file's pages may be in memory or not; here the wrong bytes are seen at once.
        if target != number { state.nodes[target]?.current.apply(.write(offset: place, bytes: bytes)) }
    }

    package func sync(_ descriptor: Int32) throws(FileSystemError) {
        try change("fdatasync", "") { box throws(FileSystemError) in
            guard let number = box.state.descriptors[descriptor], var node = box.state.nodes[number] else {
                throw Self.refusal("fdatasync", "", EBADF)
            }
            box.syncs += 1
            if let failing = box.failingSync, failing.number == box.syncs {
                box.fired += 1
                switch failing.failure {
                case .cleanWithNewContent: box.state.nodes[number]?.pending = []
                case .reverted:
                    box.state.nodes[number]?.pending = []
                    box.state.nodes[number]?.current = node.durable
                case .reportedOnce: break
                }
                throw Self.refusal("fdatasync", "", EIO)
            }
            for change in node.pending { node.durable.apply(change) }
            node.pending = []
            box.state.nodes[number] = node
        }
    }

    package func truncate(_ descriptor: Int32, to length: Int64) throws(FileSystemError) {
        try change("ftruncate to \(length)", "") { box throws(FileSystemError) in
            guard let number = box.state.descriptors[descriptor] else { throw Self.refusal("ftruncate", "", EBADF) }
            box.state.nodes[number]?.current.setLength(Int(length))
            box.state.nodes[number]?.pending.append(.truncate(Int(length)))
        }
    }

    package func size(_ descriptor: Int32) throws(FileSystemError) -> Int64 {
        box.withLock { box in
            guard let number = box.state.descriptors[descriptor] else { return 0 }
            return Int64(box.state.nodes[number]?.current.count ?? 0)
        }
    }

    package func lock(_ descriptor: Int32) throws(FileSystemError) -> Bool {
        box.withLock { box in
            guard let node = box.state.descriptors[descriptor], box.state.lockedNode[node] == nil else { return false }
            box.state.lockedNode[node] = descriptor
            return true
        }
    }

    package func status(_ path: String) throws(FileSystemError) -> FileStatus? {
        box.withLock { box in
            if box.state.directories.contains(path) {
                return FileStatus(kind: .directory, size: 0, permissions: 0o700)
            }
            guard let number = box.state.entries[path] else { return nil }
            return FileStatus(
                kind: .file, size: Int64(box.state.nodes[number]?.current.count ?? 0), permissions: 0o600)
        }
    }

    /// Directories themselves are durable at once: the log makes only two, and loses nothing in them.
    package func createDirectory(_ path: String) throws(FileSystemError) {
        _ = box.withLock { $0.state.directories.insert(path) }
    }

    package func syncDirectory(_ path: String) throws(FileSystemError) {
        try change("fsync", path) { box throws(FileSystemError) in
            for change in box.state.pendingEntries where change.directories.contains(path) {
                for (name, node) in change.entries { box.state.durableEntries[name] = node }
            }
            box.state.pendingEntries.removeAll { $0.directories.contains(path) }
        }
    }

    package func list(_ path: String) throws(FileSystemError) -> [String] {
        box.withLock { box in
            let length = path.utf8.count
            return box.state.entries.keys.compactMap { entry -> String? in
                let bytes = entry.utf8
                guard bytes.count > length, entry.hasPrefix(path) else { return nil }
                let slash = bytes.index(bytes.startIndex, offsetBy: length)
                let name = bytes.index(after: slash)
                guard bytes[slash] == UInt8(ascii: "/"), !bytes[name...].contains(UInt8(ascii: "/")) else { return nil }
                return String(entry[name...])
            }
            .sorted()
        }
    }

    package func rename(_ source: String, to destination: String) throws(FileSystemError) {
        try change("rename", source) { box throws(FileSystemError) in
            guard let number = box.state.entries.removeValue(forKey: source) else {
                throw Self.refusal("rename", source)
            }
            box.state.entries[destination] = number
            box.state.pendingEntries.append(
                DiskState.EntryChange(
                    directories: [parent(source), parent(destination)],
                    entries: [(source, nil), (destination, number)]))
        }
    }

    package func unlink(_ path: String) throws(FileSystemError) {
        try change("unlink", path) { box throws(FileSystemError) in
            box.state.entries[path] = nil
            box.state.pendingEntries.append(
                DiskState.EntryChange(directories: [parent(path)], entries: [(path, nil)]))
        }
    }
}

private func parent(_ path: String) -> String {
    let bytes = path.utf8
    return String(path[..<(bytes.lastIndex(of: UInt8(ascii: "/")) ?? bytes.startIndex)])
}
