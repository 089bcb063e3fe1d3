// The one writer of the active segment: allocates ahead, lays out groups, writes and syncs them.

/// Appends groups to a segment that this process created; owned by the committer's thread.
final class SegmentWriter {
    let entry: SegmentEntry
    private let file: OpenFile
    private let salt: UInt32
    /// Where the next block goes; everything before it is durable between groups.
    private(set) var offset: Int64
    private(set) var chain: UInt32
    private var allocatedEnd: Int64
    private var step = Format.firstAllocationBytes
    private let buffer = ByteBuffer(capacity: 64 << 10)

    /// Creates the file with its header page and a first stretch of zeros, and makes all of it durable.
    ///
    /// The manifest does not name it yet.
    init(_ header: SegmentHeader, in directory: LogDirectory) throws(LogError) {
        let page = header.encoded()
        chain = page.withUnsafeBytes { SegmentHeader.chain(of: $0) }
        salt = header.salt
        offset = Int64(Format.headerPageBytes)
        entry = SegmentEntry(
            index: header.index, lastIndex: header.index, segmentID: header.segmentID,
            firstPosition: header.firstPosition, isActive: true,
            end: SegmentEnd(
                lastPosition: header.firstPosition - 1, offset: offset, chain: chain,
                lastTime: header.predecessor.lastTime))
        file = try directory.open(entry.name, .createNew)
        try file.write(page, at: 0)
        allocatedEnd = offset
        try allocate(through: offset + Int64(Format.blockHeaderBytes))
        try file.sync()
        try directory.sync()
    }

    /// What a group came to.
    struct Written {
        var rawBytes = 0
        var storedBytes = 0
    }

    /// Lays out a group, allocates its space, writes it in one call and syncs it.
    ///
    /// - Throws: `diskFull` only while nothing of the group can be in the file; `indeterminate` once it may be.
    func write(
        _ columns: borrowing RecordColumns, firstPosition: Int64, options: LogOptions, encoder: BlockEncoder
    ) throws(LogError) -> Written {
        buffer.count = 0
        var written = Written()
        var link = chain
        let rawBytes = columns.payload.count + columns.count * 4 + columns.heads.count * 16
        let slices = BlockSlice.slices(of: columns)
        for (number, slice) in slices.enumerated() {
            let start = begin()
            encoder.encode(
                columns, slice, compressing: rawBytes >= options.compressionThresholdBytes, into: buffer)
            var header = BlockHeader(
                type: BlockType.data, flags: number + 1 < slices.count ? BlockFlag.groupContinues : 0,
                rawLength: UInt32(encoder.rawLength),
                firstPosition: firstPosition + Int64(slice.records.lowerBound), count: UInt32(slice.records.count),
                offset: offset + Int64(start), baseTime: columns.times[slice.heads.lowerBound],
                durableEnd: offset, salt: salt, previous: link)
            finish(&header, from: start)
            link = header.ownChecksum
            written.rawBytes += encoder.rawLength
            written.storedBytes += Int(header.storedLength)
        }
        try flush(link: link)
        return written
    }

    /// Writes blocks of another segment again, their payloads untouched, as one group.
    func rewrite(_ blocks: [(header: BlockHeader, payload: [UInt8])]) throws(LogError) {
        buffer.count = 0
        var link = chain
        for (old, payload) in blocks {
            let start = begin()
            payload.withUnsafeBytes { buffer.append($0) }
            if old.whiteningKey != 0 {
                let bytes = UnsafeMutableRawBufferPointer(
                    start: buffer.base + start + Format.blockHeaderBytes, count: payload.count)
                Whitening.apply(key: old.whiteningKey, salt: old.salt, to: bytes)
            }
            var header = old
            header.flags = old.flags & BlockFlag.groupContinues
            header.offset = offset + Int64(start)
            header.durableEnd = offset
            header.salt = salt
            header.previous = link
            finish(&header, from: start)
            link = header.ownChecksum
        }
        try flush(link: link)
    }

    /// Carries the durable end forward, so that recovery can prove what was acknowledged.
    func confirm(nextPosition: Int64, time: Int64) throws(LogError) {
        buffer.count = 0
        let start = begin()
        var header = BlockHeader(
            type: BlockType.confirm, firstPosition: nextPosition, offset: offset, baseTime: time,
            durableEnd: offset, salt: salt, previous: chain)
        finish(&header, from: start)
        try flush(link: header.ownChecksum, reserving: 0)
    }

    /// Gives back the zeros that were allocated ahead; only sensible after the last block.
    func trim() throws(LogError) {
        guard allocatedEnd > offset else { return }
        try file.truncate(to: offset)
        allocatedEnd = offset
    }

    private func begin() -> Int {
        let start = buffer.count
        buffer.append(repeating: 0, count: Format.blockHeaderBytes)
        return start
    }

    /// Pads and whitens the payload behind the header's place, then fills in the header.
    private func finish(_ header: inout BlockHeader, from start: Int) {
        let payloadStart = start + Format.blockHeaderBytes
        header.storedLength = UInt32(buffer.count - payloadStart)
        let length = buffer.count - payloadStart
        buffer.append(repeating: Format.padding, count: Format.aligned(length) - length)
        // The header's place must count as written for the test of sectors, as it will be.
        buffer.base.store(start, Format.blockMagic)
        let payload = UnsafeMutableRawBufferPointer(start: buffer.base + payloadStart, count: length)
        var key: UInt8 = 0
        while Whitening.hasZeroSector(buffer.bytes(start..<buffer.count), at: header.offset) {
            if key > 0 { Whitening.apply(key: key, salt: salt, to: payload) }
            // Payloads cannot aim at the keys, since the salt is drawn at random when the segment is made.
            guard key < UInt8.max else { break }
            key += 1
            Whitening.apply(key: key, salt: salt, to: payload)
        }
        header.flags |= UInt16(key) << 8
        header.payloadChecksum = checksum(buffer.bytes(payloadStart..<buffer.count))
        header.store(at: buffer.base + start)
    }

    /// Allocates, writes and syncs the buffer, and moves on.
    ///
    /// A group takes one header more than it needs: the confirm block must fit even when the disk is full by then.
    private func flush(link: UInt32, reserving reserve: Int = Format.blockHeaderBytes) throws(LogError) {
        let end = offset + Int64(buffer.count)
        try allocate(through: end + Int64(reserve))
        do {
            try file.write(buffer.bytes, at: offset)
            try file.sync()
        } catch {
            throw LogError(
                .indeterminate,
                "The last records may or may not be stored. Open the log again and retry them with the same commandID.",
                path: file.path, offset: offset, errno: error.errno, cause: error)
        }
        offset = end
        chain = link
    }

    /// Writes zeros ahead: overwriting allocated bytes syncs about twice as fast as growing the file.
    private func allocate(through needed: Int64) throws(LogError) {
        guard needed > allocatedEnd else { return }
        let target = max(needed + step, allocatedEnd + step) & ~Int64(4095)
        step = min(step * 2, Format.lastAllocationBytes)
        let zeros = [UInt8](repeating: 0, count: Int(min(target - allocatedEnd, 1 << 20)))
        while allocatedEnd < target {
            let count = min(Int64(zeros.count), target - allocatedEnd)
            try zeros.withUnsafeBufferPointer { (bytes) throws(LogError) in
                try file.write(UnsafeRawBufferPointer(start: bytes.baseAddress, count: Int(count)), at: allocatedEnd)
            }
            allocatedEnd += count
        }
    }
}
