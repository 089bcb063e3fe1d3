// A hash table of places in arrays that lie elsewhere: the look-ups of the state, and of remembered commands.

/// Finds the place of a row by a tag, which is 32 bits of a hash of its key; the keys themselves stay in the rows.
///
/// Open addressing with linear probing, at most three quarters full, and no tombstones: what is removed is as if it had
/// never been there. Eight bytes a slot hold tag and place, so that growing and removing read no row, and a look-up
/// seldom reads one that it does not want.
///
/// Whoever computes the tags decides what a crowd of equal tags may cost: tags of what outsiders choose must be keyed
/// with a secret.
package struct PlaceTable: Sendable {
    /// 0 where nothing is, else the tag above the place plus 1; the length is 0 or a power of two.
    @usableFromInline var slots: [UInt64] = []
    @usableFromInline var entryCount = 0

    /// How many tags to ``touch(_:)`` at a time.
    package static let touchLength = 512

    @inlinable package init() {}

    /// How many places it holds.
    @inlinable package var count: Int { entryCount }

    /// How many bytes its slots take.
    package var bytes: Int { slots.capacity * MemoryLayout<UInt64>.stride }

    /// The first place with that tag that `isWanted`, or nil.
    @inlinable package func place(tagged tag: UInt32, where isWanted: (Int) -> Bool) -> Int? {
        if slots.isEmpty { return nil }
        let mask = slots.count &- 1
        var slot = Int(tag) & mask
        while slots[slot] != 0 {
            if slots[slot] >> 32 == UInt64(tag) {
                let place = Int(slots[slot] & 0xFFFF_FFFF) &- 1
                if isWanted(place) { return place }
            }
            slot = (slot &+ 1) & mask
        }
        return nil
    }

    /// Adds a place below 2³² − 1, whether or not another has the same key.
    @inlinable package mutating func insert(_ place: Int, tagged tag: UInt32) {
        if (entryCount + 1) * 4 > slots.count * 3 { grow(for: entryCount + 1) }
        put(UInt64(tag) << 32 | UInt64(UInt32(place + 1)))
        entryCount += 1
    }

    /// Takes a place away that was inserted with that tag; false where it is not there.
    ///
    /// Those behind it that it kept from where they belong move up, so that every probe still meets them.
    @inlinable @discardableResult
    package mutating func remove(_ place: Int, tagged tag: UInt32) -> Bool {
        if slots.isEmpty { return false }
        let mask = slots.count &- 1
        let entry = UInt64(tag) << 32 | UInt64(UInt32(place + 1))
        var hole = Int(tag) & mask
        while slots[hole] != entry {
            if slots[hole] == 0 { return false }
            hole = (hole &+ 1) & mask
        }
        var next = (hole &+ 1) & mask
        while slots[next] != 0 {
            let home = Int(slots[next] >> 32) & mask
            if (next &- home) & mask >= (next &- hole) & mask {
                slots[hole] = slots[next]
                hole = next
            }
            next = (next &+ 1) & mask
        }
        slots[hole] = 0
        entryCount -= 1
        return true
    }

    /// Brings the slots where these tags belong near the processor, many at a time.
    ///
    /// In a large table each look-up waits for memory; after this those of all these tags together wait once. Some
    /// hundreds at a time are best: of more, the first are gone again before they are looked up.
    ///
    /// - Returns: a number without meaning, to be kept, so that the reading is not optimised away.
    package func touch(_ tags: ArraySlice<UInt32>) -> UInt64 {
        if slots.isEmpty { return 0 }
        let mask = slots.count &- 1
        return tags.reduce(0) { $0 &+ slots[Int($1) & mask] }
    }

    /// Brings the slot where a tag belongs near the processor; gives a number without meaning, to be kept.
    @inlinable package func touch(_ tag: UInt32) -> UInt64 { slots.isEmpty ? 0 : slots[Int(tag) & (slots.count &- 1)] }

    /// Makes room for so many places, so that the table does not grow on the way there.
    package mutating func reserveCapacity(_ count: Int) {
        if count * 4 > slots.count * 3 { grow(for: count) }
    }

    @inlinable mutating func put(_ entry: UInt64) {
        let mask = slots.count &- 1
        var slot = Int(entry >> 32) & mask
        while slots[slot] != 0 { slot = (slot &+ 1) & mask }
        slots[slot] = entry
    }

    @usableFromInline mutating func grow(for count: Int) {
        var length = max(8, slots.count)
        while count * 4 > length * 3 { length *= 2 }
        let old = slots
        slots = [UInt64](repeating: 0, count: length)
        for entry in old where entry != 0 { put(entry) }
    }
}
