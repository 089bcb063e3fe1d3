// Numbers that no log writes, under checksums that fit: each decoder refuses them instead of believing them.

import LogProofs
import Testing

@testable import EventLog

@Suite struct FormatRefusalTests {
    private let header = SegmentHeader(
        logID: LogID(high: 1, low: 2), epoch: 3, segmentID: 4, index: 5, lastIndex: 5, isSealed: false,
        firstPosition: 6, createdAt: 7, predecessorIndex: 4,
        predecessor: SegmentEnd(lastPosition: 5, offset: 8192, chain: 9, lastTime: 10))

    /// What a header page is refused with after a change.
    private func refusal(_ change: (UnsafeMutableRawPointer) -> Void) -> LogError.Code? {
        var page = header.encoded()
        page.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            change(base)
            let end = Format.headerPageBytes - 4
            base.store(end, checksum(UnsafeRawBufferPointer(start: base, count: end)))
        }
        return code { _ = try page.withUnsafeBytes { try SegmentHeader.decoded($0, path: "x") } }
    }

    @Test func `a header page is refused for what it says, not only for its checksum`() throws {
        let page = header.encoded()
        #expect(try page.withUnsafeBytes { try SegmentHeader.decoded($0, path: "x") } == header)
        #expect(refusal { _ in } == nil)
        #expect(refusal { $0.store(8, UInt16(2)) } == .newerFormat)
        #expect(refusal { $0.store(12, UInt32(0x8000_0000)) } == .newerFormat)
        #expect(refusal { $0.store(0, UInt64(0)) } == .corrupted)
        #expect(refusal { $0.store(56, UInt64(0)) } == .corrupted)
        #expect(refusal { $0.store(120, UInt64(4)) } == .corrupted)
        #expect(refusal { $0.store(64, Int64(0)) } == .corrupted)
        #expect(refusal { $0.store(80, UInt64(5)) } == .corrupted)
        #expect(refusal { $0.store(88, Int64(-1)) } == .corrupted)
        #expect(refusal { $0.store(96, Int64.max) } == .corrupted)
        #expect(
            code { _ = try page.dropLast().withUnsafeBytes { try SegmentHeader.decoded($0, path: "x") } } == .corrupted)
    }

    /// How a block header reads after a change.
    private func reading(
        _ type: UInt8, isSealed: Bool, _ change: (UnsafeMutableRawPointer) -> Void = { _ in }
    ) -> String {
        var block = BlockHeader(
            type: type, rawLength: 0, firstPosition: 1, offset: 4096, baseTime: 1, durableEnd: 4096, salt: 7,
            previous: 8)
        if type != BlockType.confirm { block.storedLength = 64 }
        if type == BlockType.data { block.count = 1 }
        block.rawLength = block.storedLength
        var bytes = [UInt8](repeating: 0, count: 64)
        bytes.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            block.store(at: base)
            change(base)
            base.store(60, checksum(UnsafeRawBufferPointer(start: base, count: 60)))
        }
        return bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { return "" }
            switch BlockHeader.decoded(base, offset: 4096, salt: 7, isSealed: isSealed) {
            case .header: return "header"
            case .hole: return "hole"
            case .invalid: return "invalid"
            case .newer: return "newer"
            }
        }
    }

    @Test func `a block belongs into one kind of segment, and what is unknown is newer`() {
        #expect(reading(BlockType.data, isSealed: false) == "header")
        #expect(reading(BlockType.data, isSealed: true) == "header")
        #expect(reading(BlockType.confirm, isSealed: false) == "header")
        #expect(reading(BlockType.confirm, isSealed: true) == "invalid")
        for type in [BlockType.index, BlockType.summary] {
            #expect(reading(type, isSealed: true) == "header")
            #expect(reading(type, isSealed: false) == "invalid")
        }
        #expect(reading(99, isSealed: false) == "newer")
        #expect(reading(BlockType.data, isSealed: false) { $0.store(5, UInt8(2)) } == "newer")
        #expect(reading(BlockType.data, isSealed: false) { $0.store(6, UInt16(0x0040)) } == "newer")
        #expect(reading(BlockType.data, isSealed: false) { $0.store(40, Int64(4160)) } == "invalid")
    }

    @Test func `a summary and a trailer with impossible numbers are none`() throws {
        let end = SegmentEnd(lastPosition: 9, offset: 8192, chain: 1, lastTime: 2)
        let buffer = ByteBuffer(capacity: 4096)
        SealedSummary(end: end, digestBefore: .start).encoded(into: buffer)
        let sound = Array(buffer.bytes)
        #expect(try sound.withUnsafeBytes { try SealedSummary(decoding: $0) }.end == end)
        for (place, value) in [(0, Int64(-1)), (64, Int64(-1)), (64, Int64.max), (72, Int64(-1)), (72, Int64.max)] {
            var bytes = sound
            bytes.withUnsafeMutableBytes { $0.baseAddress?.store(place, value) }
            #expect(throws: BlockDamage.self) { try bytes.withUnsafeBytes { try SealedSummary(decoding: $0) } }
        }
        #expect(throws: BlockDamage.self) {
            try sound.dropLast().withUnsafeBytes { try SealedSummary(decoding: $0) }
        }
        let entry = SegmentEntry(
            index: 1, lastIndex: 1, segmentID: 4, firstPosition: 1, isActive: false, end: end,
            sealed: SealedPart(bytes: 20_000, digest: .start))
        let trailer = SealedTrailer(segmentID: 4, indexOffset: 9000, summaryOffset: 10_000, bytes: 20_000, chain: 5)
        func reads(_ change: (inout SealedTrailer) -> Void) -> Bool {
            var changed = trailer
            change(&changed)
            return changed.encoded().withUnsafeBytes { SealedTrailer.decoded($0, of: entry) } == changed
        }
        #expect(reads { _ in })
        #expect(!reads { $0.segmentID = 5 })
        #expect(!reads { $0.bytes = 20_064 })
        #expect(!reads { $0.indexOffset = 4096 })
        #expect(!reads { $0.summaryOffset = 9000 })
        #expect(!reads { $0.summaryOffset = 19_936 })
    }

    @Test func `a TAIL with impossible numbers is none`() {
        let identity = LogID(high: 1, low: 2)
        func reads(_ end: Int64, _ position: Int64) -> Bool {
            let tail = Tail(
                logID: identity, epoch: 1, segmentID: 2, durableEnd: end, durablePosition: position, chain: 3,
                lastTime: 4)
            return Tail.decoded(tail.encoded(), logID: identity, epoch: 1) != nil
        }
        #expect(reads(4096, 0))
        #expect(!reads(-1, 0) && !reads(Int64.max, 0) && !reads(4096, -1) && !reads(4096, Int64.max))
    }

    @Test func `a manifest is refused for what its lines say, not only for its checksum`() throws {
        let sound = Manifest(logID: LogID(high: 1, low: 2), epoch: 3).encoded()
        func refusal(_ change: (inout [String]) -> Void) -> LogError? {
            var lines = String(decoding: sound, as: UTF8.self).split(separator: "\n").map(String.init)
            lines.removeLast()
            change(&lines)
            let text = Array((lines.joined(separator: "\n") + "\n").utf8)
            let bytes = text + Array("sha256 \(LogDigest(hashing: text[...]))\n".utf8)
            do {
                _ = try Manifest.decoded(bytes, path: "x")
                return nil
            } catch {
                return error
            }
        }
        #expect(refusal { _ in } == nil)
        #expect(refusal { $0[1] = "log nothing epoch 3" }?.message.contains("does not name its log") == true)
        #expect(refusal { $0[1] = "log \(LogID(high: 1, low: 2)) epoch -3" }?.code == .corrupted)
        #expect(refusal { $0.append("segment x closed") }?.message.contains("cannot be read") == true)
        #expect(refusal { $0.append("weather fine") }?.code == .corrupted)
        #expect(refusal { $0.append("segment 1 woven") }?.code == .newerFormat)
        #expect(refusal { $0[0] += "9" }?.code == .newerFormat)
    }

    @Test func `identifiers and digests read back as they are written, and nothing else does`() {
        let digest = LogDigest(hashing: [1, 2, 3][...])
        #expect(LogDigest(digest.description) == digest)
        let identity = LogID(high: 0xA, low: 0xB)
        #expect(LogID(identity.description.uppercased()) == identity)
        for text in ["", "12", String(repeating: "g", count: 32), String(repeating: "0", count: 33)] {
            #expect(LogID(text) == nil && LogDigest(text) == nil)
        }
        #expect(LogDigest(String(repeating: "x", count: 64)) == nil)
        #expect(Position(rawValue: 7) == 7)
    }
}
