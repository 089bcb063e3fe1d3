// The fast way from a record to the state, beside the slow one by way of an event.

import Enrollment
import EnrollmentTesting
import LogProofs
import Testing

@testable import EnrollmentEngine
@testable import EventLog

@Suite struct `The hot loop of a replay` {
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `makes the state that events make, step by step`(seed: UInt64) async throws {
        var fast = Replay()
        var slow = Replay()
        var plain = 0
        for block in try await blocks(seed: seed) {
            for index in 0..<block.count {
                if fast.state.replay(block, index) { plain += 1 } else { try fast.foldEvent(block, index) }
                try slow.foldEvent(block, index)
                expectSame(fast.state, slow.state)
            }
        }
        #expect(plain > 12)
    }

    @Test(arguments: [11, 12] as [UInt64])
    func `refuses what cannot follow, and then has changed nothing`(seed: UInt64) async throws {
        var generator = SplitMix64(seed: seed)
        var replay = Replay()
        var (refused, applied) = (0, 0)
        for block in try await blocks(seed: seed) {
            for index in 0..<block.count {
                var bent = block
                for _ in 0..<6 {
                    bend(&bent, index, &generator)
                    var fast = replay.state
                    if fast.replay(bent, index) {
                        applied += 1
                        // Then the slow way takes it too, and comes to the same.
                        var slow = replay
                        try slow.foldEvent(bent, index)
                        expectSame(fast, slow.state)
                    } else {
                        refused += 1
                        expectSame(fast, replay.state)
                    }
                }
                try replay.foldEvent(block, index)
            }
        }
        #expect(refused > 500)
        #expect(applied > 5)
    }

    @Test func `takes what is too much for it as an event: times of their own, reasons, commands beside`() async throws
    {
        let disk = InMemoryFileSystem()
        let engine = try await openStore(disk, snapshotsAfter: 1_000_000, create: true)
        let term = try await engine.prepareTerm(capacity: 5, users: 3, admission: .approval)
        for user in 1...3 as ClosedRange<Int64> {
            _ = try await engine.execute(.applyEnrollment(user: UserID(user), term: term), by: .user(UserID(user)))
        }
        _ = try await engine.execute(.approveEnrollment(1, reason: "first"), by: .system)
        let version = engine.read { $0[1 as TermID]?.version }
        _ = try await engine.execute(.approveEnrollment(2), by: .system, expectedVersion: version)
        _ = try await engine.execute(.rejectEnrollment(3), by: .system)
        _ = try await engine.execute(.cancelEnrollment(2, reason: "moved"), by: .system)
        try await engine.close()
        let replay = try fullReplay(disk)
        expectSame(replay.state, engine.read { $0 })
        #expect(replay.state[1 as EnrollmentID]?.status == .approved)
    }

    /// The blocks of a random history on a disk in memory.
    private func blocks(seed: UInt64) async throws -> [DecodedBlock] {
        let disk = InMemoryFileSystem()
        var history = RandomHistory(seed: seed)
        _ = try await history.extend(disk, by: 400, snapshotsAfter: 1_000_000, create: true)
        var cursor = try logReader(disk).blocks(from: 1)
        var blocks: [DecodedBlock] = []
        var block = DecodedBlock()
        while try cursor.next(into: &block) { blocks.append(block) }
        return blocks
    }

    /// Changes one thing about a record: its type, its stream, its version, a byte of its payload.
    private func bend(_ block: inout DecodedBlock, _ index: Int, _ generator: inout SplitMix64) {
        switch generator.next() % 4 {
        case 0: block.types[index] = 48 + UInt8(generator.next() % 5)
        case 1: block.streams[index] = block.streams[index] &+ (generator.next() % 9) &- 4
        case 2: block.versions[index] += Int64(generator.next() % 3) - 1
        default:
            let range = block.payloadRange(at: index)
            guard !range.isEmpty else { return }
            let place = range.lowerBound + Int(generator.next() % UInt64(range.count))
            block.payload[place] = block.payload[place] &+ UInt8(generator.next() % 3) &- 1
        }
    }

    private func expectSame(
        _ one: EnrollmentState, _ other: EnrollmentState, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let isSame =
            one.users == other.users && one.courses == other.courses && one.terms == other.terms
            && one.enrollments == other.enrollments && one.checkInvariants() == other.checkInvariants()
        #expect(isSame, sourceLocation: sourceLocation)
    }
}
