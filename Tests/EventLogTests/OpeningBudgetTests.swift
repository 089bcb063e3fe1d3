// What opening a log costs: calls of the operating system, whatever the number of sealed segments.

import LogProofs
import Testing

@testable import EventLog

@Suite struct OpeningBudgetTests {
    /// A log of sealed segments that are empty files: an opening that looked into one of them would find it damaged.
    private func fabricate(_ count: Int) throws -> SimulatedDisk {
        let disk = SimulatedDisk()
        let place = LogDirectory(path: "/disk/log", fileSystem: disk)
        try place.create()
        var manifest = Manifest(logID: .random(), epoch: 1)
        for number in 1...count {
            let first = Int64(number - 1) * 1000 + 1
            let entry = SegmentEntry(
                index: UInt64(number), lastIndex: UInt64(number), segmentID: UInt64(number), firstPosition: first,
                isActive: false,
                end: SegmentEnd(lastPosition: first + 999, offset: 8192, chain: 1, lastTime: Int64(number)),
                sealed: SealedPart(bytes: 8192, digest: .start))
            manifest.segments.append(entry)
            disk.close(try disk.open("/disk/log/" + entry.name, .createNew))
        }
        try place.replace(
            Format.manifestName, temporary: Format.manifestTemporaryName, with: manifest.encoded())
        return disk
    }

    @Test(arguments: [10, 10_000])
    func `opening reads the manifest and no sealed segment, however many there are`(count: Int) throws {
        let disk = FaultyFileSystem(on: try fabricate(count))
        let log = try EventLog.open(at: "/disk/log", options: quietOptions(), fileSystem: disk)
        #expect(log.lastPosition == Position(Int64(count) * 1000))
        try log.close()
        #expect(!disk.trace.contains { $0.hasSuffix(".seg") }, "\(disk.trace.filter { $0.hasSuffix(".seg") })")
        // LOCK, MANIFEST and TAIL; the rest are looks at the directory and at permissions.
        #expect(disk.trace.count { $0.hasPrefix("open ") } <= 6)
        #expect(disk.trace.count <= 40)
    }

    @Test func `a reader opens as cheaply, and finds its place without passing the segments before it`() throws {
        let disk = FaultyFileSystem(on: try fabricate(10_000))
        let reader = try LogReader.open(at: "/disk/log", fileSystem: disk)
        #expect(try reader.lastPosition() == 10_000_000)
        let before = disk.trace.count
        var cursor = try reader.records(from: 5_000_001)
        #expect(throws: LogError.self) { try cursor.next() }
        let opened = disk.trace[before...].filter { $0.hasPrefix("open ") && $0.hasSuffix(".seg") }
        #expect(!opened.isEmpty && Set(opened).count == 1, "\(opened)")
    }
}
