// Turns the payload of one block into the columns of a DecodedBlock; nothing in the bytes can make it trap.

/// Why a payload whose checksum fits still is no payload.
struct BlockDamage: Error, Hashable {
    var reason: String
}

/// Decodes payloads; owned by one cursor, all buffers reused.
final class BlockDecoder {
    /// A column as the payload holds it.
    struct Column {
        var codec: UInt8 = 0
        var bytes = UnsafeRawBufferPointer(start: nil, count: 0)
        var rawLength = 0
        var isPresent = false
    }

    private let inflater = Inflater()
    private let scratch = ByteBuffer()
    private let whitened = ByteBuffer()
    private var columns = [Column](repeating: Column(), count: 13)
    private var numbers: [Int64] = []
    private var places: [Int64] = []
    private var dictionary: [Int64] = []
    private var headTimes: [Int64] = []
    private var headActors: [Int64] = []

    /// Decodes a block whose header and checksums have been checked.
    func decode(
        _ header: BlockHeader, _ stored: UnsafeRawBufferPointer, into block: inout DecodedBlock
    ) throws(BlockDamage) {
        var payload = stored
        if header.whiteningKey != 0 {
            whitened.count = 0
            whitened.append(stored)
            let bytes = UnsafeMutableRawBufferPointer(start: whitened.base, count: stored.count)
            Whitening.apply(key: header.whiteningKey, salt: header.salt, to: bytes)
            payload = UnsafeRawBufferPointer(bytes)
        }
        try parse(payload, rawLength: Int(header.rawLength))
        let count = Int(header.count)
        block.firstPosition = Position(header.firstPosition)
        block.count = count
        let heads = try decodeTypes(count, into: &block)
        try decodeStreams(count, into: &block)
        try decodeHeads(header, heads, into: &block)
        try decodePayload(count, into: &block)
    }

    /// Finds the columns and adds up their raw lengths, which bound every allocation.
    private func parse(_ payload: UnsafeRawBufferPointer, rawLength: Int) throws(BlockDamage) {
        for index in columns.indices { columns[index].isPresent = false }
        var reader = VarintReader(payload)
        var total = 0
        while reader.remaining > 0 {
            guard let descriptor = reader.byte(), let stored = reader.varint() else {
                throw BlockDamage(reason: "a column descriptor is cut short")
            }
            let codec = descriptor & 3
            var length = stored
            if codec != ColumnCodec.raw {
                guard let stated = reader.varint() else {
                    throw BlockDamage(reason: "a column descriptor is cut short")
                }
                length = stated
            }
            guard length <= UInt64(rawLength - total), let bytes = reader.take(stored) else {
                throw BlockDamage(reason: "a column is longer than its block")
            }
            total += Int(length)
            let identifier = Int(descriptor >> 2)
            guard (1..<columns.count).contains(identifier) else { continue }
            guard !columns[identifier].isPresent, codec <= ColumnCodec.deflate else {
                throw BlockDamage(reason: "column \(identifier) is there twice or in an unknown codec")
            }
            columns[identifier] = Column(codec: codec, bytes: bytes, rawLength: Int(length), isPresent: true)
        }
        guard total == rawLength else { throw BlockDamage(reason: "the columns do not add up to the raw length") }
    }

    /// The raw bytes of a column, valid until the next call; `nil` when the block has no such column.
    private func bytes(_ identifier: ColumnID) throws(BlockDamage) -> UnsafeRawBufferPointer? {
        let column = columns[Int(identifier.rawValue)]
        guard column.isPresent else { return nil }
        guard column.codec == ColumnCodec.deflate else { return column.bytes }
        scratch.count = 0
        scratch.reserve(max(1, column.rawLength))
        let target = UnsafeMutableRawBufferPointer(start: scratch.base, count: column.rawLength)
        guard inflater.inflate(column.bytes, into: target) else {
            throw BlockDamage(reason: "column \(identifier) does not inflate to its stated length")
        }
        return UnsafeRawBufferPointer(target)
    }

    private func required(_ identifier: ColumnID) throws(BlockDamage) -> UnsafeRawBufferPointer {
        guard let bytes = try bytes(identifier) else {
            throw BlockDamage(reason: "column \(identifier) is missing")
        }
        return bytes
    }

    private func unpack(
        _ bytes: UnsafeRawBufferPointer, _ identifier: ColumnID, count: Int, into array: inout [Int64]
    ) throws(BlockDamage) {
        array.resize(to: count, filler: 0)
        guard array.withUnsafeMutableBufferPointer({ PackedNumbers.unpack(bytes, into: $0) }) else {
            throw BlockDamage(reason: "column \(identifier) does not hold \(count) numbers")
        }
    }

    /// Reads a dictionary column: its own count, at most `limit`, then that many numbers.
    private func unpackDictionary(
        _ bytes: UnsafeRawBufferPointer, _ identifier: ColumnID, limit: Int
    ) throws(BlockDamage) {
        var reader = VarintReader(bytes)
        guard let count = reader.varint(), count >= 1, count <= UInt64(limit),
            let rest = reader.take(UInt64(reader.remaining))
        else { throw BlockDamage(reason: "column \(identifier) has an impossible count") }
        try unpack(rest, identifier, count: Int(count), into: &dictionary)
    }

    /// Unpacks indices into `places` and checks each against the dictionary.
    private func unpackPlaces(_ identifier: ColumnID, count: Int) throws(BlockDamage) {
        if dictionary.count == 1 {
            places.resize(to: count, filler: 0)
            places.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
            return
        }
        try unpack(try required(identifier), identifier, count: count, into: &places)
        guard BlockLoops.allBelow(places, UInt64(dictionary.count)) else {
            throw BlockDamage(reason: "column \(identifier) points beyond its dictionary")
        }
    }

    /// Fills types and batch starts, and counts the batches that the block touches.
    private func decodeTypes(_ count: Int, into block: inout DecodedBlock) throws(BlockDamage) -> Int {
        let bytes = try required(.types)
        guard bytes.count == count, count > 0 else { throw BlockDamage(reason: "there is not one type a record") }
        block.types.resize(to: count, filler: 0)
        block.isBatchStart.resize(to: count, filler: false)
        let starts = BlockLoops.splitTypes(bytes, into: &block.types, &block.isBatchStart)
        return starts + (block.isBatchStart[0] ? 0 : 1)
    }

    private func decodeStreams(_ count: Int, into block: inout DecodedBlock) throws(BlockDamage) {
        try unpackDictionary(try required(.streamDictionary), .streamDictionary, limit: count)
        try unpack(try required(.versionBase), .versionBase, count: dictionary.count, into: &numbers)
        try unpackPlaces(.streamIndex, count: count)
        block.streams.resize(to: count, filler: 0)
        block.versions.resize(to: count, filler: 0)
        let exceptions = try bytes(.versionException)
        if let exceptions {
            guard
                BlockLoops.irregularVersions(
                    places, next: &numbers, exceptions: VarintReader(exceptions), into: &block.versions)
            else { throw BlockDamage(reason: "the version exceptions are malformed") }
            BlockLoops.lookUp(places, dictionary, into: &block.streams)
        } else {
            BlockLoops.streams(places, dictionary, next: &numbers, into: &block.streams, &block.versions)
        }
    }

    private func decodeHeads(_ header: BlockHeader, _ heads: Int, into block: inout DecodedBlock) throws(BlockDamage) {
        let count = block.count
        block.recordedAt.resize(to: count, filler: 0)
        block.actors.resize(to: count, filler: 0)
        block.commandIDs.resize(to: count, filler: CommandID(high: 0, low: 0))
        if heads == count {
            // Every record is a batch of its own, as where commands are small: nothing has to be repeated.
            try decodeTimes(header, heads, into: &block.recordedAt)
            try decodeActors(heads, into: &block.actors)
            BlockLoops.identifiers(try commandIDs(heads), into: &block.commandIDs)
        } else {
            try decodeTimes(header, heads, into: &headTimes)
            try decodeActors(heads, into: &headActors)
            BlockLoops.expand(try commandIDs(heads), headTimes, headActors, into: &block)
        }
    }

    private func decodeTimes(
        _ header: BlockHeader, _ heads: Int, into times: inout [Int64]
    ) throws(BlockDamage) {
        if let differences = try bytes(.time) {
            try unpack(differences, .time, count: heads, into: &times)
        } else {
            times.resize(to: heads, filler: 0)
            times.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
        }
        guard BlockLoops.accumulate(&times, from: header.baseTime) else {
            throw BlockDamage(reason: "time runs back within the block")
        }
    }

    private func decodeActors(_ heads: Int, into actors: inout [Int64]) throws(BlockDamage) {
        if let direct = try bytes(.actorDirect) {
            return try unpack(direct, .actorDirect, count: heads, into: &actors)
        }
        try unpackDictionary(try required(.actorDictionary), .actorDictionary, limit: heads)
        try unpackPlaces(.actorIndex, count: heads)
        actors.resize(to: heads, filler: 0)
        BlockLoops.lookUp(places, dictionary, into: &actors)
    }

    private func commandIDs(_ heads: Int) throws(BlockDamage) -> UnsafeRawBufferPointer {
        let identifiers = try required(.commandID)
        guard identifiers.count == heads * 16 else {
            throw BlockDamage(reason: "there is not one command identifier a batch")
        }
        return identifiers
    }

    private func decodePayload(_ count: Int, into block: inout DecodedBlock) throws(BlockDamage) {
        try unpack(try required(.payloadLength), .payloadLength, count: count, into: &numbers)
        block.payloadEnds.resize(to: count, filler: 0)
        let column = columns[Int(ColumnID.payload.rawValue)]
        let length = column.isPresent ? column.rawLength : 0
        guard BlockLoops.ends(numbers, total: length, into: &block.payloadEnds) else {
            throw BlockDamage(reason: "the payload lengths do not add up")
        }
        block.payload.resize(to: length, filler: 0)
        guard length > 0 else { return }
        guard column.codec == ColumnCodec.deflate else {
            block.payload.withUnsafeMutableBytes { $0.copyMemory(from: column.bytes) }
            return
        }
        guard block.payload.withUnsafeMutableBytes({ inflater.inflate(column.bytes, into: $0) }) else {
            throw BlockDamage(reason: "the payload column does not inflate to its stated length")
        }
    }
}
