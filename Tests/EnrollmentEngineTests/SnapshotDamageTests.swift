// Snapshots that are wrong: none is believed, each is told of, and no byte of one traps.

import Enrollment
import EnrollmentTesting
import EventLog
import Testing

@testable import EnrollmentEngine

@Suite struct SnapshotDamageTests {
    /// A small store with one snapshot, which stands before the end of the log.
    private struct Sample {
        let disk = InMemoryFileSystem()
        let name: String
        let bytes: [UInt8]
        let frames: [[UInt8]]
        let all: Replay

        init(seed: UInt64, commands: Int = 25) async throws {
            var history = RandomHistory(seed: seed)
            let engine = try await history.extend(disk, by: commands, snapshotsAfter: 1, create: true)
            name = SnapshotFormat.name(engine.lastPosition)
            _ = try await history.extend(disk, by: 5, snapshotsAfter: nil)
            bytes = try disk.bytes(ofSnapshot: name)
            frames = try disk.frames(ofSnapshot: name)
            all = try fullReplay(disk)
        }

        /// What opening begins with, and what it warns of.
        func start() throws -> (Replay, warnings: [String]) {
            var snapshots = try snapshotStore(disk)
            let replay = try snapshots.start(upTo: all.position)
            return (replay, snapshots.warnings)
        }

        /// Nothing was believed, the file is named with a reason, and the replay gives the same as ever.
        func expectIgnored(_ reason: String? = nil, _ comment: Comment? = nil) throws {
            var (replay, warnings) = try start()
            #expect(replay.position == .zero, comment)
            #expect(warnings.count == 1, comment)
            #expect(warnings.first?.contains(snapshotStorePath + "/snapshots/" + name) == true, comment)
            if let reason { #expect(warnings.first?.contains(reason) == true, "\(warnings)") }
            try replay.run(try logReader(disk), through: nil)
            #expect(replay.position == all.position)
        }

        func expectOpensByReplay(_ reason: String) async throws {
            let engine = try await openStore(disk, snapshotsAfter: 1_000_000)
            #expect(engine.openingReport.snapshotPosition == nil)
            #expect(engine.openingReport.replayedEvents == all.position.rawValue)
            #expect(engine.openingReport.warnings.count == 1)
            #expect(
                engine.openingReport.warnings.first?.contains(reason) == true, "\(engine.openingReport.warnings)")
            expectSame(engine.held, all)
            try await engine.close()
        }
    }

    @Test(arguments: [1] as [UInt64])
    func `a snapshot that was cut anywhere is ignored and told of`(seed: UInt64) async throws {
        let sample = try await Sample(seed: seed)
        for length in 0..<sample.bytes.count {
            try sample.disk.replaceSnapshot(sample.name, with: Array(sample.bytes.prefix(length)))
            try sample.expectIgnored(nil, "cut to \(length)")
        }
        try sample.disk.replaceSnapshot(sample.name, with: sample.bytes + [0])
        try sample.expectIgnored("something follows its end")
        try await sample.expectOpensByReplay("something follows its end")
    }

    @Test(arguments: [2] as [UInt64])
    func `a snapshot with any one bit wrong is ignored and told of`(seed: UInt64) async throws {
        let sample = try await Sample(seed: seed)
        #expect(try sample.start().0.position > .zero)
        for index in sample.bytes.indices {
            for bit in 0..<8 {
                var bytes = sample.bytes
                bytes[index] ^= 1 << bit
                try sample.disk.replaceSnapshot(sample.name, with: bytes)
                let (replay, warnings) = try sample.start()
                guard replay.position != .zero || warnings.count != 1 else { continue }
                Issue.record("bit \(bit) of byte \(index): \(replay.position), \(warnings)")
            }
        }
        for index in stride(from: 3, to: sample.bytes.count, by: 61) {
            var bytes = sample.bytes
            bytes[index] ^= 0x20
            try sample.disk.replaceSnapshot(sample.name, with: bytes)
            try await sample.expectOpensByReplay("is ignored")
        }
    }

    @Test(arguments: [3, 4] as [UInt64])
    func `what passes its checksums is a possible state or is ignored, and never traps`(seed: UInt64) async throws {
        let sample = try await Sample(seed: seed, commands: 60)
        var random = SplitMix64(seed: seed)
        var (believed, ignored) = (0, 0)
        for _ in 0..<1_500 {
            var frames = sample.frames
            for _ in 0...random.below(3) {
                let frame = random.chance(1, in: 8) ? 0 : frames.count - 1
                let index = random.below(frames[frame].count)
                switch random.below(5) {
                case 0: frames[frame].remove(at: index)
                case 1: frames[frame].insert(UInt8(truncatingIfNeeded: random.next()), at: index)
                case 2: frames[frame][index] = random.pick([0, 1, 0x7F, 0x80, 0xFF])
                case 3: frames[frame][index] ^= 1 << random.below(8)
                default:
                    let other = random.below(frames[frame].count)
                    frames[frame].swapAt(index, other)
                }
            }
            try sample.disk.replaceSnapshot(sample.name, withFrames: frames)
            var (replay, warnings) = try sample.start()
            if replay.position == .zero {
                ignored += 1
                #expect(warnings.count == 1)
            } else {
                believed += 1
                #expect(replay.state.checkInvariants() == [])
                // The tail may contradict it, as an error.
                do throws(EngineError) { try replay.run(try logReader(), through: nil) } catch {
                    #expect(error.code == .damaged)
                }
            }
        }
        // Texts and times may change unnoticed; most of the rest does not.
        #expect(believed > 25)
        #expect(ignored > 300)

        func logReader() throws(EngineError) -> LogReader {
            try translating { () throws(LogError) in
                try LogReader.open(at: snapshotStorePath + "/log", fileSystem: sample.disk)
            }
        }
    }

    @Test func `a snapshot of another store, epoch, format, position or history is ignored and told of`() async throws {
        let sample = try await Sample(seed: 5)
        let other = try await Sample(seed: 5)
        try sample.disk.replaceSnapshot(sample.name, with: other.bytes)
        try await sample.expectOpensByReplay("another store")

        var header = try header(of: sample)
        header.epoch += 1
        try replace(header, sample)
        try await sample.expectOpensByReplay("epoch 2")

        header = try self.header(of: sample)
        header.stateVersion += 1
        try replace(header, sample)
        try await sample.expectOpensByReplay("its state has version")

        header = try self.header(of: sample)
        header.position = Position(header.position.rawValue - 1)
        try replace(header, sample)
        try await sample.expectOpensByReplay("unlike its name")

        header = try self.header(of: sample)
        header.recordDigest[31] ^= 1
        try replace(header, sample)
        try await sample.expectOpensByReplay("another history")

        header = try self.header(of: sample)
        header.lastRecordedAt = .latest
        try replace(header, sample)
        try await sample.expectOpensByReplay("another history")

        var bytes = sample.bytes
        bytes[SnapshotFormat.magic.count] = 1
        try sample.disk.replaceSnapshot(sample.name, with: bytes)
        try await sample.expectOpensByReplay("format 1")
    }

    @Test func `a log that took another turn does not believe the snapshot of the first`() async throws {
        let disk = InMemoryFileSystem()
        let engine = try await openStore(disk, snapshotsAfter: nil, create: true)
        let term = try await engine.prepareTerm(capacity: 3, users: 3)
        try await engine.close()
        // The same store twice: one copy goes on with user 1, the other with user 2.
        let copy = InMemoryFileSystem(copyOf: disk)
        for (disk, user) in [(disk, UserID(1)), (copy, UserID(2))] {
            let engine = try await openStore(disk, snapshotsAfter: 1)
            _ = try await engine.execute(.applyEnrollment(user: user, term: term), by: .user(user))
            try await engine.close()
        }
        let name = try #require(try disk.snapshots().last)
        #expect(try copy.snapshots().last == name)
        try copy.replaceSnapshot(name, with: try disk.bytes(ofSnapshot: name))
        let again = try await openStore(copy, snapshotsAfter: 1_000_000)
        #expect(again.openingReport.warnings.count == 1)
        #expect(again.openingReport.warnings.first?.contains("another history") == true)
        #expect(again.read { $0.liveEnrollment(of: 2, in: term) } != nil)
        #expect(again.read { $0.liveEnrollment(of: 1, in: term) } == nil)
        expectSame(again.held, try fullReplay(copy))
        try await again.close()
    }

    @Test func `a snapshot past the end of the log is ignored, told of, and replaced`() async throws {
        let sample = try await Sample(seed: 6)
        let far = SnapshotFormat.name(Position(sample.all.position.rawValue + 1))
        try sample.disk.replaceSnapshot(far, with: sample.bytes)
        try sample.disk.replaceSnapshot("notes.txt", with: [1])
        try sample.disk.replaceSnapshot(sample.name + ".tmp", with: [1])
        let engine = try await openStore(sample.disk, snapshotsAfter: 1)
        #expect(engine.openingReport.warnings.count == 1)
        #expect(engine.openingReport.warnings.first?.contains("the log ends at") == true)
        #expect(engine.openingReport.snapshotPosition == SnapshotFormat.position(sample.name))
        expectSame(engine.held, sample.all)
        // What is no snapshot's is nobody's to remove.
        #expect(
            Set(try sample.disk.snapshots()) == [sample.name, SnapshotFormat.name(sample.all.position), "notes.txt"])
        try await engine.close()
    }

    @Test func `where the newest snapshot is damaged, the one before it serves, and it is replaced`() async throws {
        let disk = InMemoryFileSystem()
        var history = RandomHistory(seed: 7)
        for round in 0..<2 { _ = try await history.extend(disk, by: 40, snapshotsAfter: 1, create: round == 0) }
        let names = try disk.snapshots()
        #expect(names.count == 2)
        try disk.replaceSnapshot(names[1], with: [])
        let engine = try await openStore(disk, snapshotsAfter: 1)
        #expect(engine.openingReport.snapshotPosition == SnapshotFormat.position(names[0]))
        #expect(engine.openingReport.warnings.count == 1)
        expectSame(engine.held, try fullReplay(disk))
        try await engine.close()
        let again = try await openStore(disk, snapshotsAfter: 1_000_000)
        #expect(again.openingReport.warnings.isEmpty)
        #expect(again.openingReport.snapshotPosition == SnapshotFormat.position(names[1]))
        try await again.close()
    }

    @Test func `counts that no file holds reserve no memory`() async throws {
        let sample = try await Sample(seed: 8)
        for count in [1 << 20, 1 << 40, Int.max] {
            for path in [\SnapshotHeader.users, \.courses, \.terms, \.enrollments, \.live, \.commands] {
                var header = try header(of: sample)
                header[keyPath: path] = count
                try replace(header, sample)
                try sample.expectIgnored("count")
            }
        }
    }

    private func header(of sample: Sample) throws -> SnapshotHeader {
        try sample.frames[0].withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            return try SnapshotHeader(decoding: &reader)
        }
    }

    private func replace(_ header: SnapshotHeader, _ sample: Sample) throws {
        var frames = sample.frames
        frames[0] = []
        header.encode(to: &frames[0])
        try sample.disk.replaceSnapshot(sample.name, withFrames: frames)
    }
}
