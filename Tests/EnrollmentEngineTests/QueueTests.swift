// Many callers at once: decided together, synced together, each told its own answer exactly once.

import Enrollment
import EnrollmentEngine
import EnrollmentTesting
import EventLog
import Foundation
import LogProofs
import Testing

@Suite struct QueueTests {
    @Test func `of two thousand who apply at once each hears what was decided about it`() async throws {
        try await withStore { engine, _ in
            let term = try await engine.prepareTerm(capacity: 300, users: 2000)
            let answers = await withTaskGroup(of: (UserID, Result<Receipt, ExecutionError>).self) { group in
                for number in 1...2000 {
                    let user = UserID(Int64(number))
                    group.addTask {
                        do throws(ExecutionError) {
                            let command = Command.applyEnrollment(user: user, term: term)
                            return (user, .success(try await engine.execute(command, by: .user(user))))
                        } catch { return (user, .failure(error)) }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            var positions: Set<Position> = []
            var accepted = 0
            for (user, answer) in answers {
                switch answer {
                case .success(let receipt):
                    accepted += 1
                    positions.insert(receipt.position)
                    guard case .enrollmentApplied(_, user, term, _) = receipt.events[0].event else {
                        Issue.record("\(user) heard of \(receipt.events)")
                        continue
                    }
                case .failure(.refused(.termFull, let position, let refusal?, false)):
                    positions.insert(position)
                    #expect(refusal.position == position && refusal.actor == .user(user))
                case .failure(let error): Issue.record("\(user): \(error)")
                }
            }
            #expect(accepted == 300)
            #expect(positions.count == 2000)
            #expect(engine.read { $0[term]?.enrolledCount } == 300)
        }
    }

    @Test func `who comes while a group is synced shares the next sync with all others`() async throws {
        try await withHeldSync { engine, disk, term in
            let known = engine.lastPosition.rawValue
            try await withThrowingTaskGroup(of: Void.self) { group in
                func apply(_ number: Int) {
                    let user = UserID(Int64(number))
                    group.addTask {
                        _ = try await engine.execute(.applyEnrollment(user: user, term: term), by: .user(user))
                    }
                }
                apply(1)
                try await waitUntil { disk.isHolding }
                for number in 2...1000 { apply(number) }
                // First come, first served: an application and its approval are two events.
                try await waitUntil { engine.lastPosition.rawValue >= known + 2 * 1000 }
                #expect(engine.durablePosition.rawValue == known)
                disk.release()
                try await group.waitForAll()
            }
        }
    }

    @Test func `many commands of one call are one sync`() async throws {
        try await withHeldSync { engine, disk, term in
            let known = engine.lastPosition.rawValue
            async let first = engine.execute(.applyEnrollment(user: 1, term: term), by: .user(1))
            try await waitUntil { disk.isHolding }
            let rest = (2...1000).map { number in
                let user = UserID(Int64(number))
                return CommandEnvelope(
                    id: .random(), actor: .user(user), command: .applyEnrollment(user: user, term: term))
            }
            async let results = engine.execute(contentsOf: rest)
            try await waitUntil { engine.lastPosition.rawValue >= known + 2 * 1000 }
            disk.release()
            for result in await results { _ = try result.get() }
            _ = try await first
        }
    }

    /// Runs a body that has one group held in its sync, lets others gather, and must cost two groups and two syncs.
    private func withHeldSync(
        _ body: (EnrollmentEngine, FaultyFileSystem, TermID) async throws -> Void
    ) async throws {
        let disk = FaultyFileSystem()
        var options = EngineOptions()
        options.fileSystem = disk
        // A confirm block is synced as well, and would be the one that is held.
        options.log.confirmDelayMilliseconds = 600_000
        try await withStore(options: options) { engine, _ in
            let term = try await engine.prepareTerm(capacity: 1000, users: 1000)
            let before = engine.statistics().log
            disk.hold("sync", ".log")
            try await body(engine, disk, term)
            let after = engine.statistics().log
            #expect(after.groups - before.groups == 2)
            #expect(after.syncs - before.syncs == 2)
        }
    }

    @Test func `everyone who waits when the disk fails is told, and so is everyone after`() async throws {
        let disk = InMemoryFileSystem()
        var options = EngineOptions()
        options.fileSystem = disk
        // Else a confirm block may meet the fault first, and then nothing is left that close could lose.
        options.log.confirmDelayMilliseconds = 600_000
        let engine = try await EnrollmentEngine.create(
            at: "/store", personalData: .plain, options: options, clock: ManualClock(.day(0)))
        let term = try await engine.prepareTerm(capacity: 1000, users: 500)
        disk.fail(.sync, errno: EIO, sticky: true)
        let codes = await withTaskGroup(of: RejectionCode?.self) { group in
            for number in 1...500 {
                let user = UserID(Int64(number))
                group.addTask {
                    do throws(ExecutionError) {
                        _ = try await engine.execute(.applyEnrollment(user: user, term: term), by: .user(user))
                        return nil
                    } catch { return error.code }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes == Array(repeating: .storeUnavailable, count: 500))
        let many = await engine.execute(contentsOf: [
            CommandEnvelope(id: .random(), actor: .system, command: .createCourse(title: "T")),
            CommandEnvelope(id: .random(), actor: .system, command: .createCourse(title: "U")),
        ])
        #expect(many.count == 2 && many.allSatisfy { if case .failure(.unavailable) = $0 { true } else { false } })
        await #expect(throws: EngineError.self) { try await engine.close() }
    }

    @Test func `one impossible command among many stops none of the others`() async throws {
        try await withStore { engine, _ in
            let commands: [Command] = [.createCourse(title: "A"), .publishCourse(99), .createCourse(title: "B")]
            let results = await engine.execute(
                contentsOf: commands.map { CommandEnvelope(id: .random(), actor: .system, command: $0) })
            let first = try results[0].get()
            #expect(first.position == 1)
            guard case .failure(.refused(.courseNotFound(99), _, _, _)) = results[1] else {
                Issue.record("the second was \(results[1])")
                return
            }
            let last = try results[2].get()
            #expect(last.position == 2)
        }
    }
}
