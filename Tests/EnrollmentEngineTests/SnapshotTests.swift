// Snapshots that are right: an opening that begins with one ends where a full replay does.

import Enrollment
import EnrollmentTesting
import EventLog
import Foundation
import Testing

@testable import EnrollmentEngine

@Suite struct SnapshotTests {
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `a snapshot and the events after it make what all events make`(seed: UInt64) async throws {
        let disk = InMemoryFileSystem()
        var history = RandomHistory(seed: seed)
        var snapshotted = 0
        for round in 0..<12 {
            // Some closings write one, and some leave a tail to the next opening.
            let threshold: Int? = [1, 300, 1_000_000][round % 3]
            let engine = try await history.extend(
                disk, by: 60 + 40 * (round % 4), snapshotsAfter: threshold, create: round == 0)
            #expect(engine.warnings.isEmpty)
            let all = try fullReplay(disk)
            expectSame(engine.held, all)
            let reopened = try await openStore(disk, snapshotsAfter: 1_000_000)
            expectSame(reopened.held, all)
            let report = reopened.openingReport
            let start = report.snapshotPosition ?? .zero
            #expect(report.replayedEvents == all.position.rawValue - start.rawValue)
            if report.snapshotPosition != nil { snapshotted += 1 }
            try await reopened.close()
        }
        #expect(snapshotted >= 11)
        #expect(try fullReplay(disk).state.enrollments.count > 25)
    }

    @Test(arguments: [11, 12] as [UInt64])
    func `commands that come again after an opening from a snapshot get their first answers`(
        seed: UInt64
    ) async throws {
        let disk = InMemoryFileSystem()
        var history = RandomHistory(seed: seed)
        _ = try await history.extend(disk, by: 200, snapshotsAfter: 1, create: true)
        _ = try await history.extend(disk, by: 30, snapshotsAfter: nil)
        let engine = try await openStore(disk, snapshotsAfter: 1_000_000)
        #expect(engine.openingReport.snapshotPosition != nil)
        let last = engine.lastPosition
        let recorded = engine.held.remembered
        var retried = 0
        for envelope in history.envelopes {
            guard let position = recorded.position(of: envelope.id) else { continue }
            retried += 1
            let answer = await engine.execute(contentsOf: [envelope])[0]
            switch answer {
            case .success(let receipt):
                #expect(receipt.isReplay)
                #expect(receipt.events.first?.position == position)
            case .failure(.refused(_, _, let refusal, let isReplay)):
                #expect(isReplay)
                #expect(refusal?.position == position)
            case .failure(let error): Issue.record("\(envelope) got \(error)")
            }
        }
        #expect(retried > 100)
        #expect(engine.lastPosition == last)
        try await engine.close()
    }

    @Test func `only the events after the snapshot are read`() async throws {
        let disk = InMemoryFileSystem()
        var history = RandomHistory(seed: 21)
        let first = try await history.extend(disk, by: 300, snapshotsAfter: 1, create: true)
        let second = try await history.extend(disk, by: 20, snapshotsAfter: nil)
        let engine = try await openStore(disk, snapshotsAfter: 1_000_000)
        #expect(engine.openingReport.snapshotPosition == first.lastPosition)
        #expect(
            engine.openingReport.replayedEvents == second.lastPosition.rawValue - first.lastPosition.rawValue)
        try await engine.close()
        // Nothing before the snapshot's own block is opened: without it the store still opens.
        let off = try await openStore(disk, snapshotsAfter: nil)
        #expect(off.openingReport.snapshotPosition == nil)
        #expect(off.openingReport.replayedEvents == second.lastPosition.rawValue)
        try await off.close()
    }

    @Test func `one is written when enough events came, at closing and at opening, and two stay`() async throws {
        let disk = InMemoryFileSystem()
        var history = RandomHistory(seed: 31)
        _ = try await history.extend(disk, by: 100, snapshotsAfter: 1_000_000, create: true)
        #expect(try disk.status(snapshotStorePath + "/snapshots") == nil)
        let all = try fullReplay(disk).position
        let opened = try await openStore(disk, snapshotsAfter: Int(all.rawValue))
        #expect(try disk.snapshots() == [SnapshotFormat.name(all)])
        try await opened.close()
        #expect(try disk.snapshots() == [SnapshotFormat.name(all)])
        var names: [String] = try disk.snapshots()
        for _ in 0..<4 {
            let engine = try await history.extend(disk, by: 40, snapshotsAfter: 2)
            names.append(SnapshotFormat.name(engine.lastPosition))
            #expect(try disk.snapshots() == Array(names.suffix(2)))
        }
    }

    @Test func `a snapshot can be deleted, and the store opens as before`() async throws {
        let disk = InMemoryFileSystem()
        var history = RandomHistory(seed: 41)
        let engine = try await history.extend(disk, by: 200, snapshotsAfter: 1, create: true)
        for name in try disk.snapshots() { try disk.unlink(snapshotStorePath + "/snapshots/" + name) }
        let again = try await openStore(disk, snapshotsAfter: 1_000_000)
        #expect(again.openingReport.snapshotPosition == nil)
        #expect(again.warnings.isEmpty)
        expectSame(again.held, engine.held)
        try await again.close()
    }

    @Test(arguments: [51] as [UInt64])
    func `the state as of any position is the same with snapshots and without`(seed: UInt64) async throws {
        let disk = InMemoryFileSystem()
        var history = RandomHistory(seed: seed)
        for round in 0..<3 {
            _ = try await history.extend(disk, by: 120, snapshotsAfter: 1, create: round == 0)
        }
        #expect(try disk.snapshots().count == 2)
        let reader = try logReader(disk)
        let events = try EventHistory.open(at: snapshotStorePath, fileSystem: disk)
        var step = Replay()
        for position in 1...(try reader.lastPosition().rawValue) {
            try step.run(reader, through: Position(position))
            let state = try events.state(through: Position(position))
            #expect(state.users == step.state.users)
            #expect(state.courses == step.state.courses)
            #expect(state.terms == step.state.terms)
            #expect(state.enrollments == step.state.enrollments)
        }
    }

    @Test func `a snapshot of many frames reads back, on a disk that reads and writes little at a time`() async throws {
        let disk = InMemoryFileSystem()
        let engine = try await openStore(FailingSnapshotDisk(disk), snapshotsAfter: 1, create: true)
        for index in 0..<120 {
            let text = String(repeating: "\(index % 10)", count: 12_000)
            _ = try engine.submit(
                CommandEnvelope(
                    id: .random(), actor: .system, command: .createCourse(title: "T", description: text)))
        }
        try await engine.close()
        let name = try #require(try disk.snapshots().last)
        #expect(try disk.frames(ofSnapshot: name).count > 4)
        let again = try await openStore(FailingSnapshotDisk(disk), snapshotsAfter: 1_000_000)
        #expect(again.openingReport.replayedEvents == 0)
        expectSame(again.held, engine.held)
        try await again.close()
    }

    @Test func `the window of remembered commands goes on where the snapshot left it`() {
        var random = SplitMix64(seed: 61)
        let ids = (0..<40).map { _ in CommandID(high: random.next(), low: random.next()) }
        var whole = RememberedCommands(window: 10)
        for (index, id) in ids.enumerated() { whole.remember(id, at: Position(Int64(index) + 1)) }
        for cut in 0...ids.count {
            var before = RememberedCommands(window: 10)
            for index in 0..<cut { before.remember(ids[index], at: Position(Int64(index) + 1)) }
            var after = RememberedCommands(window: 10)
            for index in 0..<before.count { after.remember(before[index].id, at: before[index].position) }
            for index in cut..<ids.count { after.remember(ids[index], at: Position(Int64(index) + 1)) }
            #expect(after.count == whole.count)
            for index in 0..<whole.count { #expect(after[index].id == whole[index].id) }
            for id in ids { #expect(after.position(of: id) == whole.position(of: id)) }
        }
    }

    @Test(arguments: [71, 72, 73] as [UInt64])
    func `remembered commands are those that a dictionary and a queue would remember`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for window in [1, 2, 7, 8, 100, 1_000] {
            var remembered = RememberedCommands(window: window)
            var queue: [(id: CommandID, position: Position)] = []
            for number in 1...(3 * window + 20) {
                let position = Position(Int64(number))
                // Ids that count up lie as near to each other as ids can; half of them are random.
                let isRandom = random.chance(1, in: 2)
                let id = CommandID(high: isRandom ? random.next() : 0, low: isRandom ? random.next() : UInt64(number))
                remembered.remember(id, at: position)
                queue.append((id, position))
                guard random.chance(1, in: 10) || number < 40 else { continue }
                let latest = queue.suffix(window)
                #expect(remembered.count == latest.count)
                #expect(latest.allSatisfy { remembered.position(of: $0.id) == $0.position })
                #expect(queue.dropLast(window).allSatisfy { remembered.position(of: $0.id) == nil })
                #expect(zip(latest, 0..<latest.count).allSatisfy { $0.id == remembered[$1].id })
            }
        }
    }
}
