// A task may be cancelled at every await of the engine: nothing is half done, and every answer stays true.

import Enrollment
import EnrollmentEngine
import EnrollmentTesting
import EventLog
import LogProofs
import Testing

@Suite struct `A cancelled task` {
    @Test func `that opens a store gets it whole, and can close it`() async throws {
        let disk = InMemoryFileSystem()
        try await cancelled {
            let engine = try await EnrollmentEngine.create(
                at: "/store", personalData: .plain, options: options(disk), clock: clock)
            try await engine.close()
        }
        try await cancelled {
            let engine = try await EnrollmentEngine.open(at: "/store", options: options(disk), clock: clock)
            try await engine.close()
        }
        // The lock was given back both times.
        let engine = try await EnrollmentEngine.open(at: "/store", options: options(disk), clock: clock)
        let receipt = try await engine.execute(.createCourse(title: "T"), by: .system)
        #expect(receipt.position == 1)
        try await engine.close()
    }

    @Test func `whose command was decided is told what became durable`() async throws {
        let disk = FaultyFileSystem()
        try await withStore(options: options(disk)) { engine, _ in
            disk.hold("sync", ".log")
            let id = CommandID.random()
            let task = Task { try await engine.execute(.createCourse(title: "T"), id: id, by: .system) }
            try await waitUntilHeld(disk)
            task.cancel()
            disk.release()
            let receipt = try await task.value
            #expect(receipt.position == 1 && !receipt.isReplay && engine.durablePosition == 1)
            let again = try await engine.execute(.createCourse(title: "T"), id: id, by: .system)
            #expect(again.isReplay && again.events == receipt.events)
        }
    }

    @Test func `that submitted a command gets its answer all the same`() async throws {
        let disk = FaultyFileSystem()
        try await withStore(options: options(disk)) { engine, _ in
            disk.hold("sync", ".log")
            let submission = try engine.submit(
                CommandEnvelope(id: .random(), actor: .system, command: .createCourse(title: "T")))
            let task = Task { try await submission.outcome() }
            try await waitUntilHeld(disk)
            task.cancel()
            disk.release()
            #expect(try await task.value == submission.outcome())
            #expect(engine.durablePosition == 1)
        }
    }

    @Test func `with many commands is told of each whether it was executed`() async throws {
        let disk = FaultyFileSystem()
        var options = options(disk)
        options.maximumPendingEvents = 16
        try await withStore(options: options) { engine, _ in
            disk.hold("sync", ".log")
            let envelopes = (1...100).map { number in
                CommandEnvelope(id: .random(), actor: .system, command: .createCourse(title: "C \(number)"))
            }
            let task = Task { await engine.execute(contentsOf: envelopes) }
            try await waitUntilHeld(disk)
            task.cancel()
            disk.release()
            let results = await task.value
            #expect(results.count == 100)
            let executed = results.prefix { if case .success = $0 { true } else { false } }
            #expect((1..<100).contains(executed.count))
            for result in results[executed.count...] {
                guard case .failure(.cancelled) = result else {
                    Issue.record("expected cancelled, got \(result)")
                    continue
                }
            }
            let ids = try await engine.allEvents().map(\.commandID)
            #expect(ids == envelopes[..<executed.count].map(\.id))
        }
    }

    @Test(arguments: [0, 100_000])
    func `that follows ends, and has seen no event twice and passed none over`(recentEvents: Int) async throws {
        var options = EngineOptions()
        options.recentEvents = recentEvents
        try await withStore(options: options) { engine, _ in
            for _ in 1...10 { _ = try await engine.execute(.createCourse(title: "T"), by: .system) }
            for stop in 0...10 {
                let follower = Task {
                    var positions: [Int64] = []
                    for try await event in engine.events(following: true) {
                        positions.append(event.position.rawValue)
                        if positions.count == stop { withUnsafeCurrentTask { $0?.cancel() } }
                    }
                    return positions
                }
                if stop == 0 { follower.cancel() }
                let seen = try await follower.value
                #expect(seen == Array(Int64(1)..<Int64(seen.count) + 1))
                #expect(seen.count >= stop && seen.count <= 10)
            }
        }
    }

    @Test func `that closes the engine leaves a store with all that was accepted`() async throws {
        let disk = InMemoryFileSystem()
        let engine = try await EnrollmentEngine.create(
            at: "/store", personalData: .plain, options: options(disk), clock: clock)
        let follower = Task { for try await _ in engine.events(following: true) {} }
        var taken: [Submission] = []
        for number in 1...20 {
            taken.append(
                try engine.submit(
                    CommandEnvelope(id: .random(), actor: .system, command: .createCourse(title: "C \(number)"))))
        }
        try await cancelled { try await engine.close() }
        // Followers end with the engine, whoever closed it.
        try await follower.value
        for submission in taken { _ = try await submission.outcome() }
        let reopened = try await EnrollmentEngine.open(at: "/store", options: options(disk), clock: clock)
        #expect(reopened.durablePosition == 20 && reopened.recovery == RecoveryReport())
        #expect(reopened.read { $0.courses.count } == 20)
        try await reopened.close()
    }

    private let clock = ManualClock(.day(0))

    private func options(_ disk: any FileSystem) -> EngineOptions {
        var options = EngineOptions()
        options.fileSystem = disk
        options.log.confirmDelayMilliseconds = 600_000
        return options
    }

    /// Runs `body` in a task that was cancelled before it began.
    private func cancelled(_ body: @escaping @Sendable () async throws -> Void) async throws {
        try await Task {
            withUnsafeCurrentTask { $0?.cancel() }
            #expect(Task.isCancelled)
            try await body()
        }.value
    }

    /// Waits until the log's thread is in the call that was to be held.
    private func waitUntilHeld(_ disk: FaultyFileSystem) async throws {
        for _ in 0..<5_000_000 where !disk.isHolding { await Task.yield() }
        try #require(disk.isHolding)
    }
}
