// Sealing that is cut short or refused, anywhere: the log holds what it held, and the next opening clears up.

import Foundation
import LogProofs
import Synchronization
import Testing

@testable import EventLog

@Suite struct SealCrashTests {
    private let path = "/disk/log"

    /// Two openings, some rolls, and nothing sealed yet.
    private func prepare(_ disk: any FileSystem, seed: UInt64) throws -> BatchSource {
        var options = quietOptions()
        options.segmentBytes = 4_600
        var source = BatchSource(seed: seed)
        var log = try EventLog.create(at: path, options: options, fileSystem: disk)
        try source.append(3, to: log, records: 5, payload: 60)
        try log.close()
        log = try EventLog.open(at: path, options: options, fileSystem: disk)
        try source.append(2, to: log, records: 5, payload: 60)
        try log.close()
        return source
    }

    /// Opens what a crash left; all records must be there, and nothing that belongs to no one.
    private func judge(_ disk: SimulatedDisk, _ source: BatchSource, _ what: String) throws {
        var source = source
        let before = try allRecords(LogReader.open(at: path, fileSystem: disk))
        #expect(before == source.expected, "\(what): readers")
        var options = quietOptions()
        options.segmentBytes = 9_000
        let log = try EventLog.open(at: path, options: options, fileSystem: disk)
        #expect(try allRecords(log.reader()) == source.expected, "\(what)")
        #expect(log.recovery.setAside.isEmpty, "\(what): \(log.recovery.setAside)")
        let names = Set(try disk.list(path)).subtracting(["LOCK", "MANIFEST", "MANIFEST.tmp", "TAIL", "quarantine"])
        #expect(names == Set(try log.reader().segments().map(\.name)), "\(what): leftovers")
        _ = try log.seal()
        try source.append(1, to: log)
        #expect(try allRecords(log.reader()) == source.expected, "\(what): sealed again")
        try log.close()
        let verified = try LogVerifier.verify(at: path, fileSystem: disk)
        #expect(verified.problems == [] && verified.notes == [], "\(what)")
    }

    @Test(arguments: [1, 2] as [UInt64])
    func `a crash at any point of a sealing loses nothing`(seed: UInt64) throws {
        let disk = SimulatedDisk()
        let source = try prepare(disk, seed: seed)
        var options = quietOptions()
        options.segmentBytes = seed == 1 ? 9_000 : 1 << 20
        let log = try EventLog.open(at: path, options: options, fileSystem: disk)
        disk.recordHistory()
        let report = try log.seal()
        #expect(report.segments == (seed == 1 ? 2 : 1) || report.segments > 1)
        try log.close()
        var states = 0
        for (step, state) in disk.history.enumerated() {
            for (number, chance) in [0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1].enumerated() {
                let crashed = SimulatedDisk.crashed(state, keeping: chance, seed: UInt64(step * 8 + number))
                try judge(crashed, source, "step \(step), \(state.call), chance \(chance)")
                states += 1
            }
        }
        #expect(states > 120)
    }

    @Test(arguments: [false, true])
    func `whichever call of a sealing is refused, nothing is lost`(isSticky: Bool) throws {
        let probe = FaultyFileSystem(on: SimulatedDisk())
        let source = try prepare(probe, seed: 4)
        let log = try EventLog.open(at: path, options: quietOptions(), fileSystem: probe)
        let first = probe.trace.count
        _ = try log.seal()
        let last = probe.trace.count
        try log.close()
        var refused = 0
        for call in first + 1...last {
            for errno in [EIO, ENOSPC] {
                let base = SimulatedDisk()
                let disk = FaultyFileSystem(on: base)
                _ = try prepare(disk, seed: 4)
                let log = try EventLog.open(at: path, options: quietOptions(), fileSystem: disk)
                disk.fail(call, .refusal(errno), isSticky: isSticky)
                do { _ = try log.seal() } catch { refused += 1 }
                let what = "call \(call), \(probe.trace[call - 1]), errno \(errno)"
                let seen = try? allRecords(log.reader())
                #expect(isSticky || seen == source.expected, "\(what)")
                disk.relent()
                try? log.close()
                try judge(base, source, what)
            }
        }
        #expect(refused > (last - first), "faults did not reach the sealing")
    }

    @Test func `a copy that does not read back is never relied on`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 5)
        var log = try EventLog.create(at: directory.log, options: quietOptions())
        try source.append(20, to: log)
        try log.close()
        for offset in [4096 + 20, 4096 + 64 + 9, 5000] {
            let liar = LyingFileSystem(flippingByteAt: Int64(offset))
            log = try EventLog.open(at: directory.log, options: quietOptions(), fileSystem: liar)
            #expect(throws: LogError.self) { try log.seal() }
            #expect(try log.reader().segments().map(\.state) == [.closed])
            #expect(try allRecords(log.reader()) == source.expected)
            try log.close()
        }
        log = try EventLog.open(at: directory.log, options: quietOptions())
        #expect(try log.seal().segments == 1)
        try log.close()
    }

    @Test func `every flipped bit of a sealed segment is found, and no reader is fooled`() throws {
        let disk = SimulatedDisk()
        let source = try prepare(disk, seed: 6)
        let log = try EventLog.open(at: path, options: quietOptions(), fileSystem: disk)
        _ = try log.seal()
        let name = try #require(log.reader().segments().first?.name)
        try log.close()
        let file = path + "/" + name
        let bytes = try #require(disk.state.bytes(file))
        var flips = 0
        // The filler of the header page is covered by one checksum; every 64th of its bytes will do.
        let offsets = (0..<bytes.count).filter { !(128..<4080).contains($0) || $0 % 64 == 0 }
        for offset in offsets {
            for bit in 0..<8 {
                let descriptor = try disk.open(file, .readWrite)
                defer { disk.close(descriptor) }
                func put(_ byte: UInt8) throws {
                    _ = try withUnsafeBytes(of: byte) { try disk.write(descriptor, $0, at: Int64(offset)) }
                }
                try put(bytes[offset] ^ 1 << UInt8(bit))
                flips += 1
                let verified = try LogVerifier.verify(at: path, fileSystem: disk)
                #expect(!verified.isSound, "bit \(bit) of byte \(offset)")
                guard bit == 0 else {
                    try put(bytes[offset])
                    continue
                }
                do {
                    let seen = try allRecords(LogReader.open(at: path, fileSystem: disk))
                    #expect(seen == source.expected, "bit \(bit) of byte \(offset) read as something else")
                } catch { #expect((error as? LogError)?.code != .io) }
                try put(bytes[offset])
            }
        }
        #expect(flips > 5_000)
        #expect(try LogVerifier.verify(at: path, fileSystem: disk).isSound)
    }
}

/// A disk that stores one byte of sealed copies wrongly.
private struct LyingFileSystem: FileSystem {
    private let base = PosixFileSystem()
    let place: Int64
    private let copies: Copies

    private final class Copies: Sendable {
        let descriptors = Mutex<Set<Int32>>([])
    }

    init(flippingByteAt place: Int64) {
        self.place = place
        copies = Copies()
    }

    func open(_ path: String, _ access: FileAccess) throws(FileSystemError) -> Int32 {
        let descriptor = try base.open(path, access)
        let isCopy = access == .createNew && path.hasSuffix(".seg.tmp")
        copies.descriptors.withLock { known in
            if isCopy { known.insert(descriptor) } else { known.remove(descriptor) }
        }
        return descriptor
    }

    func write(
        _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int64
    ) throws(FileSystemError) -> Int {
        let isCopy = copies.descriptors.withLock { $0.contains(descriptor) }
        guard isCopy, (offset..<offset + Int64(bytes.count)).contains(place) else {
            return try base.write(descriptor, bytes, at: offset)
        }
        var wrong = Array(bytes)
        wrong[Int(place - offset)] ^= 4
        return try wrong.withUnsafeBufferPointer { (buffer) throws(FileSystemError) in
            try base.write(descriptor, UnsafeRawBufferPointer(buffer), at: offset)
        }
    }

    func close(_ descriptor: Int32) { base.close(descriptor) }
    func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64)
        throws(FileSystemError) -> Int
    { try base.read(descriptor, into: buffer, at: offset) }
    func sync(_ descriptor: Int32) throws(FileSystemError) { try base.sync(descriptor) }
    func truncate(_ descriptor: Int32, to length: Int64) throws(FileSystemError) {
        try base.truncate(descriptor, to: length)
    }
    func size(_ descriptor: Int32) throws(FileSystemError) -> Int64 { try base.size(descriptor) }
    func lock(_ descriptor: Int32) throws(FileSystemError) -> Bool { try base.lock(descriptor) }
    func status(_ path: String) throws(FileSystemError) -> FileStatus? { try base.status(path) }
    func createDirectory(_ path: String) throws(FileSystemError) { try base.createDirectory(path) }
    func syncDirectory(_ path: String) throws(FileSystemError) { try base.syncDirectory(path) }
    func list(_ path: String) throws(FileSystemError) -> [String] { try base.list(path) }
    func rename(_ source: String, to destination: String) throws(FileSystemError) {
        try base.rename(source, to: destination)
    }
    func unlink(_ path: String) throws(FileSystemError) { try base.unlink(path) }
}
