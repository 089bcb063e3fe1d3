// What an attestation may be about: events that lie in the log, also where they were decided only a moment before.

import Enrollment
import EnrollmentEngine
import EnrollmentTesting
import EventLog
import Testing

@Suite struct AttestationPositionTests {
    private func attestation(through position: Int64) throws -> Command {
        let digest = try #require(StateDigest(Array(repeating: 7, count: StateDigest.byteCount)))
        return .attestState(
            try #require(
                StateAttestation(
                    through: position, tablesVersion: 2, tables: digest, terms: 1, termVersions: digest)))
    }

    @Test func `an attestation of its own position or a later one is refused, and leaves nothing`() async throws {
        try await withStore { engine, _ in
            try await engine.prepareTerm(capacity: 1, users: 1)
            let last = engine.lastPosition
            for position in [last.rawValue + 1, last.rawValue + 2, .max] {
                let error = await #expect(throws: ExecutionError.self) {
                    _ = try await engine.execute(try attestation(through: position), by: .system)
                }
                guard case .refused(let rejection, let decidedAfter, _, _) = error else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
                #expect(rejection == .invalidInput(field: .through, problem: .outOfRange))
                #expect(decidedAfter == last)
            }
            #expect(engine.lastPosition == last)
            let receipt = try await engine.execute(try attestation(through: last.rawValue), by: .system)
            #expect(receipt.position.rawValue == last.rawValue + 1)
        }
    }

    @Test func `an attestation may be about what was decided just before it`() async throws {
        try await withStore { engine, _ in
            let commands: [Command] = [
                try attestation(through: 1), .createCourse(title: "Logic"), try attestation(through: 1),
                try attestation(through: 3), try attestation(through: 2),
            ]
            let results = await engine.execute(
                contentsOf: commands.map { CommandEnvelope(id: .random(), actor: .system, command: $0) })
            #expect(results.map { (try? $0.get())?.position } == [nil, 1, 2, nil, 3])
            #expect(try engine.history.replayDecisions { Issue.record("\($0)") }.commands == 3)
        }
    }
}
