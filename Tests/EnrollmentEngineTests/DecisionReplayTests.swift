// Every recorded command decided again, and wrong decisions planted in logs made for it.

import Enrollment
import EnrollmentTesting
import EventLog
import Testing

@testable import EnrollmentEngine

@Suite struct `Deciding a history again` {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `finds nothing in what the engine decided`(seed: UInt64) async throws {
        let disk = InMemoryFileSystem()
        var history = RandomHistory(seed: seed)
        _ = try await history.extend(disk, by: 1500, snapshotsAfter: nil, create: true)
        let (report, differences) = try replay(disk)
        #expect(differences.isEmpty, "\(differences.map(\.description))")
        #expect(report.commands > 500 && report.refusals > 50 && report.events > report.commands)
        #expect(Int64(report.events) == report.position.rawValue)
        #expect(report.differences == 0)
    }

    @Test func `names a seat that was given when the term was full`() async throws {
        let planted = try await history { log in
            try log.plant(
                .applyEnrollment(user: 3, term: 1), by: .user(3),
                [
                    .enrollmentApplied(2, user: 3, term: 1, direct: false),
                    .enrollmentApproved(2, term: 1, overbooked: false, reason: nil),
                ])
        }
        let difference = try #require(planted.only)
        #expect(difference.position == 9 && difference.recorded.count == 2)
        guard case .refused(.termFull(1, capacity: 1, taken: 1), recorded: .commandRefused?) = difference.ruling else {
            Issue.record("\(difference)")
            return
        }
        #expect(difference.description.contains("position 9, "))
        #expect(
            difference.description.hasSuffix(
                "recorded EnrollmentApplied, EnrollmentApproved; the rules say TERM_FULL (capacity 1, taken 1)"))
    }

    @Test func `names a refusal that the rules do not give, and judges on from what the log has`() async throws {
        let planted = try await history { log in
            // The term has a seat again after the cancellation, which is right, and so is the next refusal.
            try log.plant(
                .cancelEnrollment(1), by: .user(2),
                [.enrollmentCancelled(1, term: 1, previous: .approved, cause: .bySelf, reason: nil)])
            try log.plant(
                .applyEnrollment(user: 3, term: 1), by: .user(3),
                [
                    .commandRefused(
                        Refusal(
                            command: .applyEnrollment, user: 3, term: 1, enrollment: nil,
                            rejection: .termFull(1, capacity: 1, taken: 1), capacity: 1, taken: 1))
                ])
        }
        let difference = try #require(planted.only)
        #expect(difference.position == 10)
        guard case .events(let events) = difference.ruling else {
            Issue.record("\(difference)")
            return
        }
        #expect(events.map(\.type) == [.enrollmentApplied, .enrollmentApproved])
        #expect(planted.report.differences == 1 && planted.report.refusals == 1)
    }

    @Test func `names the same decision with other contents`() async throws {
        let planted = try await history { log in
            try log.plant(
                .changeTermCapacity(1, to: 5), by: .system,
                [.termCapacityChanged(1, from: 1, to: 6, taken: 1, reason: nil)])
        }
        let difference = try #require(planted.only)
        #expect(difference.description.contains("the rules say the same with other contents"), "\(difference)")
    }

    @Test func `names a command that is recorded twice, and one that may not be given`() async throws {
        let planted = try await history { log in
            let id = CommandID.random()
            try log.plant(.updateUser(3, name: "X"), by: .user(2), [.userUpdated(3, email: nil, name: "X")])
            for capacity in [2, 3] {
                try log.plant(
                    .changeTermCapacity(1, to: capacity), by: .system,
                    [.termCapacityChanged(1, from: capacity - 1, to: capacity, taken: 1, reason: nil)], id: id)
            }
        }
        #expect(planted.differences.map(\.position) == [9, 11])
        guard planted.differences.count == 2 else { return }
        guard case .refused(.forbidden(.user(2)), recorded: nil) = planted.differences[0].ruling else {
            Issue.record("\(planted.differences[0])")
            return
        }
        #expect(planted.differences[1].ruling == .seenBefore(at: 10))
    }

    @Test func `says where a history tells of what cannot be`() async throws {
        await #expect(throws: EngineError.self) {
            _ = try await history { log in
                try log.plant(
                    .approveEnrollment(7), by: .system,
                    [.enrollmentApproved(7, term: 1, overbooked: false, reason: nil)])
            }
        }
    }

    // Logs with something planted.

    struct Planted {
        var report: DecisionReport
        var differences: [DecisionDifference]
        var only: DecisionDifference? { differences.count == 1 ? differences[0] : nil }
    }

    private func replay(_ disk: any FileSystem) throws -> (DecisionReport, [DecisionDifference]) {
        var differences: [DecisionDifference] = []
        let report = try EventHistory.open(at: snapshotStorePath, fileSystem: disk)
            .replayDecisions { differences.append($0) }
        return (report, differences)
    }

    /// A course, three people, a term with one seat, which user 2 has; then what is planted, from
    /// position 9 on.
    private func history(_ plant: (inout PlantedLog) throws -> Void) async throws -> Planted {
        let disk = InMemoryFileSystem()
        let engine = try await openStore(disk, snapshotsAfter: nil, create: true)
        try await engine.prepareTerm(capacity: 1, users: 3)
        _ = try await engine.execute(.applyEnrollment(user: 2, term: 1), by: .user(2))
        try await engine.close()
        var log = try PlantedLog(store: snapshotStorePath, fileSystem: disk)
        try plant(&log)
        try log.close()
        let (report, differences) = try replay(disk)
        return Planted(report: report, differences: differences)
    }
}
