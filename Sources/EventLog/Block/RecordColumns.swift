// The records that gather for the next group, column by column.

/// Records on their way into a group; filled under the monitor, encoded by the committer, then reused.
struct RecordColumns {
    /// The type of each record, with the flag on the first of a batch.
    var types: [UInt8] = []
    var streams: [UInt64] = []
    var versions: [Int64] = []
    /// The payload length of each record; wide, since the number columns are packed from this width.
    var lengths: [Int64] = []
    var payload: [UInt8] = []
    /// The record that each batch begins with; the three arrays after it run along.
    var heads: [Int] = []
    var commandIDs: [CommandID] = []
    var actors: [Int64] = []
    var times: [Int64] = []

    var count: Int { types.count }

    /// Adds the records of a batch that has been checked.
    mutating func append(_ batch: borrowing LogBatch) {
        heads.append(types.count)
        commandIDs.append(batch.commandID)
        actors.append(batch.actor)
        times.append(batch.recordedAt)
        if batch.types.count == 1 {
            types.append(batch.types[0] | Format.batchStartFlag)
            streams.append(batch.streams[0])
            versions.append(batch.versions[0])
            lengths.append(Int64(batch.payload.count))
        } else {
            let start = types.count
            types.append(contentsOf: batch.types)
            types[start] |= Format.batchStartFlag
            streams.append(contentsOf: batch.streams)
            versions.append(contentsOf: batch.versions)
            var previous = 0
            for end in batch.payloadEnds {
                lengths.append(Int64(end - previous))
                previous = end
            }
        }
        payload.append(contentsOf: batch.payload)
    }

    mutating func removeAll() {
        types.removeAll(keepingCapacity: true)
        streams.removeAll(keepingCapacity: true)
        versions.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        payload.removeAll(keepingCapacity: true)
        heads.removeAll(keepingCapacity: true)
        commandIDs.removeAll(keepingCapacity: true)
        actors.removeAll(keepingCapacity: true)
        times.removeAll(keepingCapacity: true)
    }
}

/// The part of the gathered records that one block takes.
struct BlockSlice {
    var records: Range<Int>
    /// The batches that the records belong to; the first may have begun in the block before.
    var heads: Range<Int>
    var payload: Range<Int>

    /// Cuts the columns into blocks of the target size; every slice holds at least one record.
    static func slices(of columns: borrowing RecordColumns) -> [BlockSlice] {
        var slices: [BlockSlice] = []
        var slice = BlockSlice(records: 0..<0, heads: 0..<0, payload: 0..<0)
        var headsEnd = 0
        for record in 0..<columns.count {
            let length = Int(columns.lengths[record])
            if slice.records.count >= Format.targetBlockRecords
                || slice.records.count > 0 && slice.payload.count + length > Format.targetBlockBytes
            {
                slices.append(slice)
                let isHead = headsEnd < columns.heads.count && columns.heads[headsEnd] == record
                let firstHead = isHead ? headsEnd : headsEnd - 1
                slice = BlockSlice(
                    records: record..<record, heads: firstHead..<headsEnd,
                    payload: slice.payload.upperBound..<slice.payload.upperBound)
            }
            if headsEnd < columns.heads.count && columns.heads[headsEnd] == record { headsEnd += 1 }
            slice.records = slice.records.lowerBound..<record + 1
            slice.heads = slice.heads.lowerBound..<headsEnd
            slice.payload = slice.payload.lowerBound..<slice.payload.upperBound + length
        }
        if !slice.records.isEmpty { slices.append(slice) }
        return slices
    }
}

/// Numbers in the order of their first appearance, with their places; an open hash table that is reused.
final class NumberDictionary {
    private(set) var entries: [Int64] = []
    private var slots: [Int32]

    init() { slots = Array(repeating: -1, count: 1024) }

    func removeAll() {
        if entries.count * 8 < slots.count {
            // A table that once was full is not to cost every small group after that.
            for (place, entry) in entries.enumerated() {
                var slot = Self.hash(entry) & (slots.count - 1)
                while slots[slot] != Int32(place) { slot = (slot + 1) & (slots.count - 1) }
                slots[slot] = -1
            }
        } else {
            for slot in slots.indices { slots[slot] = -1 }
        }
        entries.removeAll(keepingCapacity: true)
    }

    /// The place of a number, which is added when it is new.
    ///
    /// - Complexity: O(1) on average.
    func place(of number: Int64) -> Int {
        if entries.count * 2 >= slots.count { grow() }
        var slot = Self.hash(number) & (slots.count - 1)
        while true {
            let place = Int(slots[slot])
            if place < 0 { break }
            if entries[place] == number { return place }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = Int32(entries.count)
        entries.append(number)
        return entries.count - 1
    }

    private static func hash(_ number: Int64) -> Int {
        Int((UInt64(bitPattern: number) &* 0x9E37_79B9_7F4A_7C15) >> 40)
    }

    private func grow() {
        slots = Array(repeating: -1, count: slots.count * 4)
        for (place, entry) in entries.enumerated() {
            var slot = Self.hash(entry) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(place)
        }
    }
}
