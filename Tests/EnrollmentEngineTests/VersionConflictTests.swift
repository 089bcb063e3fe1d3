// What a caller learns whose version of a stream is behind: from the ring, and from the log where that is too short.

import Enrollment
import EnrollmentEngine
import EnrollmentTesting
import EventLog
import Testing

@Suite struct VersionConflictTests {
    @Test(arguments: [1, 8, 100_000], [1, 3, 12] as [StreamVersion])
    func `the events since come from the ring or the log alike`(
        recentEvents: Int, expected: StreamVersion
    ) async throws {
        var options = EngineOptions()
        options.recentEvents = recentEvents
        try await withStore(options: options) { engine, _ in
            let term = try await engine.prepareTerm(capacity: 50, users: 30)
            for user in 1...20 {
                _ = try await engine.execute(.applyEnrollment(user: UserID(Int64(user)), term: term), by: .system)
            }
            // Events of other streams, so that the wanted ones are not the last.
            _ = try await engine.execute(
                .registerUser(email: "late@example.org", name: "Late", role: .student), by: .system)
            let wanted = try await engine.allEvents().filter { $0.stream == .term(term) && $0.version > expected }
            #expect(wanted.count > 5)
            let error = await #expect(throws: ExecutionError.self) {
                try await engine.execute(
                    .applyEnrollment(user: 21, term: term), by: .system, expectedVersion: expected)
            }
            guard case .versionConflict(_, _, let since) = error else {
                Issue.record("expected a version conflict, got \(String(describing: error))")
                return
            }
            #expect(since.map(\.position) == wanted.map(\.position))
            #expect(since.map(\.version) == wanted.map(\.version))
        }
    }
}
