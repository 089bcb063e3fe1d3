// The end of a sealed segment, changed with all checksums put right again: only reading the records shows it.

import LogProofs
import Testing

@testable import EventLog

@Suite struct SealEndTests {
    private let path = "/disk/log"

    /// A sealed log and the parts of its one segment.
    private struct Sealed {
        let disk = SimulatedDisk()
        var bytes: [UInt8]
        var entry: SegmentEntry
        let manifest: Manifest
        let trailer: SealedTrailer

        init(_ path: String) throws {
            var source = BatchSource(seed: 21)
            let log = try EventLog.create(at: path, options: quietOptions(), fileSystem: disk)
            try source.append(30, to: log)
            try log.close()
            let again = try EventLog.open(at: path, options: quietOptions(), fileSystem: disk)
            _ = try again.seal()
            try again.close()
            manifest = try LogDirectory(path: path, fileSystem: disk).readManifest()
            entry = manifest.segments[0]
            bytes = try #require(disk.state.bytes(path + "/" + entry.name))
            let end = Array(bytes.suffix(Format.trailerBytes))
            let found = end.withUnsafeBytes { [entry] in SealedTrailer.decoded($0, of: entry) }
            trailer = try #require(found)
        }

        /// Puts the checksums of a block right, and every link behind it.
        mutating func mend() {
            bytes.withUnsafeMutableBytes { buffer in
                guard let base = buffer.baseAddress else { return }
                var chain: UInt32?
                var offset = Int(trailer.indexOffset)
                while offset < buffer.count - Format.trailerBytes {
                    let block = base + offset
                    if let chain { block.store(52, chain) }
                    let length = Format.aligned(Int(UnsafeRawPointer(block).load(8, UInt32.self)))
                    let payload = UnsafeRawBufferPointer(start: block + Format.blockHeaderBytes, count: length)
                    block.store(56, checksum(payload))
                    let own = checksum(UnsafeRawBufferPointer(start: block, count: 60))
                    block.store(60, own)
                    chain = own
                    offset += Format.blockHeaderBytes + length
                }
                let end = base + offset
                end.store(40, chain ?? 0)
                end.store(60, checksum(UnsafeRawBufferPointer(start: end, count: 60)))
            }
        }

        /// Writes the segment back, and a manifest with this digest.
        func store(_ path: String, digest: LogDigest? = nil) throws {
            let file = try disk.open(path + "/" + entry.name, .createOrTruncate)
            defer { disk.close(file) }
            _ = try bytes.withUnsafeBytes { try disk.write(file, $0, at: 0) }
            guard let digest else { return }
            var manifest = manifest
            manifest.segments[0].sealed?.digest = digest
            try LogDirectory(path: path, fileSystem: disk).replace(
                Format.manifestName, temporary: Format.manifestTemporaryName, with: manifest.encoded())
        }
    }

    private func messages(_ sealed: Sealed) throws -> String {
        let report = try LogVerifier.verify(at: path, fileSystem: sealed.disk)
        return report.problems.map(\.message).joined(separator: "; ")
    }

    @Test func `mending an unchanged segment changes nothing`() throws {
        var sealed = try Sealed(path)
        let before = sealed.bytes
        sealed.mend()
        #expect(sealed.bytes == before)
        try sealed.store(path, digest: sealed.entry.sealed?.digest)
        #expect(try LogVerifier.verify(at: path, fileSystem: sealed.disk).isSound)
    }

    @Test(arguments: [16, 24, 32, 47, 48, 52, 64])
    func `an index that says something else than the blocks is found`(place: Int) throws {
        var sealed = try Sealed(path)
        sealed.bytes[Int(sealed.trailer.indexOffset) + Format.blockHeaderBytes + place] ^= 1
        sealed.mend()
        try sealed.store(path)
        #expect(try messages(sealed).contains("index"))
    }

    @Test(arguments: [0, 8, 24, 64, 96, 128])
    func `a summary that says something else is found`(place: Int) throws {
        var sealed = try Sealed(path)
        sealed.bytes[Int(sealed.trailer.summaryOffset) + Format.blockHeaderBytes + place] ^= 1
        sealed.mend()
        try sealed.store(path)
        #expect(try messages(sealed).contains("summary"))
    }

    @Test func `a digest that the records do not give is found, though manifest and summary agree on it`() throws {
        var sealed = try Sealed(path)
        let place = Int(sealed.trailer.summaryOffset) + Format.blockHeaderBytes + 128
        sealed.bytes[place] ^= 1
        sealed.mend()
        let digest = sealed.bytes[place..<place + 32].withUnsafeBytes { LogDigest($0) }
        try sealed.store(path, digest: digest)
        #expect(try messages(sealed).contains("digest"))
    }

    @Test(arguments: [-64, -1, 1, 64])
    func `a sealed file that is shorter or longer than the manifest says is found`(change: Int) throws {
        var sealed = try Sealed(path)
        if change < 0 {
            sealed.bytes.removeLast(-change)
        } else {
            sealed.bytes += [UInt8](repeating: 0, count: change)
        }
        try sealed.store(path)
        #expect(try messages(sealed).contains("not as long"))
    }
}
