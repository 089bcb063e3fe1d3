// Attestations of the state: true ones hold on any replay, false ones are named with what is false.

import Enrollment
import EnrollmentAudit
import EnrollmentEngine
import EnrollmentTesting
import EventLog
import Testing

@Suite struct `An attestation of the state` {
    private func verdicts(_ history: EventHistory) throws -> [CheckedAttestation] {
        var checked: [CheckedAttestation] = []
        try history.checkAttestations { checked.append($0) }
        return checked
    }

    /// True of what the store holds, but for what is changed.
    private func attestation(
        of store: AuditStore, through: Int64, _ change: (inout Parts) -> Void = { _ in }
    ) async throws -> StateAttestation {
        let truth = try store.beside().attestation(through: Position(through))
        var parts = Parts(
            through: truth.through, tablesVersion: truth.tablesVersion, tables: truth.tables.bytes, terms: truth.terms,
            termVersions: truth.termVersions.bytes)
        change(&parts)
        let tables = try #require(StateDigest(parts.tables))
        let termVersions = try #require(StateDigest(parts.termVersions))
        return try #require(
            StateAttestation(
                through: parts.through, tablesVersion: parts.tablesVersion, tables: tables,
                terms: parts.terms, termVersions: termVersions))
    }

    private struct Parts {
        var through, tablesVersion: Int64
        var tables: [UInt8]
        var terms: Int64
        var termVersions: [UInt8]
    }

    @Test func `that is true holds, whenever it is about and whenever it was given`() async throws {
        let store = try await AuditStore.furnished(capacity: 1, students: 3)
        for (through, user) in [(7, 2), (2, 3), (9, 4)] as [(Int64, UserID)] {
            try await store.give(.applyEnrollment(user: user, term: 1), by: .user(user), at: .day(1))
            try await store.give(.attestState(try await attestation(of: store, through: through)), at: .day(2))
        }
        let checked = try verdicts(try await store.history())
        #expect(checked.map(\.attestation.through) == [2, 7, 9])
        #expect(checked.allSatisfy { $0.verdict == .holds }, "\(checked)")
    }

    @Test func `that is false is named with its position, who gave it, and what is false`() async throws {
        let store = try await AuditStore.furnished(capacity: 2, students: 3)
        try await store.give(.changeUserRole(2, role: .admin))
        let changes: [((inout Parts) -> Void, says: String)] = [
            ({ $0.tables[31] ^= 1 }, "it states the tables"),
            ({ $0.termVersions[0] ^= 1 }, "it states the terms' versions"),
            ({ $0.terms += 1 }, "it states 2 terms, the log has 1"),
            ({ $0.through = 7 }, "it states the tables"),
            (
                {
                    $0.tablesVersion += 1; $0.termVersions[3] ^= 1
                }, "it states the terms' versions"
            ),
        ]
        var positions: [Position] = []
        for (change, _) in changes {
            let given = try await attestation(of: store, through: 8, change)
            positions.append(try await store.give(.attestState(given), by: .user(2)))
        }
        try await store.give(.attestState(try await attestation(of: store, through: 12)))
        let checked = try verdicts(try await store.history())
        #expect(checked.count == changes.count + 1)
        for (position, change) in zip(positions, changes) {
            let found = try #require(checked.first { $0.event.position == position })
            guard case .isFalse = found.verdict else {
                Issue.record("\(found)")
                continue
            }
            #expect(found.description.hasPrefix("position \(position): user/2 attested"), "\(found)")
            #expect(found.description.contains(change.says), "\(found)")
        }
        #expect(checked.contains { $0.attestation.through == 12 && $0.verdict == .holds })
    }

    @Test func `about its own position, or a later one, is false even if it comes true`() async throws {
        let store = try await AuditStore.furnished(capacity: 2, students: 3)
        let last = try await store.give(.changeUserRole(2, role: .admin))
        let own = try await attestation(of: store, through: last.rawValue) { $0.through += 1 }
        let later = try await attestation(of: store, through: last.rawValue) { $0.through = 900 }
        // The rules refuse both; a log may have them all the same.
        for early in [own, later] { #expect(try await store.give(.attestState(early)) == last) }
        try await store.plant { log in
            for early in [own, later] { try log.plant(.attestState(early), by: .user(2), [.stateAttested(early)]) }
            try log.plant(.suspendUser(3), by: .system, [.userSuspended(3, reason: nil)])
        }
        let history = try await store.history()
        let checked = try verdicts(history)
        #expect(checked.count == 2)
        for (found, position) in zip(checked, [own.through, 900]) {
            #expect(found.event.actor == .user(2), "\(found)")
            #expect(found.description.contains("about position \(position), which was not there yet"), "\(found)")
        }
        var differences: [String] = []
        _ = try history.replayDecisions { differences.append("\($0)") }
        #expect(differences.count == 2 && differences.allSatisfy { $0.contains("the rules say INVALID_INPUT") })
    }

    @Test func `about tables of another version is said to be so`() async throws {
        let store = try await AuditStore.furnished(capacity: 2, students: 3)
        try await store.give(
            .attestState(
                try await attestation(of: store, through: 3) {
                    $0.tablesVersion += 1
                    $0.tables[0] ^= 1
                }))
        let checked = try verdicts(try await store.history())
        #expect(checked.map(\.verdict) == [.ofOtherTables(version: 3)])
    }

    @Test func `changes no table, no decision and no other attestation`() async throws {
        let store = try await AuditStore.random(seed: 21, commands: 900)
        let history = try await store.history()
        let last = try history.lastPosition()
        #expect(try history.recordedAttestations().count > 0)
        let report = try history.replayDecisions { Issue.record("\($0)") }
        #expect(report.position == last)
        // Two neighbours that only an attestation lies between have the same digests.
        for event in try history.recordedAttestations() where event.position > 1 {
            let before = try history.attestation(through: Position(event.position.rawValue - 1))
            let after = try history.attestation(through: event.position)
            #expect(before.tables == after.tables && before.termVersions == after.termVersions)
        }
    }

    @Test func `of a position that is not there cannot be made`() async throws {
        let store = try await AuditStore.furnished(capacity: 1, students: 1)
        let history = try await store.history()
        for position in [0, -1, 99] as [Position] {
            #expect(code { _ = try history.attestation(through: position) } == .notFound)
        }
    }
}
