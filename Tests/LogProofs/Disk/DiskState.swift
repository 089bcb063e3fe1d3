// What a simulated disk holds: bytes and directory entries, each with what is durable and what is not.

internal import Glibc

/// The whole state of a simulated disk; copies share their bytes until one of them changes.
package struct DiskState: Sendable {
    /// One change of a file that no sync has covered yet.
    package enum Change: Sendable {
        case write(offset: Int, bytes: [UInt8])
        case truncate(Int)
    }

    package struct Node: Sendable {
        /// What a power cut leaves at least.
        package var durable: [UInt8] = []
        /// What reads see.
        package var current: [UInt8] = []
        package var pending: [Change] = []
    }

    /// One change of a directory that no sync has covered yet; a rename is one change.
    package struct EntryChange: Sendable {
        package var directories: Set<String>
        /// `nil` removes the entry.
        package var entries: [(path: String, node: Int?)]
    }

    package var nodes: [Int: Node] = [:]
    package var entries: [String: Int] = [:]
    package var durableEntries: [String: Int] = [:]
    package var pendingEntries: [EntryChange] = []
    package var directories: Set<String> = ["/disk"]
    package var descriptors: [Int32: Int] = [:]
    package var lockedNode: [Int: Int32] = [:]
    package var nextNumber = 1
    /// How many records were acknowledged so far.
    package var acknowledged = 0
    /// The call that led here; only in a history.
    package var call = ""

    package init() {}

    /// The disk as the next process finds it when only processes die: nothing is lost.
    package var afterProcessDeath: DiskState {
        var result = self
        for (number, node) in nodes { result.nodes[number] = Node(durable: node.current, current: node.current) }
        result.durableEntries = entries
        result.pendingEntries = []
        result.descriptors = [:]
        result.lockedNode = [:]
        return result
    }

    /// The disk after everything that is written has reached the device, the device's own mistakes included.
    package var afterEviction: DiskState {
        var result = afterProcessDeath
        for (number, node) in nodes {
            var bytes = node.durable
            for change in node.pending { bytes.apply(change) }
            result.nodes[number] = Node(durable: bytes, current: bytes)
        }
        return result
    }

    /// The bytes that a path leads to.
    package func bytes(_ path: String) -> [UInt8]? { entries[path].flatMap { nodes[$0]?.current } }

    /// Replaces, makes or (`nil`) removes a file, durably.
    package mutating func set(_ path: String, _ bytes: [UInt8]?) {
        guard let bytes else {
            entries[path] = nil
            durableEntries[path] = nil
            return
        }
        let number = entries[path] ?? nextNumber
        if entries[path] == nil { nextNumber += 1 }
        nodes[number] = Node(durable: bytes, current: bytes)
        entries[path] = number
        durableEntries[path] = number
    }

    /// The paths of files in order.
    package var paths: [String] { entries.keys.sorted() }
}

// Whole moves of memory, since these run millions of times in unoptimised builds.
extension [UInt8] {
    package init(copying bytes: UnsafeRawBufferPointer) {
        self.init(unsafeUninitializedCapacity: bytes.count) { target, count in
            if let from = bytes.baseAddress, let to = target.baseAddress { memcpy(to, from, bytes.count) }
            count = bytes.count
        }
    }

    package mutating func setLength(_ length: Int) {
        guard length != count else { return }
        self = [UInt8](unsafeUninitializedCapacity: length) { target, filled in
            let kept = Swift.min(length, count)
            withUnsafeBytes { source in
                if let from = source.baseAddress, let to = target.baseAddress {
                    memcpy(to, from, kept)
                    memset(to + kept, 0, length - kept)
                } else if let to = target.baseAddress {
                    memset(to, 0, length)
                }
            }
            filled = length
        }
    }

    package mutating func place(_ bytes: [UInt8], _ range: Range<Int>, at offset: Int) {
        if count < offset + range.count { setLength(offset + range.count) }
        withUnsafeMutableBytes { target in
            bytes.withUnsafeBytes { source in
                if let to = target.baseAddress, let from = source.baseAddress {
                    memcpy(to + offset, from + range.lowerBound, range.count)
                }
            }
        }
    }

    package mutating func apply(_ change: DiskState.Change) {
        switch change {
        case .truncate(let length): setLength(length)
        case .write(let offset, let bytes): place(bytes, 0..<bytes.count, at: offset)
        }
    }
}
