// Start here: what is decoded from the files of a log. libFuzzer's bridge is FuzzDriver.
//
// Inputs get their checksums put right before they are decoded: random bytes would all die at the first one, and a
// person who can write to the files puts them right as well. Whatever comes in, a decoder answers or throws. It never
// traps, never reads past its bytes (AddressSanitizer), and never takes memory that the limits of the format do not
// allow (-rss_limit_mb, -malloc_limit_mb).

import FuzzDriver
import Glibc

@testable import EventLog

/// What SwiftPM links as the program's main function.
@_cdecl("FuzzLog_main")
public func fuzzMain(_ argc: Int32, _ argv: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32 {
    runFuzzer(argc, argv, over: Decoders.all)
}

/// The decoders of everything that the log reads from a file.
enum Decoders {
    // Unsafe is true here: libFuzzer calls from one thread, one input after the other, and reuse is what a cursor does.
    nonisolated(unsafe) static let decoder = BlockDecoder()
    // Unsafe is true here for the same reason: one thread, one input at a time.
    nonisolated(unsafe) static var block = DecodedBlock()

    static let all: [FuzzTarget] = [
        columns, columns, columns, header, page, manifest, line, tail, index, summary, trailer, number, filter,
    ]

    /// The columns of a block, behind a header that promises up to 65,536 records and up to a mebibyte.
    @Sendable static func columns(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count > 12, let base = bytes.baseAddress else { return }
        let payload = UnsafeRawBufferPointer(rebasing: bytes[12...])
        let header = BlockHeader(
            type: BlockType.data, flags: UInt16(base.load(0, UInt8.self)) << 8, storedLength: UInt32(payload.count),
            rawLength: base.load(4, UInt32.self) % (1 << 20), firstPosition: 1,
            count: UInt32(base.load(8, UInt16.self)) + 1, offset: 4096, baseTime: Int64(base.load(1, Int16.self)),
            durableEnd: 4096, salt: 7, previous: 0)
        guard (try? decoder.decode(header, payload, into: &block)) != nil else { return }
        precondition(block.count == Int(header.count) && block.payloadEnds.count == block.count)
        precondition(block.payloadEnds.last == block.payload.count && block.commandIDs.count == block.count)
        for index in 0..<block.count { precondition(block.payloadRange(at: index).upperBound <= block.payload.count) }
    }

    @Sendable static func header(_ bytes: UnsafeRawBufferPointer) {
        withCopy(of: bytes, count: 64) { base in
            base.store(0, Format.blockMagic)
            base.store(60, checksum(UnsafeRawBufferPointer(start: base, count: 60)))
            let salt = UnsafeRawPointer(base).load(48, UInt32.self)
            let offset = Int64(UnsafeRawPointer(base).load(28, UInt32.self)) * 64
            for isSealed in [false, true] {
                guard
                    case .header(let found) = BlockHeader.decoded(base, offset: offset, salt: salt, isSealed: isSealed)
                else { continue }
                precondition(found.paddedLength <= Format.maximumBlockBytes && found.end > offset)
                precondition(found.lastPosition >= found.firstPosition - 1)
            }
        }
    }

    @Sendable static func page(_ bytes: UnsafeRawBufferPointer) {
        withCopy(of: bytes, count: Format.headerPageBytes) { base in
            base.store(0, Format.segmentMagic)
            base.store(8, Format.version)
            let covered = UnsafeRawBufferPointer(start: base, count: Format.headerPageBytes - 4)
            base.store(Format.headerPageBytes - 4, checksum(covered))
            let page = UnsafeRawBufferPointer(start: base, count: Format.headerPageBytes)
            guard let header = try? SegmentHeader.decoded(page, path: "page") else { return }
            precondition(header.encoded().count == Format.headerPageBytes)
        }
    }

    @Sendable static func manifest(_ bytes: UnsafeRawBufferPointer) {
        var text = Array("eventlog-manifest 1\nlog 00112233445566778899aabbccddeeff epoch 1\n".utf8) + Array(bytes)
        if text.last != UInt8(ascii: "\n") { text.append(UInt8(ascii: "\n")) }
        text += Array("sha256 \(LogDigest(hashing: text))\n".utf8)
        guard let manifest = try? Manifest.decoded(text, path: "manifest") else { return }
        precondition((try? Manifest.decoded(manifest.encoded(), path: "again")) == manifest)
    }

    @Sendable static func line(_ bytes: UnsafeRawBufferPointer) {
        guard let entry = SegmentEntry(line: Array(bytes)[...]) else { return }
        precondition(SegmentEntry(line: Array(entry.line.utf8)[...]) == entry)
        precondition(entry.name.utf8.count == 41)
    }

    @Sendable static func tail(_ bytes: UnsafeRawBufferPointer) {
        var sector = Array(bytes.prefix(Format.tailBytes))
        sector += [UInt8](repeating: 0, count: Format.tailBytes - sector.count)
        sector.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            base.store(0, Format.tailMagic)
            base.store(64, checksum(UnsafeRawBufferPointer(start: base, count: 64)))
        }
        let identity = sector.withUnsafeBytes { buffer in
            LogID(
                high: buffer.load(fromByteOffset: 8, as: UInt64.self),
                low: buffer.load(fromByteOffset: 16, as: UInt64.self))
        }
        guard let tail = Tail.decoded(sector, logID: identity, epoch: 1) else { return }
        precondition(tail.encoded() == sector)
    }

    private static let entry = SegmentEntry(
        index: 1, lastIndex: 1, segmentID: 7, firstPosition: 1, isActive: false,
        end: SegmentEnd(lastPosition: 1000, offset: 1 << 20, chain: 1, lastTime: 1),
        sealed: SealedPart(bytes: 1 << 20, digest: .start))

    @Sendable static func index(_ bytes: UnsafeRawBufferPointer) {
        guard let index = try? SealedIndex.decoded(bytes, entry, dataEnd: 1 << 19) else { return }
        for position in [0, 1, 500, 1000, 1001] as [Int64] {
            guard let row = index.row(holding: position) else { continue }
            precondition(index.rows[row].firstPosition <= position)
        }
        let buffer = ByteBuffer()
        index.encoded(into: buffer)
        precondition((try? SealedIndex.decoded(buffer.bytes, entry, dataEnd: 1 << 19)) == index)
    }

    @Sendable static func summary(_ bytes: UnsafeRawBufferPointer) {
        withCopy(of: bytes, count: Format.summaryBytes) { base in
            _ = try? SealedSummary(decoding: UnsafeRawBufferPointer(start: base, count: Format.summaryBytes))
        }
        _ = try? SealedSummary(decoding: bytes)
    }

    @Sendable static func trailer(_ bytes: UnsafeRawBufferPointer) {
        withCopy(of: bytes, count: Format.trailerBytes) { base in
            base.store(0, Format.trailerMagic)
            base.store(8, UInt64(7))
            base.store(32, Int64(1 << 20))
            (base + 44).initializeMemory(as: UInt8.self, repeating: Format.padding, count: 16)
            base.store(60, checksum(UnsafeRawBufferPointer(start: base, count: 60)))
            let found = SealedTrailer.decoded(
                UnsafeRawBufferPointer(start: base, count: Format.trailerBytes), of: entry)
            guard let found else { return }
            precondition(found.indexOffset < found.summaryOffset && found.summaryOffset < found.bytes)
        }
    }

    /// Packed numbers of every width, and any bytes as varints.
    @Sendable static func number(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count > 2 else { return }
        var numbers = [Int64](repeating: 0, count: Int(bytes[0]))
        let rest = UnsafeRawBufferPointer(rebasing: bytes[1...])
        _ = numbers.withUnsafeMutableBufferPointer { PackedNumbers.unpack(rest, into: $0) }
        var reader = VarintReader(rest)
        while reader.varint() != nil {}
    }

    @Sendable static func filter(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 8 else { return }
        let words = (0..<bytes.count / 8).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) }
        let filter = StreamFilter(of: Set(words))
        for word in words { precondition(filter.mayHold(word)) }
        _ = StreamFilter(words: words).mayHold(words[0])
    }

    /// A copy of fixed length, filled up with zeros.
    private static func withCopy(
        of bytes: UnsafeRawBufferPointer, count: Int, _ body: (UnsafeMutableRawPointer) -> Void
    ) {
        let copy = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 8)
        defer { copy.deallocate() }
        copy.initializeMemory(as: UInt8.self, repeating: 0, count: count)
        if let base = bytes.baseAddress { copy.copyMemory(from: base, byteCount: min(count, bytes.count)) }
        body(copy)
    }
}
