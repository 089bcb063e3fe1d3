// Finding positions by time, over every kind of segment.

import EnrollmentTesting
import LogProofs
import Testing

@testable import EventLog

@Suite struct ReadingTimeTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `an instant leads to the same positions as a look at every record`(seed: UInt64) throws {
        let made = try ReadingLog(seed: seed)
        let times = made.expected.map(\.recordedAt)
        var generator = SplitMix64(seed: seed)
        var instants = [
            Int64.min, Int64.max, times[0], times[0] - 1, times[times.count - 1], times[times.count - 1] + 1,
        ]
        for segment in try made.log.reader().segments() where segment.firstPosition <= segment.lastPosition {
            instants += [times[Int(segment.firstPosition.rawValue) - 1], times[Int(segment.lastPosition.rawValue) - 1]]
        }
        for _ in 0..<40 { instants.append(times[Int(generator.next() % UInt64(times.count))]) }
        instants += instants.filter { $0 > .min }.map { $0 - 1 } + instants.filter { $0 < .max }.map { $0 + 1 }
        for reader in try made.readers() {
            for instant in instants {
                let first = times.firstIndex { $0 >= instant }.map { Position(Int64($0 + 1)) }
                let last = times.lastIndex { $0 <= instant }.map { Position(Int64($0 + 1)) }
                #expect(try reader.firstPosition(atOrAfter: instant) == first)
                #expect(try reader.lastPosition(atOrBefore: instant) == last)
            }
        }
        try made.log.close()
    }

    @Test func `an empty log has no position at any time`() throws {
        let directory = try TemporaryDirectory()
        let log = try EventLog.create(at: directory.log)
        #expect(try log.reader().firstPosition(atOrAfter: .min) == nil)
        #expect(try log.reader().lastPosition(atOrBefore: .max) == nil)
        try log.close()
    }

    @Test func `looking up a time does not read the log`() throws {
        let made = try LargeSealedLog(seed: 3, marked: 5)
        let fileSystem = FaultyFileSystem()
        let reader = try LogReader.open(at: made.directory.log, fileSystem: fileSystem)
        let before = fileSystem.trace.count
        #expect(try reader.firstPosition(atOrAfter: 41) == Position(made.markedPosition + 1))
        #expect(try reader.lastPosition(atOrBefore: 40) == Position(made.markedPosition))
        // Manifest, TAIL, header page, trailer, index and two blocks, twice; the log has over twenty blocks.
        #expect(fileSystem.trace[before...].count { $0.hasPrefix("read ") } < 30)
    }
}
