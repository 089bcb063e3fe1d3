// Turns gathered records into the columns of one block's payload.

/// Encodes payloads; owned by the committer's thread, all buffers reused.
final class BlockEncoder {
    private let deflater: Deflater
    private let column = ByteBuffer()
    private let streams = NumberDictionary()
    private let actors = NumberDictionary()
    private var places: [Int64] = []
    private var nextVersions: [Int64] = []
    private var bases: [Int64] = []
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
        encodeStreams(columns, slice)
        encodeTimes(columns, slice)
        encodeActors(columns, slice)
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

    private func encodeStreams(_ columns: borrowing RecordColumns, _ slice: BlockSlice) {
        streams.removeAll()
        places.removeAll(keepingCapacity: true)
        bases.removeAll(keepingCapacity: true)
        nextVersions.removeAll(keepingCapacity: true)
        var previousException = 0
        for record in slice.records {
            let place = streams.place(of: Int64(bitPattern: columns.streams[record]))
            let version = columns.versions[record]
            if place == bases.count {
                bases.append(version)
                nextVersions.append(version)
            } else if version != nextVersions[place] {
                let index = record - slice.records.lowerBound
                column.append(varint: UInt64(index - previousException))
                column.append(varint: zigzag(version &- nextVersions[place]))
                previousException = index
            }
            nextVersions[place] = version &+ 1
            places.append(Int64(place))
        }
        if column.count > 0 { emit(.versionException) }
        column.append(varint: UInt64(bases.count))
        streams.entries.withUnsafeBufferPointer { PackedNumbers.pack($0, into: column) }
        emit(.streamDictionary)
        bases.withUnsafeBufferPointer { PackedNumbers.pack($0, into: column) }
        emit(.versionBase)
        emitPlaces(.streamIndex, dictionaryCount: bases.count)
    }

    private func encodeTimes(_ columns: borrowing RecordColumns, _ slice: BlockSlice) {
        guard var previous = slice.heads.first.map({ columns.times[$0] }) else { return }
        places.removeAll(keepingCapacity: true)
        for head in slice.heads {
            places.append(columns.times[head] &- previous)
            previous = columns.times[head]
        }
        guard places.contains(where: { $0 != 0 }) else { return }
        places.withUnsafeBufferPointer { PackedNumbers.pack($0, into: column) }
        emit(.time)
    }

    /// A dictionary pays while actors come back; where most appear once, their numbers are packed directly.
    private func encodeActors(_ columns: borrowing RecordColumns, _ slice: BlockSlice) {
        actors.removeAll()
        places.removeAll(keepingCapacity: true)
        for head in slice.heads { places.append(Int64(actors.place(of: columns.actors[head]))) }
        if actors.entries.count > 64 && actors.entries.count > slice.heads.count / 4 {
            columns.actors.withUnsafeBufferPointer {
                PackedNumbers.pack(UnsafeBufferPointer(rebasing: $0[slice.heads]), into: column)
            }
            emit(.actorDirect)
        } else {
            column.append(varint: UInt64(actors.entries.count))
            actors.entries.withUnsafeBufferPointer { PackedNumbers.pack($0, into: column) }
            emit(.actorDictionary)
            emitPlaces(.actorIndex, dictionaryCount: actors.entries.count)
        }
    }

    private func emitPlaces(_ identifier: ColumnID, dictionaryCount: Int) {
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
