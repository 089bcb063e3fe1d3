// A disk in memory: unsynced writes stay pending, and a crash keeps any of their sectors.

package import EventLog
import EnrollmentTesting
import Glibc
import Synchronization

/// Files and directory entries with what is durable of them and what is not.
///
/// The model is crueller than most devices: sectors of unsynced writes survive in any combination, and entries of a
/// directory that was not synced may be lost one by one.
package final class SimulatedDisk: FileSystem {
    package enum Change {
        case write(offset: Int, bytes: [UInt8])
        case truncate(Int)
    }

    package struct Node {
        package var durable: [UInt8] = []
        package var current: [UInt8] = []
        package var pending: [Change] = []
    }

    package struct EntryChange {
        package var directories: Set<String>
        /// `nil` removes the entry.
        package var entries: [(path: String, node: Int?)]
    }

    package struct State {
        package var nodes: [Int: Node] = [:]
        package var entries: [String: Int] = [:]
        package var durableEntries: [String: Int] = [:]
        package var pendingEntries: [EntryChange] = []
        package var directories: Set<String> = ["/disk"]
        package var descriptors: [Int32: Int] = [:]
        package var lockedNode: [Int: Int32] = [:]
        package var nextNumber = 1
        package var acknowledged = 0
        package var history: [State] = []
        package var keepsHistory = false
    }

    private let box: Mutex<State>

    package init(_ state: State = State()) { box = Mutex(state) }

    /// States after each change so far, oldest first; recorded once `recordHistory` was called.
    package var history: [State] { box.withLock { $0.history } }
    package func recordHistory() { box.withLock { $0.keepsHistory = true } }
    /// Notes in the trace that so many records were acknowledged.
    package func acknowledge(_ count: Int) { box.withLock { $0.acknowledged = count } }

    /// The disk after a crash in a state: everything pending survives by the toss of a coin.
    package static func crashed(_ state: State, keeping chance: Double, seed: UInt64) -> SimulatedDisk {
        var generator = SplitMix64(seed: seed)
        func survives() -> Bool { Double.random(in: 0..<1, using: &generator) < chance }
        var result = State()
        result.directories = state.directories
        result.nextNumber = state.nextNumber
        for (number, node) in state.nodes.sorted(by: { $0.key < $1.key }) {
            var bytes = node.durable
            for change in node.pending {
                switch change {
                case .truncate(let length): if survives() { bytes.setLength(length) }
                case .write(let offset, let content):
                    var start = 0
                    while start < content.count {
                        let end = min(content.count, (offset + start) / 512 * 512 + 512 - offset)
                        if survives() { bytes.place(Array(content[start..<end]), at: offset + start) }
                        start = end
                    }
                }
            }
            result.nodes[number] = Node(durable: bytes, current: bytes)
        }
        var entries = state.durableEntries
        for change in state.pendingEntries where survives() {
            for (path, node) in change.entries { entries[path] = node }
        }
        result.entries = entries
        result.durableEntries = entries
        return SimulatedDisk(result)
    }

    private func change<Result>(
        _ operation: String, _ path: String, _ body: (inout State) -> Result?
    ) throws(FileSystemError) -> Result {
        let result = box.withLock { state -> Result? in
            let result = body(&state)
            if state.keepsHistory {
                var snapshot = state
                snapshot.history = []
                state.history.append(snapshot)
            }
            return result
        }
        guard let result else { throw FileSystemError(operation: operation, path: path, errno: ENOENT) }
        return result
    }

    package func open(_ path: String, _ access: FileAccess) throws(FileSystemError) -> Int32 {
        let result = box.withLock { state -> Int32? in
            var number = state.entries[path]
            switch access {
            case .read, .readWrite: break
            case .createNew where number != nil: return nil
            case .createNew, .createOrTruncate, .createIfMissing:
                if number == nil {
                    number = state.nextNumber
                    state.nextNumber += 1
                    state.nodes[number!] = Node()
                    state.entries[path] = number
                    state.pendingEntries.append(
                        EntryChange(directories: [parent(path)], entries: [(path, number)]))
                } else if access == .createOrTruncate {
                    state.nodes[number!]!.current = []
                    state.nodes[number!]!.pending.append(.truncate(0))
                }
            }
            guard let number else { return nil }
            let descriptor = Int32(state.nextNumber)
            state.nextNumber += 1
            state.descriptors[descriptor] = number
            return descriptor
        }
        guard let result else { throw FileSystemError(operation: "open", path: path, errno: ENOENT) }
        return result
    }

    package func close(_ descriptor: Int32) {
        box.withLock { state in
            if let node = state.descriptors.removeValue(forKey: descriptor), state.lockedNode[node] == descriptor {
                state.lockedNode[node] = nil
            }
        }
    }

    package func read(
        _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
    ) throws(FileSystemError) -> Int {
        let bytes = box.withLock { state in
            state.descriptors[descriptor].flatMap { state.nodes[$0]?.current } ?? []
        }
        let count = max(0, min(buffer.count, bytes.count - Int(offset)))
        guard count > 0 else { return 0 }
        bytes.withUnsafeBytes { source in
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[Int(offset)..<Int(offset) + count]))
        }
        return count
    }

    package func write(
        _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int64
    ) throws(FileSystemError) -> Int {
        let content = Array(bytes)
        return try change("pwrite", "") { state in
            guard let number = state.descriptors[descriptor] else { return nil }
            state.nodes[number]!.current.place(content, at: Int(offset))
            state.nodes[number]!.pending.append(.write(offset: Int(offset), bytes: content))
            return content.count
        }
    }

    package func sync(_ descriptor: Int32) throws(FileSystemError) {
        try change("fdatasync", "") { state -> Void? in
            guard let number = state.descriptors[descriptor] else { return nil }
            state.nodes[number]!.durable = state.nodes[number]!.current
            state.nodes[number]!.pending = []
            return ()
        }
    }

    package func truncate(_ descriptor: Int32, to length: Int64) throws(FileSystemError) {
        try change("ftruncate", "") { state -> Void? in
            guard let number = state.descriptors[descriptor] else { return nil }
            state.nodes[number]!.current.setLength(Int(length))
            state.nodes[number]!.pending.append(.truncate(Int(length)))
            return ()
        }
    }

    package func size(_ descriptor: Int32) throws(FileSystemError) -> Int64 {
        box.withLock { state in
            Int64(state.descriptors[descriptor].flatMap { state.nodes[$0]?.current.count } ?? 0)
        }
    }

    package func lock(_ descriptor: Int32) throws(FileSystemError) -> Bool {
        box.withLock { state in
            guard let node = state.descriptors[descriptor], state.lockedNode[node] == nil else { return false }
            state.lockedNode[node] = descriptor
            return true
        }
    }

    package func status(_ path: String) throws(FileSystemError) -> FileStatus? {
        box.withLock { state in
            if state.directories.contains(path) { return FileStatus(kind: .directory, size: 0, permissions: 0o700) }
            guard let number = state.entries[path] else { return nil }
            return FileStatus(kind: .file, size: Int64(state.nodes[number]!.current.count), permissions: 0o600)
        }
    }

    /// Directories themselves are durable at once: the log makes only two, and loses nothing in them.
    package func createDirectory(_ path: String) throws(FileSystemError) {
        _ = box.withLock { $0.directories.insert(path) }
    }

    package func syncDirectory(_ path: String) throws(FileSystemError) {
        try change("fsync", path) { state -> Void? in
            for change in state.pendingEntries where change.directories.contains(path) {
                for (name, node) in change.entries { state.durableEntries[name] = node }
            }
            state.pendingEntries.removeAll { $0.directories.contains(path) }
            return ()
        }
    }

    package func list(_ path: String) throws(FileSystemError) -> [String] {
        box.withLock { state in
            state.entries.keys.filter { parent($0) == path }.map { String($0.dropFirst(path.count + 1)) }.sorted()
        }
    }

    package func rename(_ source: String, to destination: String) throws(FileSystemError) {
        try change("rename", source) { state -> Void? in
            guard let number = state.entries.removeValue(forKey: source) else { return nil }
            state.entries[destination] = number
            state.pendingEntries.append(
                EntryChange(
                    directories: [parent(source), parent(destination)],
                    entries: [(source, nil), (destination, number)]))
            return ()
        }
    }

    package func unlink(_ path: String) throws(FileSystemError) {
        try change("unlink", path) { state -> Void? in
            state.entries[path] = nil
            state.pendingEntries.append(EntryChange(directories: [parent(path)], entries: [(path, nil)]))
            return ()
        }
    }
}

private func parent(_ path: String) -> String {
    String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
}

extension [UInt8] {
    fileprivate mutating func setLength(_ length: Int) {
        if count < length { append(contentsOf: repeatElement(0, count: length - count)) }
        if count > length { removeLast(count - length) }
    }

    fileprivate mutating func place(_ bytes: [UInt8], at offset: Int) {
        if count < offset + bytes.count { setLength(offset + bytes.count) }
        replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }
}
