// Which commands were recorded lately, and where: what makes a retry safe.

internal import EventLog

/// The ids of the latest recorded commands with the position of each one's first event.
///
/// The window is counted in recorded commands and follows from the log alone, so every replay agrees on it.
///
/// A ring holds them in the order of recording, to know whom to forget. Beside it lies a hash table of places in the
/// ring, with open addressing, which takes less memory than a dictionary of the ids.
struct RememberedCommands: Sendable {
    /// How many recorded commands are remembered; part of the store's behaviour, not an option.
    static let window = 1_048_576

    private let window: Int
    private var ring: [(id: CommandID, position: Position)] = []
    private var oldest = 0
    /// 0 where nothing is, else 32 bits of the hash above 32 bits of the place in the ring plus 1.
    ///
    /// Its length is a power of two, and at least twice the number of commands.
    private var table: [UInt64] = []
    /// Secret, so that nobody can choose ids that collide.
    private let key = (UInt64.random(in: 0 ... .max), UInt64.random(in: 0 ... .max))

    init(window: Int = RememberedCommands.window) { self.window = window }

    /// How many are remembered now.
    var count: Int { ring.count }

    /// One of them, 0 being the oldest.
    subscript(index: Int) -> (id: CommandID, position: Position) {
        let place = oldest + index
        return ring[place < ring.count ? place : place - ring.count]
    }

    /// Where the command was recorded, or nil.
    ///
    /// O(1).
    func position(of id: CommandID) -> Position? {
        if ring.isEmpty { return nil }
        let entry = table[slot(of: id)]
        return entry == 0 ? nil : ring[place(entry)].position
    }

    /// Makes room for as many as will come.
    mutating func reserveCapacity(_ count: Int) {
        ring.reserveCapacity(count)
        grow(for: count)
    }

    /// Remembers a command, and forgets the one that falls out of the window.
    ///
    /// O(1).
    mutating func remember(_ id: CommandID, at position: Position) {
        let place: Int
        if ring.count < window {
            place = ring.count
            grow(for: place + 1)
            ring.append((id, position))
        } else {
            place = oldest
            forget(place)
            ring[place] = (id, position)
            oldest = place + 1 == window ? 0 : place + 1
        }
        table[slot(of: id)] = tag(id) << 32 | UInt64(place + 1)
    }
}

extension RememberedCommands {
    /// Multiplied in full and folded: two secret halves make it as good as random, at the cost of one multiplication.
    @inline(__always)
    private func tag(_ id: CommandID) -> UInt64 {
        let product = (id.high ^ key.0).multipliedFullWidth(by: id.low ^ key.1)
        return (product.high ^ product.low) & 0xFFFF_FFFF
    }

    private func place(_ entry: UInt64) -> Int { Int(entry & 0xFFFF_FFFF) - 1 }

    /// The slot that holds the id, else the empty one in which it belongs.
    @inline(__always)
    private func slot(of id: CommandID) -> Int {
        let tag = tag(id)
        let mask = table.count - 1
        var slot = Int(tag) & mask
        while true {
            let entry = table[slot]
            if entry == 0 || (entry >> 32 == tag && ring[place(entry)].id == id) { return slot }
            slot = (slot + 1) & mask
        }
    }

    /// Empties the slot of a place, and moves up those behind it that it kept from where they belong.
    private mutating func forget(_ place: Int) {
        var hole = slot(of: ring[place].id)
        // Only a log that no engine wrote has an id twice; the later one counts.
        guard self.place(table[hole]) == place else { return }
        let mask = table.count - 1
        var next = (hole + 1) & mask
        while table[next] != 0 {
            let home = Int(table[next] >> 32) & mask
            if (next - home) & mask >= (next - hole) & mask {
                table[hole] = table[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        table[hole] = 0
    }

    private mutating func grow(for count: Int) {
        var length = max(16, table.count)
        while length < count * 2 { length *= 2 }
        guard length > table.count else { return }
        let old = table
        table = [UInt64](repeating: 0, count: length)
        for entry in old where entry != 0 {
            var slot = Int(entry >> 32) & (length - 1)
            while table[slot] != 0 { slot = (slot + 1) & (length - 1) }
            table[slot] = entry
        }
    }
}
