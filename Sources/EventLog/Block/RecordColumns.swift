// Records on their way into a group, column by column: what batches are built of, what gathers, what is encoded.

/// The records of whole batches, in order; its memory is used again from group to group.
package struct RecordColumns: Sendable {
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
    /// Where the payload of the last batch begins.
    private var lastPayloadStart = 0
    /// Whether the last batch was begun here, and so can be taken back.
    private var isOpen = false
    /// What the format cannot hold, where it was added to the last batch.
    private var fault: Fault?

    private enum Fault {
        case type(UInt8)
        case payload(index: Int, bytes: Int)
        case payloadShrank
    }

    package init() {}

    /// The number of records.
    package var count: Int { types.count }

    /// What all records take as canonical encodings.
    package var canonicalBytes: Int { payload.count + types.count * Format.canonicalOverhead }

    /// Begins a batch: the records that follow are those of one command.
    @inline(__always)
    package mutating func begin(commandID: CommandID, actor: Int64, recordedAt: Int64) {
        heads.append(types.count)
        commandIDs.append(commandID)
        actors.append(actor)
        times.append(recordedAt)
        lastPayloadStart = payload.count
        isOpen = true
        fault = nil
    }

    /// Adds a record to the last batch; the closure appends its payload, and returns how many bytes it has.
    @inline(__always) @discardableResult
    package mutating func append(
        type: UInt8, stream: UInt64, version: Int64, payload fill: (inout [UInt8]) -> Void
    ) -> Int {
        let start = payload.count
        fill(&payload)
        let bytes = payload.count - start
        let isHead = heads[heads.count - 1] == types.count
        if type >= Format.batchStartFlag || bytes < 0 || bytes > Format.maximumPayloadBytes {
            note(type, bytes)
        }
        types.append(isHead ? type | Format.batchStartFlag : type)
        streams.append(stream)
        versions.append(version)
        lengths.append(Int64(bytes))
        return bytes
    }

    private mutating func note(_ type: UInt8, _ bytes: Int) {
        guard fault == nil else { return }
        if type >= Format.batchStartFlag {
            fault = .type(type)
        } else {
            fault = bytes < 0 ? .payloadShrank : .payload(index: types.count - heads[heads.count - 1], bytes: bytes)
        }
    }

    /// What the last batch takes as canonical encodings.
    ///
    /// - Throws: `invalidArgument` or `batchTooLarge` where the format cannot hold the batch.
    /// - Complexity: O(1).
    package func checkLast() throws(LogError) -> Int {
        guard let head = heads.last, types.count > head else {
            throw LogError(.invalidArgument, "A batch needs at least one record.")
        }
        switch fault {
        case nil: break
        case .type(let type): throw LogError(.invalidArgument, "Record type \(type) is not below 128.")
        case .payload(let index, let bytes):
            throw LogError(
                .invalidArgument,
                "Payload \(index) has \(bytes) bytes; 0 to \(Format.maximumPayloadBytes) are possible.")
        case .payloadShrank:
            throw LogError(.invalidArgument, "A payload closure removed bytes; it must only append.")
        }
        let bytes = payload.count - lastPayloadStart + (types.count - head) * Format.canonicalOverhead
        guard bytes <= Format.maximumBatchBytes else {
            throw LogError(
                .batchTooLarge,
                "The batch has \(bytes) bytes; at most \(Format.maximumBatchBytes) are possible. Split it.")
        }
        return bytes
    }

    /// Takes back the batch that was begun last; once, and before anything else is added.
    package mutating func removeLast() {
        precondition(isOpen, "only the batch that was begun last can be taken back")
        isOpen = false
        guard let head = heads.popLast() else { return }
        commandIDs.removeLast()
        actors.removeLast()
        times.removeLast()
        let surplus = types.count - head
        types.removeLast(surplus)
        streams.removeLast(surplus)
        versions.removeLast(surplus)
        lengths.removeLast(surplus)
        payload.removeLast(max(0, payload.count - lastPayloadStart))
        fault = nil
    }

    /// Adds batches that have been checked, behind those that are here.
    mutating func append(_ batches: borrowing RecordColumns) {
        let start = types.count
        isOpen = false
        types.append(contentsOf: batches.types)
        streams.append(contentsOf: batches.streams)
        versions.append(contentsOf: batches.versions)
        lengths.append(contentsOf: batches.lengths)
        payload.append(contentsOf: batches.payload)
        for head in batches.heads { heads.append(start + head) }
        commandIDs.append(contentsOf: batches.commandIDs)
        actors.append(contentsOf: batches.actors)
        times.append(contentsOf: batches.times)
    }

    package mutating func removeAll() {
        types.removeAll(keepingCapacity: true)
        streams.removeAll(keepingCapacity: true)
        versions.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        payload.removeAll(keepingCapacity: true)
        heads.removeAll(keepingCapacity: true)
        commandIDs.removeAll(keepingCapacity: true)
        actors.removeAll(keepingCapacity: true)
        times.removeAll(keepingCapacity: true)
        lastPayloadStart = 0
        isOpen = false
        fault = nil
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
struct NumberDictionary {
    private(set) var entries: [Int64] = []
    private var slots: [Int32]

    init() { slots = Array(repeating: -1, count: 1024) }

    mutating func removeAll() {
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
    mutating func place(of number: Int64) -> Int {
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

    private mutating func grow() {
        slots = Array(repeating: -1, count: slots.count * 4)
        for (place, entry) in entries.enumerated() {
            var slot = Self.hash(entry) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(place)
        }
    }
}
