// Turns gathered records into the columns of one block's payload.

/// Encodes payloads; owned by the committer's thread, all buffers reused.
final class BlockEncoder {
    private let deflater: Deflater
    private let column = ByteBuffer()
    private var scratch = Scratch()

    /// What the loops over records work with; handed to them as a whole, since every use of an object's property is
    /// checked for being the only one.
    private struct Scratch {
        var numbers = NumberDictionary()
        var places: [Int64] = []
        var nextVersions: [Int64] = []
        var bases: [Int64] = []
    }

    /// The raw length of the payload that was encoded last: its columns before compression.
    private(set) var rawLength = 0
    private var compresses = false
    private var output = ByteBuffer(capacity: 1)

    init(level: Int) { deflater = Deflater(level: level) }

    /// Appends the payload of a slice to `output`.
    func encode(
        _ columns: borrowing RecordColumns, _ slice: BlockSlice, compressing: Bool, into output: ByteBuffer
    ) {
        self.output = output
        rawLength = 0
        compresses = compressing
        columns.types.withUnsafeBytes { column.append(UnsafeRawBufferPointer(rebasing: $0[slice.records])) }
        emit(.types)
        encodeStreams(columns, slice, &scratch)
        encodeTimes(columns, slice, &scratch)
        encodeActors(columns, slice, &scratch)
        for head in slice.heads {
            let identifier = columns.commandIDs[head]
            let target = column.reserve(16)
            target.store(0, identifier.high.byteSwapped)
            target.store(8, identifier.low.byteSwapped)
            column.count += 16
        }
        emit(.commandID)
        columns.lengths.withUnsafeBufferPointer {
            PackedNumbers.pack(UnsafeBufferPointer(rebasing: $0[slice.records]), into: column)
        }
        emit(.payloadLength)
        if !slice.payload.isEmpty {
            columns.payload.withUnsafeBytes { column.append(UnsafeRawBufferPointer(rebasing: $0[slice.payload])) }
            emit(.payload)
        }
    }

    private func encodeStreams(
        _ columns: borrowing RecordColumns, _ slice: BlockSlice, _ scratch: inout Scratch
    ) {
        scratch.numbers.removeAll()
        scratch.places.removeAll(keepingCapacity: true)
        scratch.bases.removeAll(keepingCapacity: true)
        scratch.nextVersions.removeAll(keepingCapacity: true)
        var previousException = 0
        for record in slice.records {
            let place = scratch.numbers.place(of: Int64(bitPattern: columns.streams[record]))
            let version = columns.versions[record]
            if place == scratch.bases.count {
                scratch.bases.append(version)
                scratch.nextVersions.append(version)
            } else if version != scratch.nextVersions[place] {
                let index = record - slice.records.lowerBound
                column.append(varint: UInt64(index - previousException))
                column.append(varint: zigzag(version &- scratch.nextVersions[place]))
                previousException = index
            }
            scratch.nextVersions[place] = version &+ 1
            scratch.places.append(Int64(place))
        }
        if column.count > 0 { emit(.versionException) }
        column.append(varint: UInt64(scratch.bases.count))
        scratch.numbers.entries.withUnsafeBufferPointer { PackedNumbers.pack($0, into: column) }
        emit(.streamDictionary)
        scratch.bases.withUnsafeBufferPointer { PackedNumbers.pack($0, into: column) }
        emit(.versionBase)
        emitPlaces(.streamIndex, scratch.places, dictionaryCount: scratch.bases.count)
    }

    private func encodeTimes(
        _ columns: borrowing RecordColumns, _ slice: BlockSlice, _ scratch: inout Scratch
    ) {
        guard var previous = slice.heads.first.map({ columns.times[$0] }) else { return }
        scratch.places.removeAll(keepingCapacity: true)
        for head in slice.heads {
            scratch.places.append(columns.times[head] &- previous)
            previous = columns.times[head]
        }
        guard scratch.places.contains(where: { $0 != 0 }) else { return }
        scratch.places.withUnsafeBufferPointer { PackedNumbers.pack($0, into: column) }
        emit(.time)
    }

    /// A dictionary pays while actors come back; where most appear once, their numbers are packed directly.
    private func encodeActors(
        _ columns: borrowing RecordColumns, _ slice: BlockSlice, _ scratch: inout Scratch
    ) {
        scratch.numbers.removeAll()
        scratch.places.removeAll(keepingCapacity: true)
        for head in slice.heads { scratch.places.append(Int64(scratch.numbers.place(of: columns.actors[head]))) }
        if scratch.numbers.entries.count > 64 && scratch.numbers.entries.count > slice.heads.count / 4 {
            columns.actors.withUnsafeBufferPointer {
                PackedNumbers.pack(UnsafeBufferPointer(rebasing: $0[slice.heads]), into: column)
            }
            emit(.actorDirect)
        } else {
            column.append(varint: UInt64(scratch.numbers.entries.count))
            scratch.numbers.entries.withUnsafeBufferPointer { PackedNumbers.pack($0, into: column) }
            emit(.actorDictionary)
            emitPlaces(.actorIndex, scratch.places, dictionaryCount: scratch.numbers.entries.count)
        }
    }

    private func emitPlaces(_ identifier: ColumnID, _ places: [Int64], dictionaryCount: Int) {
        guard dictionaryCount > 1 else { return }
        places.withUnsafeBufferPointer { PackedNumbers.pack($0, into: column) }
        emit(identifier)
    }

    /// Moves the column to the output: deflated when that leaves less than three quarters, raw otherwise.
    private func emit(_ identifier: ColumnID) {
        rawLength += column.count
        if compresses && column.count >= 64 && identifier != .commandID {
            let limit = column.count * 3 / 4
            // The descriptor is written after the attempt, so the attempt leaves it room.
            let room = output.reserve(limit + 16)
            if let stored = deflater.deflate(column.bytes, into: room + 16, limit: limit) {
                output.append(byte: identifier.rawValue << 2 | ColumnCodec.deflate)
                output.append(varint: UInt64(stored))
                output.append(varint: UInt64(column.count))
                (output.base + output.count).copyMemory(from: room + 16, byteCount: stored)
                output.count += stored
                column.count = 0
                return
            }
        }
        output.append(byte: identifier.rawValue << 2 | ColumnCodec.raw)
        output.append(varint: UInt64(column.count))
        output.append(column.bytes)
        column.count = 0
    }
}
