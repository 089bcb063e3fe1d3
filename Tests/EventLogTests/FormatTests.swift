// The bytes themselves: hot loops against plain twins, hostile input, and the budget of bytes an event.

import EnrollmentTesting
import Foundation
import LogProofs
import Testing
@testable import EventLog

@Suite struct FormatTests {
    /// The plain twin of `PackedNumbers.pack`.
    private func slowPack(_ values: [Int64]) -> [UInt8] {
        guard let low = values.min(), let high = values.max() else { return [0, 0] }
        var spread = UInt64(bitPattern: high &- low)
        var width = 0
        while spread > 0 {
            width += 1
            spread >>= 8
        }
        var bytes = [UInt8(width)]
        var folded = low < 0 ? UInt64(bitPattern: -(low + 1)) * 2 + 1 : UInt64(low) * 2
        while folded >= 128 {
            bytes.append(UInt8(folded % 128) + 128)
            folded /= 128
        }
        bytes.append(UInt8(folded))
        for plane in 0..<width {
            for value in values {
                let difference = UInt64(bitPattern: value &- low)
                bytes.append(UInt8((difference >> UInt64(8 * plane)) & 0xFF))
            }
        }
        return bytes
    }

    private func unpack(_ bytes: [UInt8], count: Int) -> [Int64]? {
        var values = [Int64](repeating: -7, count: count)
        let isSound = bytes.withUnsafeBytes { source in
            values.withUnsafeMutableBufferPointer { PackedNumbers.unpack(source, into: $0) }
        }
        return isSound ? values : nil
    }

    @Test(arguments: [1, 2] as [UInt64]) func `packed numbers agree with their plain twin`(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let buffer = ByteBuffer(capacity: 1)
        for round in 0..<400 {
            let shift = UInt64(round % 65)
            var values = (0..<Int(generator.next() % 50)).map { _ in
                shift == 64 ? 3 : Int64(bitPattern: generator.next() >> shift) &- (round % 2 == 0 ? 0 : 1 << 20)
            }
            if round % 40 == 0 { values += [Int64.min, Int64.max] }
            buffer.count = 0
            values.withUnsafeBufferPointer { PackedNumbers.pack($0, into: buffer) }
            let packed = Array(buffer.bytes)
            #expect(packed == slowPack(values))
            #expect(unpack(packed, count: values.count) == values)
            #expect(unpack(packed + [0], count: values.count) == nil)
            if !packed.isEmpty { #expect(unpack(packed.dropLast(), count: values.count + 1) == nil) }
        }
    }

    @Test func `whitening leaves no sector all zero and undoes itself`() {
        var bytes = [UInt8](repeating: 0, count: 2000)
        #expect(bytes.withUnsafeBytes { Whitening.hasZeroSector($0, at: 64) })
        bytes.withUnsafeMutableBytes { Whitening.apply(key: 3, salt: 99, to: $0) }
        #expect(!bytes.withUnsafeBytes { Whitening.hasZeroSector($0, at: 64) })
        bytes.withUnsafeMutableBytes { Whitening.apply(key: 3, salt: 99, to: $0) }
        #expect(bytes == [UInt8](repeating: 0, count: 2000))
        bytes[700] = 1
        #expect(bytes.withUnsafeBytes { Whitening.hasZeroSector($0, at: 0) })
    }

    @Test func `the checksum is the IEEE polynomial`() {
        let digits = Array("123456789".utf8)
        #expect(digits.withUnsafeBytes { checksum($0) } == 0xCBF4_3926)
        #expect(slowChecksum(digits) == "cbf43926")
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `hostile blocks with fitting checksums give errors and never trap`(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        var source = BatchSource(seed: seed)
        var columns = RecordColumns()
        for _ in 0..<60 {
            source.make(records: 4, payload: 40)
            columns.append(source.batch.columns)
        }
        let encoder = BlockEncoder(level: 1)
        let decoder = BlockDecoder()
        let buffer = ByteBuffer()
        let slice = BlockSlice.slices(of: columns)[0]
        var block = DecodedBlock()
        var accepted = 0
        let sound = [true, false].map { isCompressed in
            buffer.count = 0
            encoder.encode(columns, slice, compressing: isCompressed, into: buffer)
            return Array(buffer.bytes)
        }
        for round in 0..<1500 {
            var payload = sound[round % 2]
            var header = BlockHeader(
                type: BlockType.data, storedLength: UInt32(payload.count), rawLength: UInt32(encoder.rawLength),
                firstPosition: 1, count: UInt32(slice.records.count), offset: 4096, baseTime: 5, durableEnd: 4096,
                salt: 1, previous: 2)
            for _ in 0...Int(generator.next() % 4) {
                let place = Int(generator.next() % UInt64(payload.count))
                // Descriptors stand near the front more often than a uniform draw would find them.
                payload[generator.next() % 3 == 0 ? place % 12 : place] = UInt8(generator.next() & 0xFF)
            }
            if generator.next() % 5 == 0 { payload.removeLast(Int(generator.next() % UInt64(payload.count))) }
            if generator.next() % 5 == 0 { header.count = UInt32(generator.next() % 65_537) }
            if generator.next() % 5 == 0 { header.rawLength = UInt32(generator.next() % (16 << 20)) }
            if generator.next() % 7 == 0 { header.baseTime = Int64.max - Int64(generator.next() % 9) }
            do {
                try payload.withUnsafeBufferPointer { bytes throws(BlockDamage) in
                    try decoder.decode(header, UnsafeRawBufferPointer(bytes), into: &block)
                }
                #expect(block.types.count == block.count && block.payloadEnds.last == block.payload.count)
                accepted += 1
            } catch {
                #expect(!error.reason.isEmpty)
            }
        }
        #expect(accepted < 1500)
    }

    @Test func `hostile headers with fitting checksums give a reading and never trap`() {
        var generator = SplitMix64(seed: 5)
        let base = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 8)
        defer { base.deallocate() }
        for _ in 0..<5000 {
            for word in 0..<8 { base.store(word * 8, generator.next() >> (generator.next() % 64)) }
            base.store(0, Format.blockMagic)
            base.store(4, UInt8(generator.next() % 4))
            base.store(5, UInt8(1))
            base.store(6, UInt16(generator.next() & 0xFF01))
            base.store(28, UInt32(64))
            base.store(48, UInt32(7))
            base.store(60, checksum(UnsafeRawBufferPointer(start: base, count: 60)))
            if case .header(let header) = BlockHeader.decoded(base, offset: 4096, salt: 7) {
                #expect(header.paddedLength <= Format.maximumBlockBytes)
                #expect(header.count <= UInt32(Format.maximumBlockRecords) && header.lastPosition > 0)
            }
        }
    }

    @Test func `large groups of small events cost at most seven and a half bytes each beside their command`() throws {
        let directory = try TemporaryDirectory()
        var generator = SplitMix64(seed: 2026)
        let log = try EventLog.create(at: directory.log)
        var batch = LogBatch()
        var versions = [Int64](repeating: 0, count: 200)
        var time: Int64 = 1_767_225_600_000_000
        var columns = RecordColumns()
        let count = 33_000
        for number in 0..<count {
            // Registration day: a few hundred terms, many students who act for themselves, a few clerks.
            let term = Int(generator.next() % 200)
            let student = generator.next() % 30_000
            versions[term] += 1
            if number % 8 == 0 { time += Int64(generator.next() % 1000) }
            let isClerk = generator.next() % 10 < 7
            batch.reset(
                commandID: CommandID(high: generator.next(), low: generator.next()),
                actor: isClerk ? Int64(generator.next() % 12) : Int64(student), recordedAt: time)
            batch.append(type: UInt8(generator.next() % 10 < 8 ? 1 : 2), stream: UInt64(term), version: versions[term])
            {
                $0.append(UInt8(student & 0xFF))
                $0.append(UInt8(student >> 8))
                $0.append(0)
            }
            columns.append(batch.columns)
        }
        let encoder = BlockEncoder(level: 1)
        let buffer = ByteBuffer()
        var stored = 0
        for slice in BlockSlice.slices(of: columns) {
            buffer.count = 0
            encoder.encode(columns, slice, compressing: true, into: buffer)
            stored += Format.blockHeaderBytes + Format.aligned(buffer.count)
        }
        let each = Double(stored - count * 16) / Double(count)
        #expect(each <= 7.5, "\(each) bytes an event")
        try log.close()
    }
}
