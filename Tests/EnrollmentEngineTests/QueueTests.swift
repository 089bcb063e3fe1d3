// Many callers at once: decided together, synced together, each told its own answer exactly once.

import Enrollment
import EnrollmentEngine
import EnrollmentTesting
import EventLog
import Foundation
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

    @Test func `everyone who waits when the disk fails is told, and so is everyone after`() async throws {
        let disk = InMemoryFileSystem()
        var options = EngineOptions()
        options.fileSystem = disk
        // Else a confirm block may meet the fault first, and then nothing is left that close could lose.
        options.log.confirmDelayMilliseconds = 600_000
        let engine = try await EnrollmentEngine.create(at: "/store", options: options, clock: ManualClock(.day(0)))
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
