// More callers than the disk can serve: a bounded queue, a clear answer, and nothing lost.

import Enrollment
import EnrollmentEngine
import EnrollmentTesting
import EventLog
import LogProofs
import Synchronization
import Testing

@Suite struct `An engine with more callers than its disk can serve` {
    /// Events that may wait in these tests; a command more may be decided than fits, and has two of them.
    private static let pending = 16
    private static let most = Int64(pending) + 1

    private func options(_ disk: FaultyFileSystem) -> EngineOptions {
        var options = EngineOptions()
        options.fileSystem = disk
        options.maximumPendingEvents = Self.pending
        options.log.confirmDelayMilliseconds = 600_000
        return options
    }

    @Test func `says so to whoever does not wait, and takes commands again when the disk has caught up`() async throws {
        let disk = FaultyFileSystem()
        try await withStore(options: options(disk)) { engine, _ in
            let term = try await engine.prepareTerm(capacity: 100, users: 100)
            disk.hold("sync", ".log")
            var taken: [Submission] = []
            var code: RejectionCode?
            for number in 1...100 where code == nil {
                do throws(ExecutionError) { taken.append(try engine.submit(apply(number, term))) } catch {
                    guard case .overloaded = error else { throw error }
                    code = error.code
                }
            }
            #expect(code == .storeUnavailable)
            #expect(engine.statistics().pendingEvents <= Self.most)
            #expect(taken.count == Self.pending / 2)
            disk.release()
            for submission in taken { _ = try await submission.outcome() }
            // Who was turned away was not half executed: the same command is taken now.
            let receipt = try await engine.submit(apply(taken.count + 1, term)).outcome()
            #expect(!receipt.isReplay)
            #expect(engine.read { $0[term]?.enrolledCount } == taken.count + 1)
        }
    }

    @Test func `lets callers wait on a slow disk, without letting more gather than may`() async throws {
        let disk = FaultyFileSystem()
        try await withStore(options: options(disk)) { engine, _ in
            let term = try await engine.prepareTerm(capacity: 200, users: 300)
            disk.slow("sync", byMicroseconds: 2000)
            let seen = Most()
            let accepted = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 1...300 {
                    group.addTask {
                        defer {
                            seen.value.max(engine.statistics().pendingEvents, ordering: .relaxed)
                        }
                        do throws(ExecutionError) {
                            let user = UserID(Int64(number))
                            _ = try await engine.execute(.applyEnrollment(user: user, term: term), by: .user(user))
                            return true
                        } catch {
                            guard case .refused(.termFull, _, _, _) = error else { throw error }
                            return false
                        }
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(accepted == 200)
            #expect(seen.value.load(ordering: .relaxed) <= Self.most)
            #expect(engine.read { $0[term]?.enrolledCount } == 200)
        }
    }

    @Test func `takes many commands in one call piece by piece`() async throws {
        let disk = FaultyFileSystem()
        try await withStore(options: options(disk)) { engine, _ in
            let term = try await engine.prepareTerm(capacity: 500, users: 500)
            disk.slow("sync", byMicroseconds: 500)
            let results = await engine.execute(contentsOf: (1...500).map { apply($0, term) })
            #expect(results.count == 500)
            for result in results { _ = try result.get() }
            #expect(engine.read { $0[term]?.enrolledCount } == 500)
        }
    }

    @Test func `executes nothing for a caller who goes away while it waits for room`() async throws {
        let disk = FaultyFileSystem()
        try await withStore(options: options(disk)) { engine, _ in
            let term = try await engine.prepareTerm(capacity: 100, users: 100)
            disk.hold("sync", ".log")
            var taken: [Submission] = []
            for number in 1...Self.pending / 2 { taken.append(try engine.submit(apply(number, term))) }
            let last = engine.lastPosition
            let waiting = Task { () async -> Bool in
                do throws(ExecutionError) {
                    _ = try await engine.execute(.applyEnrollment(user: 99, term: term), by: .user(99))
                    return false
                } catch { return error.isCancelled }
            }
            // A sleep gives it time to find no room; whoever is cancelled before that hears the same.
            try await Task.sleep(for: .milliseconds(50))
            waiting.cancel()
            disk.release()
            #expect(await waiting.value)
            for submission in taken { _ = try await submission.outcome() }
            #expect(engine.lastPosition == last)
            #expect(engine.read { $0[term]?.enrolledCount } == taken.count)
        }
    }

    @Test func `counts the bytes that wait, too, before the state moves`() async throws {
        let disk = FaultyFileSystem()
        var options = options(disk)
        options.maximumPendingEvents = 10_000
        options.log.maximumPendingBytes = 1000
        try await withStore(options: options) { engine, _ in
            let term = try await engine.prepareTerm(capacity: 500, users: 500)
            disk.hold("sync", ".log")
            var taken: [Submission] = []
            var isOverloaded = false
            for number in 1...500 where !isOverloaded {
                do throws(ExecutionError) { taken.append(try engine.submit(apply(number, term))) } catch {
                    guard case .overloaded = error else { throw error }
                    isOverloaded = true
                }
            }
            #expect(isOverloaded)
            #expect((1...20).contains(taken.count))
            #expect(engine.read { $0[term]?.enrolledCount } == taken.count)
            disk.release()
            for submission in taken { _ = try await submission.outcome() }
            // In one call more lie there than may wait: they are taken piece by piece.
            let rest = (taken.count + 1...500).map { apply($0, term) }
            var last: Position = 0
            for result in await engine.execute(contentsOf: rest) { last = try result.get().position }
            #expect(engine.read { $0[term]?.enrolledCount } == 500)
            // What was taken back and encoded again stands in the log once.
            let events = try await engine.allEvents()
            #expect(events.map(\.position.rawValue) == Array(1...last.rawValue))
            #expect(Set(events.map(\.commandID)).count == events.count { $0.isBatchStart })
            #expect(engine.lastPosition == last)
            let replayed = try engine.history.state()
            #expect(replayed[term] == engine.read { $0[term] })
        }
    }

    private func apply(_ number: Int, _ term: TermID) -> CommandEnvelope {
        let user = UserID(Int64(number))
        return CommandEnvelope(id: .random(), actor: .user(user), command: .applyEnrollment(user: user, term: term))
    }
}

/// The most that anyone saw.
private final class Most: Sendable {
    let value = Atomic(Int64(0))
}

extension ExecutionError {
    fileprivate var isCancelled: Bool { if case .cancelled = self { true } else { false } }
}
