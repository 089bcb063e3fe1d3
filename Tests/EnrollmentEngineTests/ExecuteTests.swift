// Executing commands: receipts, refusals, retries, races.

import Enrollment
import EnrollmentEngine
import EnrollmentTesting
import EventLog
import Testing

@Suite struct ExecuteTests {
    @Test func `a receipt names the events, durable when it is given`() async throws {
        try await withStore { engine, _ in
            let term = try await engine.prepareTerm(capacity: 1, users: 1)
            let id = CommandID.random()
            let receipt = try await engine.execute(.applyEnrollment(user: 1, term: term), id: id, by: .user(1))
            #expect(receipt.commandID == id && !receipt.isReplay)
            #expect(receipt.events.map(\.event.type) == [.enrollmentApplied, .enrollmentApproved])
            #expect(receipt.events.map(\.version) == [2, 3])
            #expect(receipt.events.map(\.isBatchStart) == [true, false])
            #expect(receipt.position == receipt.events[1].position)
            #expect(engine.durablePosition >= receipt.position)
        }
    }

    @Test func `a full term refuses the next applicant and records it`() async throws {
        try await withStore { engine, _ in
            let term = try await engine.prepareTerm(capacity: 1, users: 2)
            _ = try await engine.execute(.applyEnrollment(user: 1, term: term), by: .user(1))
            let error = await #expect(throws: ExecutionError.self) {
                try await engine.execute(.applyEnrollment(user: 2, term: term), by: .user(2))
            }
            guard case .refused(let rejection, let position, let refusal?, isReplay: false) = error else {
                Issue.record("expected a recorded refusal, got \(String(describing: error))")
                return
            }
            #expect(rejection == .termFull(term, capacity: 1, taken: 1))
            #expect(refusal.position == position && refusal.stream == .refusals(term) && refusal.version == 1)
            #expect(engine.durablePosition == position)
        }
    }

    @Test func `refusals are forgotten when they are transient`() async throws {
        var options = EngineOptions()
        options.refusals = .transient
        try await withStore(options: options) { engine, _ in
            let term = try await engine.prepareTerm(capacity: 1, users: 2)
            _ = try await engine.execute(.applyEnrollment(user: 1, term: term), by: .user(1))
            let before = engine.lastPosition
            await #expect(throws: ExecutionError.self) {
                try await engine.execute(.applyEnrollment(user: 2, term: term), by: .user(2))
            }
            #expect(engine.lastPosition == before)
        }
    }

    @Test func `malformed, unauthorised and unknown things are refused and not recorded`() async throws {
        try await withStore { engine, _ in
            let term = try await engine.prepareTerm(capacity: 1, users: 1)
            let before = engine.lastPosition
            let commands: [(Command, Actor, RejectionCode)] = [
                (.registerUser(email: "no address", name: "N", role: .user), .system, .invalidInput),
                (.registerUser(email: "u1@EXAMPLE.org ", name: "N", role: .user), .system, .duplicateEmail),
                (
                    .registerUser(email: "n@x", name: .plain(String(repeating: "n", count: 10_000_000)), role: .user),
                    .system,
                    .invalidInput
                ),
                (
                    .scheduleTerm(course: 1, termNumber: 2, dates: .days(5, 4), capacity: 1), .system,
                    .invalidTermDateRange
                ),
                (
                    .scheduleTerm(course: 1, termNumber: 2, dates: .days(4, 5), capacity: 0), .system,
                    .invalidCapacity
                ),
                (.applyEnrollment(user: 99, term: term), .system, .userNotFound),
                (.applyEnrollment(user: 1, term: 99), .user(1), .termNotFound),
                (.startTerm(term), .user(1), .forbidden), (.startTerm(term), .user(77), .unauthorized),
            ]
            for (command, actor, code) in commands {
                let error = await #expect(throws: ExecutionError.self) {
                    try await engine.execute(command, by: actor)
                }
                #expect(error?.code == code)
            }
            #expect(engine.lastPosition == before)
        }
    }

    @Test func `a command that changes nothing is accepted without an event`() async throws {
        try await withStore { engine, _ in
            _ = try await engine.prepareTerm(capacity: 1, users: 1)
            let receipt = try await engine.execute(.updateUser(1, name: "U 1"), by: .system)
            #expect(receipt.events.isEmpty && receipt.position == engine.lastPosition)
        }
    }

    @Test func `a retry gives the same answer and stores nothing, also after a restart`() async throws {
        let clock = ManualClock(.day(0))
        try await withStore(clock: clock) { engine, directory in
            let term = try await engine.prepareTerm(capacity: 1, users: 2)
            let (won, lost) = (CommandID.random(), CommandID.random())
            let first = try await engine.execute(.applyEnrollment(user: 1, term: term), id: won, by: .user(1))
            await #expect(throws: ExecutionError.self) {
                try await engine.execute(.applyEnrollment(user: 2, term: term), id: lost, by: .user(2))
            }
            let last = engine.lastPosition

            func retry(on engine: EnrollmentEngine) async throws {
                let again = try await engine.execute(.applyEnrollment(user: 1, term: term), id: won, by: .user(1))
                #expect(again.isReplay && again.events == first.events && again.position == first.position)
                let error = await #expect(throws: ExecutionError.self) {
                    try await engine.execute(.applyEnrollment(user: 2, term: term), id: lost, by: .user(2))
                }
                guard case .refused(.termFull(term, capacity: 1, taken: 1), at: last, _?, isReplay: true) = error else {
                    Issue.record("expected the first refusal again, got \(String(describing: error))")
                    return
                }
                #expect(engine.lastPosition == last)
            }
            try await retry(on: engine)
            try await engine.close()
            let reopened = try await EnrollmentEngine.open(at: directory, clock: clock)
            try await retry(on: reopened)
            try await reopened.close()
        }
    }

    @Test func `an id that names another command is refused, whatever differs`() async throws {
        try await withStore { engine, _ in
            let term = try await engine.prepareTerm(capacity: 5, users: 3)
            let id = CommandID.random()
            let receipt = try await engine.execute(.applyEnrollment(user: 1, term: term), id: id, by: .system)
            let others: [CommandEnvelope] = [
                .init(id: id, actor: .system, command: .applyEnrollment(user: 2, term: term)),
                .init(id: id, actor: .user(1), command: .applyEnrollment(user: 1, term: term)),
                .init(id: id, actor: .system, command: .applyEnrollment(user: 1, term: term), expectedVersion: 1),
                .init(id: id, actor: .system, command: .applyEnrollment(user: 1, term: term), effectiveAt: .day(-1)),
                .init(id: id, actor: .system, command: .enrollDirectly(user: 1, term: term)),
            ]
            for result in await engine.execute(contentsOf: others) {
                guard case .failure(.commandIDReused(id, at: receipt.events[0].position)) = result else {
                    Issue.record("expected COMMAND_ID_REUSED, got \(result)")
                    continue
                }
            }
        }
    }

    @Test func `a caller whose version is behind learns the events since`() async throws {
        try await withStore { engine, _ in
            let term = try await engine.prepareTerm(capacity: 5, users: 3)
            for user in [1, 2] as [UserID] {
                _ = try await engine.execute(
                    .applyEnrollment(user: user, term: term), by: .system, expectedVersion: user == 1 ? 1 : 3)
            }
            let error = await #expect(throws: ExecutionError.self) {
                try await engine.execute(.applyEnrollment(user: 3, term: term), by: .system, expectedVersion: 3)
            }
            guard case .versionConflict(.versionConflict(.term(term), 3, 5), _, let since) = error else {
                Issue.record("expected a version conflict, got \(String(describing: error))")
                return
            }
            #expect(since.map(\.version) == [4, 5])
        }
    }

    @Test(arguments: [Admission.firstCome, .approval])
    func `a race for few seats sells each once`(admission: Admission) async throws {
        try await withStore { engine, _ in
            let term = try await engine.prepareTerm(capacity: 50, users: 600, admission: admission)
            let before = engine.lastPosition
            let accepted = await withTaskGroup(of: Bool.self) { group in
                for user in 1...600 {
                    group.addTask {
                        do {
                            _ = try await engine.execute(
                                .applyEnrollment(user: UserID(Int64(user)), term: term), by: .user(UserID(Int64(user))))
                            return true
                        } catch { return false }
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(accepted == 50)
            #expect(engine.read { $0[term]?.taken } == 50)
            #expect(engine.read { $0.checkInvariants() } == [])
            let events = try await engine.allEvents()
            #expect(events.map(\.position.rawValue) == Array(1...Int64(events.count)))
            let expected = admission == .firstCome ? 650 : 600
            #expect(engine.lastPosition.rawValue - before.rawValue == Int64(expected))
        }
    }

    @Test(arguments: [0, 4])
    func `a full queue makes callers wait, and loses nobody`(maximumPendingEvents: Int) async throws {
        var options = EngineOptions()
        options.maximumPendingEvents = maximumPendingEvents
        options.recentEvents = 8
        try await withStore(options: options) { engine, _ in
            let term = try await engine.prepareTerm(capacity: 1000, users: 200)
            let commands = (1...200).map { user in
                CommandEnvelope(
                    id: .random(), actor: .system, command: .applyEnrollment(user: UserID(Int64(user)), term: term))
            }
            let results = await engine.execute(contentsOf: commands)
            for (user, result) in results.enumerated() {
                let applied = try result.get().events[0].event
                #expect(
                    applied
                        == .enrollmentApplied(
                            EnrollmentID(Int64(user + 1)), user: UserID(Int64(user + 1)), term: term, direct: false))
            }
        }
    }

    @Test func `recorded time never runs back, whatever the clock says`() async throws {
        let clock = ManualClock(.day(5))
        try await withStore(clock: clock) { engine, directory in
            _ = try await engine.prepareTerm(capacity: 1, users: 1)
            clock.set(.day(2))
            let receipt = try await engine.execute(.suspendUser(1), by: .system)
            #expect(receipt.events[0].time.recordedAt == .day(5))
            try await engine.close()
            let reopened = try await EnrollmentEngine.open(at: directory, clock: clock)
            let later = try await reopened.execute(.reinstateUser(1), by: .system)
            #expect(later.events[0].time.recordedAt == .day(5))
            try await reopened.close()
        }
    }
}
