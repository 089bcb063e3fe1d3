// Following the log: in order, without gaps, from the ring and from the disk, until the engine closes.

import Enrollment
import EnrollmentEngine
import EnrollmentTesting
import EventLog
import Testing

@Suite struct FollowTests {
    @Test(arguments: [4, 100_000])
    func `a follower sees every event once and ends with the engine`(recentEvents: Int) async throws {
        var options = EngineOptions()
        options.recentEvents = recentEvents
        try await withStore(options: options) { engine, _ in
            let follower = Task {
                var positions: [Int64] = []
                for try await event in engine.events(following: true) { positions.append(event.position.rawValue) }
                return positions
            }
            let term = try await engine.prepareTerm(capacity: 1000, users: 300)
            for user in 1...20 {
                _ = try await engine.execute(.applyEnrollment(user: UserID(Int64(user)), term: term), by: .system)
            }
            let last = engine.lastPosition.rawValue
            try await engine.close()
            let seen = try await follower.value
            #expect(seen == Array(1...last))
        }
    }

    @Test(arguments: [4, 100_000])
    func `events are given after any position and up to any limit`(recentEvents: Int) async throws {
        var options = EngineOptions()
        options.recentEvents = recentEvents
        try await withStore(options: options) { engine, _ in
            _ = try await engine.prepareTerm(capacity: 1, users: 5)
            let last = engine.lastPosition.rawValue
            for first in [Int64.min, -1, 0] {
                let events = try await engine.nextEvents(after: Position(first), limit: .max)
                #expect(events.map(\.position.rawValue) == Array(1...last))
            }
            #expect(try await engine.nextEvents(after: Position(last - 1), limit: .max).count == 1)
            #expect(try await engine.nextEvents(after: 0, limit: 0).isEmpty)
        }
    }

    @Test func `whoever was told of an event finds it among the next`() async throws {
        try await withStore { engine, _ in
            var missed = 0
            for number in 1...2000 {
                let receipt = try await engine.execute(.createCourse(title: "Course \(number)"), by: .system)
                // Two before: nothing is waited for, as the first of the two was durable long ago.
                let after = Position(max(0, receipt.position.rawValue - 2))
                let events = try await engine.nextEvents(after: after, limit: .max)
                if events.last?.position != receipt.position { missed += 1 }
            }
            #expect(missed == 0)
        }
    }

    @Test(arguments: [0, 200, 3000, 1 << 20])
    func `events that are pushed out by their bytes are read from the log`(recentBytes: Int) async throws {
        var options = EngineOptions()
        options.recentEvents = 7
        options.recentEventBytes = recentBytes
        try await withStore(options: options) { engine, _ in
            let course = CourseID(1)
            _ = try await engine.execute(
                .createCourse(title: "Long", description: "", category: "", instructor: nil, sourceID: nil),
                by: .system)
            for length in [10, 900, 2500, 1, 5000, 0, 40, 900, 900, 900, 30] {
                _ = try await engine.execute(
                    .updateCourse(
                        course, title: nil, description: String(repeating: "x", count: length) + "\(length)",
                        category: nil),
                    by: .system)
                let last = engine.lastPosition.rawValue
                for first in 0..<last {
                    let events = try await engine.nextEvents(after: Position(first), limit: .max)
                    #expect(events.map(\.position.rawValue) == Array(first + 1...last))
                }
            }
        }
    }

    @Test func `a follower that waits ends when its task is cancelled`() async throws {
        try await withStore { engine, _ in
            let follower = Task {
                var count = 0
                for try await _ in engine.events(following: true) { count += 1 }
                return count
            }
            follower.cancel()
            let seen = try await follower.value
            #expect(seen == 0)
        }
    }

    @Test func `a bounded read gives exactly the positions asked for`() async throws {
        try await withStore { engine, _ in
            _ = try await engine.prepareTerm(capacity: 1, users: 50)
            var positions: [Int64] = []
            for try await event in engine.events(from: 10, through: 20) { positions.append(event.position.rawValue) }
            #expect(positions == Array(10...20))
            var cursor = try engine.history.cursor(from: 10, through: 20)
            var fromDisk: [Int64] = []
            while let event = try cursor.next() { fromDisk.append(event.position.rawValue) }
            #expect(fromDisk == positions)
        }
    }

    @Test func `history gives back the command behind every batch`() async throws {
        try await withStore { engine, _ in
            let term = try await engine.prepareTerm(capacity: 1, users: 3, admission: .selection)
            let envelopes: [CommandEnvelope] = [
                .init(id: .random(), actor: .user(1), command: .applyEnrollment(user: 1, term: term)),
                .init(id: .random(), actor: .system, command: .approveEnrollment(1), effectiveAt: .day(0)),
                .init(
                    id: .random(), actor: .system,
                    command: .enrollDirectly(user: 2, term: term, override: true, reason: "late")),
                .init(id: .random(), actor: .system, command: .enrollDirectly(user: 3, term: term)),
                .init(
                    id: .random(), actor: .system, command: .cancelEnrollment(1, reason: "moved"), expectedVersion: 5),
                .init(
                    id: .random(), actor: .system,
                    command: .registerUser(email: " New@Example.org ", name: "N", role: .user)),
            ]
            for (envelope, result) in zip(envelopes, await engine.execute(contentsOf: envelopes)) {
                let position: Position
                switch result {
                case .success(let receipt): position = receipt.events[0].position
                case .failure(.refused(_, at: let at, _, _)): position = at
                case .failure(let error): throw error
                }
                #expect(try engine.history.command(ofBatchAt: position) == envelope)
            }
        }
    }

    @Test func `a replay of the log gives the state of the running engine`() async throws {
        try await withStore { engine, _ in
            var generator = CommandGenerator(seed: 11)
            for _ in 0..<2000 {
                let step = engine.read { generator.next(in: $0) }
                _ = await engine.execute(contentsOf: [
                    CommandEnvelope(
                        id: .random(), actor: step.context.actor, command: step.command,
                        effectiveAt: step.context.effectiveAt, expectedVersion: step.context.expectedVersion)
                ])
            }
            let live = engine.read { copy $0 }
            let replayed = try engine.history.state()
            #expect(live.users == replayed.users && live.courses == replayed.courses)
            #expect(live.terms == replayed.terms && live.enrollments == replayed.enrollments)
            #expect(live.enrollments.count > 20)
        }
    }
}
