// A log that a process left without closing it, on a disk in memory, and surgery on its one segment.

import LogProofs
import Testing

@testable import EventLog

/// A log with one active segment, as a dead process leaves it.
struct CrashedLog {
    static let path = "/disk/log"

    let disk: SimulatedDisk
    let source: BatchSource
    /// The segment's path, and its bytes before any surgery.
    let file: String
    let bytes: [UInt8]

    init(seed: UInt64, _ fill: (inout BatchSource, EventLog) throws -> Void) throws {
        let disk = SimulatedDisk()
        var source = BatchSource(seed: seed)
        let log = try EventLog.create(at: Self.path, options: quietOptions(), fileSystem: disk)
        try fill(&source, log)
        let name = try log.reader().segments()[0].name
        let state = disk.state
        try log.close()
        self.disk = SimulatedDisk(state.afterProcessDeath)
        self.source = source
        file = Self.path + "/" + name
        bytes = try #require(self.disk.state.bytes(file))
    }

    /// The offsets of all blocks.
    var offsets: [Int] { blockOffsets(in: bytes) }

    /// TAIL as the process left it.
    func tail() throws -> Tail {
        let place = LogDirectory(path: Self.path, fileSystem: disk)
        return try #require(try place.readTail(place.readManifest()))
    }

    /// Replaces a file of the log.
    func store(_ bytes: [UInt8], _ file: String) throws {
        let descriptor = try disk.open(file, .createOrTruncate)
        defer { disk.close(descriptor) }
        _ = try bytes.withUnsafeBytes { try disk.write(descriptor, $0, at: 0) }
    }

    func open(accepting: Bool = false) throws -> EventLog {
        var options = quietOptions()
        options.acceptAmbiguousTail = accepting
        return try EventLog.open(at: Self.path, options: options, fileSystem: disk)
    }

    /// What opening it for writing is refused with.
    func refusal() -> LogError? {
        do {
            try open().close()
            return nil
        } catch {
            return error as? LogError
        }
    }

    /// What a reader finds before it is refused, and with what.
    func reading() throws -> (records: [LogRecord], failure: LogError?) {
        rest(of: try LogReader.open(at: Self.path, fileSystem: disk).blocks(from: 1))
    }
}

/// The offsets of all blocks of an active segment, by their headers.
func blockOffsets(in bytes: [UInt8]) -> [Int] {
    var offsets: [Int] = []
    var offset = Format.headerPageBytes
    bytes.withUnsafeBytes { buffer in
        guard let base = buffer.baseAddress else { return }
        while offset + 64 <= bytes.count, base.load(offset, UInt32.self) == Format.blockMagic {
            offsets.append(offset)
            offset += Format.blockHeaderBytes + Format.aligned(Int(base.load(offset + 8, UInt32.self)))
        }
    }
    return offsets
}

/// Changes a block's header and puts its checksum right.
func changeHeader(_ bytes: inout [UInt8], at offset: Int, _ change: (UnsafeMutableRawPointer) -> Void) {
    bytes.withUnsafeMutableBytes { buffer in
        guard let base = buffer.baseAddress else { return }
        change(base + offset)
        (base + offset).store(60, checksum(UnsafeRawBufferPointer(start: base + offset, count: 60)))
    }
}
