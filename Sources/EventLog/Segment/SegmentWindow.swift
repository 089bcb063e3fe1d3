// A moving window over a segment file: large reads, bounded memory, and never a byte past a limit.

/// Reads ranges of a segment; what the file lacks reads as zeros, which no block consists of.
final class SegmentWindow {
    let file: OpenFile
    /// No byte at or past this is ever read: past the durable end they may still change.
    private(set) var limit: Int64
    private let readAhead: Int
    private let buffer = ByteBuffer(capacity: 64 << 10)
    private var start: Int64 = 0

    static let readAheadBytes = 256 << 10

    init(_ file: OpenFile, limit: Int64, readAhead: Int = readAheadBytes) {
        self.file = file
        self.limit = limit
        self.readAhead = readAhead
    }

    /// Lets the window read further, and forgets the zeros that stood for what it did not read.
    func extend(to later: Int64) {
        buffer.count = Int(max(0, min(Int64(buffer.count), limit - start)))
        limit = later
    }

    /// The bytes of a range that has been read already, valid until the next call.
    func held(at offset: Int64, count: Int) -> UnsafeRawBufferPointer? {
        guard offset >= start, offset + Int64(count) <= start + Int64(buffer.count) else { return nil }
        let from = Int(offset - start)
        return buffer.bytes(from..<from + count)
    }

    /// The bytes of a range, valid until the next call.
    ///
    /// - Throws: `io` when a read is refused.
    func bytes(at offset: Int64, count: Int) throws(LogError) -> UnsafeRawBufferPointer {
        if let held = held(at: offset, count: count) { return held }
        try load(offset, count)
        return buffer.bytes(0..<count)
    }

    private func load(_ offset: Int64, _ count: Int) throws(LogError) {
        let wanted = max(count, readAhead)
        buffer.count = 0
        buffer.reserve(wanted)
        start = offset
        let allowed = Int(max(0, min(Int64(wanted), limit - offset)))
        let target = UnsafeMutableRawBufferPointer(start: buffer.base, count: allowed)
        let got = try file.read(into: target, at: offset)
        let filled = max(got, count)
        if filled > got {
            (buffer.base + got).initializeMemory(as: UInt8.self, repeating: 0, count: filled - got)
        }
        buffer.count = filled
    }
}

/// Steps from block to block, checking the chain, the place and the positions, but no payload.
struct BlockWalk {
    /// What stands at the walk's offset.
    enum Step {
        case block(BlockHeader)
        /// Nothing was written here.
        case hole
        /// Bytes that are no header.
        case invalid
        /// A sound header that does not follow the one before it.
        case unrelated(String)
        /// A header for a newer reader.
        case newer
    }

    var offset: Int64
    var chain: UInt32
    var nextPosition: Int64
    let salt: UInt32
    /// Whether blocks of sealed segments may stand here.
    var isSealed = false

    /// Looks at the next header without moving.
    func peek(_ window: SegmentWindow) throws(LogError) -> Step {
        let bytes = try window.bytes(at: offset, count: Format.blockHeaderBytes)
        guard let base = bytes.baseAddress else { return .hole }
        switch BlockHeader.decoded(base, offset: offset, salt: salt, isSealed: isSealed) {
        case .hole: return .hole
        case .invalid: return .invalid
        case .newer: return .newer
        case .header(let header):
            if header.previous != chain { return .unrelated("does not continue the chain of checksums") }
            if header.firstPosition != nextPosition {
                return .unrelated("begins at position \(header.firstPosition) instead of \(nextPosition)")
            }
            return .block(header)
        }
    }

    /// Moves behind a block.
    mutating func advance(past header: BlockHeader) {
        offset = header.end
        chain = header.ownChecksum
        nextPosition = header.lastPosition + 1
    }

    /// The stored payload with its padding, read together with the header behind it.
    static func paddedPayload(
        of header: BlockHeader, _ window: SegmentWindow
    ) throws(LogError) -> UnsafeRawBufferPointer {
        let bytes = try window.bytes(
            at: header.offset + Int64(Format.blockHeaderBytes), count: header.paddedLength + Format.blockHeaderBytes)
        return UnsafeRawBufferPointer(rebasing: bytes.dropLast(Format.blockHeaderBytes))
    }

    /// The stored payload, without padding, when it fits its checksum.
    static func payload(
        of header: BlockHeader, _ window: SegmentWindow
    ) throws(LogError) -> UnsafeRawBufferPointer? {
        let padded = try paddedPayload(of: header, window)
        guard checksum(padded) == header.payloadChecksum else { return nil }
        return UnsafeRawBufferPointer(rebasing: padded[0..<Int(header.storedLength)])
    }
}

extension LogDirectory {
    /// Opens a segment and checks that its header page is the one the manifest expects.
    func openSegment(
        _ entry: SegmentEntry, of logID: LogID, after predecessor: SegmentEntry?, limit: Int64, name: String? = nil
    ) throws(LogError) -> (window: SegmentWindow, walk: BlockWalk, header: SegmentHeader) {
        let file = try openForReading(name ?? entry.name)
        // Sealed blocks are larger than the window would be, so each is read on its own.
        let window = SegmentWindow(
            file, limit: limit, readAhead: entry.isSealed ? Format.headerPageBytes : SegmentWindow.readAheadBytes)
        let page = try window.bytes(at: 0, count: Format.headerPageBytes)
        let header = try SegmentHeader.decoded(page, path: file.path)
        guard header.logID == logID else {
            throw LogError(
                .foreign, "The segment belongs to log \(header.logID), not to \(logID). Put the right file back.",
                path: file.path)
        }
        guard header.segmentID == entry.segmentID, header.index == entry.index, header.lastIndex == entry.lastIndex,
            header.isSealed == entry.isSealed, header.firstPosition == entry.firstPosition,
            header.predecessorIndex == predecessor?.lastIndex ?? 0,
            predecessor == nil || header.predecessor == predecessor?.end
        else {
            throw LogError(
                .corrupted,
                "The segment does not follow its predecessor as the manifest lists them. Restore it from a backup.",
                path: file.path)
        }
        let walk = BlockWalk(
            offset: Int64(Format.headerPageBytes), chain: SegmentHeader.chain(of: page),
            nextPosition: entry.firstPosition, salt: header.salt, isSealed: header.isSealed)
        return (window, walk, header)
    }

    /// Reads TAIL; `nil` when it is missing or says nothing about this log.
    func readTail(_ manifest: Manifest) throws(LogError) -> Tail? {
        guard let bytes = try read(Format.tailName, limit: 4096) else { return nil }
        return Tail.decoded(bytes, logID: manifest.logID, epoch: manifest.epoch)
    }

    /// Reads the manifest.
    ///
    /// - Throws: `notFound` when there is no log here.
    func readManifest() throws(LogError) -> Manifest {
        guard let bytes = try read(Format.manifestName, limit: Format.maximumManifestBytes) else {
            let names = try list()
            if names.contains(where: { $0.hasSuffix(".log") || $0.hasSuffix(".seg") }) {
                throw LogError(
                    .corrupted,
                    "There are segments but no manifest. Either this is a backup or a restore that was cut short: "
                        + "remove the directory and run it again. Or the manifest was lost: restore a backup, or "
                        + "salvage the log.", path: path(of: Format.manifestName))
            }
            throw LogError(.notFound, "There is no log in the directory. Create one first.", path: path)
        }
        return try Manifest.decoded(bytes, path: path(of: Format.manifestName))
    }
}
