// Attestations of the state: who may give one, that it changes nothing, and what cannot be one at all.

import Enrollment
import EnrollmentTesting
import Testing

@Suite struct AttestationTests {
    private static let digest = StateDigest(Array(repeating: 0xA7, count: 32))
    /// One, as an array that is empty only where a digest of 32 bytes were none.
    static let sample: [StateAttestation] = [digest].compactMap(\.self).compactMap {
        StateAttestation(through: 9, tablesVersion: 1, tables: $0, terms: 1, termVersions: $0)
    }

    @Test(arguments: sample) func `is recorded as it was given, every time`(attestation: StateAttestation) {
        let once = World.pending().when(.attestState(attestation)).then(.stateAttested(attestation))
        once.when(.attestState(attestation), by: .user(World.admin)).then(.stateAttested(attestation))
        #expect(once.state.version(of: .attestations) == 1)
    }

    @Test(arguments: sample) func `changes no decision`(attestation: StateAttestation) {
        let (plain, attested) = (World.pending(), World.pending().given(.stateAttested(attestation)))
        let (before, after) = (plain.state, attested.state)
        #expect(before.users == after.users && before.courses == after.courses && before.terms == after.terms)
        #expect(before.enrollments == after.enrollments)
        attested.when(.approveEnrollment(1), expectedVersion: before.version(of: .term(World.term)))
            .then(.enrollmentApproved(1, term: World.term, overbooked: false, reason: nil))
    }

    @Test(arguments: sample) func `is about what was there before it`(attestation: StateAttestation) throws {
        let state = World.pending().state
        func decide(after last: Int64?, by actor: Actor = .system) throws(Rejection) -> [Event] {
            try state.decide(
                .attestState(attestation), CommandContext(actor: actor, now: .day(9), lastPosition: last))
        }
        for last in [9, 10, nil] as [Int64?] { #expect(try decide(after: last) == [.stateAttested(attestation)]) }
        for last in [8, 0] as [Int64] {
            #expect(throws: Rejection.invalidInput(field: .through, problem: .outOfRange)) { try decide(after: last) }
            // How long the log is, only those learn who may attest.
            let kim = Actor.user(World.kim)
            #expect(throws: Rejection.forbidden(kim)) { try decide(after: last, by: kim) }
        }
    }

    @Test(arguments: sample) func `is for an active ADMIN and the system`(attestation: StateAttestation) {
        let world = World.pending()
        for user in [World.operatorID, World.instructor, World.kim] {
            world.when(.attestState(attestation), by: .user(user)).thenRefused(.forbidden(.user(user)))
        }
        world.given(.userSuspended(World.admin, reason: nil)).when(.attestState(attestation), by: .user(World.admin))
            .thenRefused(.forbidden(.user(World.admin)))
    }

    @Test func `is about a position, and its digests have 32 bytes`() throws {
        #expect(Self.sample.count == 1)
        let digest = try #require(Self.digest)
        for (through, version, terms) in [(0, 1, 1), (-1, 1, 1), (1, -1, 1), (1, 1, -1)] as [(Int64, Int64, Int64)] {
            #expect(
                StateAttestation(
                    through: through, tablesVersion: version, tables: digest, terms: terms, termVersions: digest) == nil
            )
        }
        #expect(StateDigest([1, 2]) == nil && StateDigest(Array(repeating: 0, count: 33)) == nil)
    }

    @Test func `writes its digests as sha256sum does, and reads nothing else`() throws {
        let bytes = (0..<32).map { UInt8($0 * 8 + 1) }
        let digest = try #require(StateDigest(bytes))
        let text = "0109111921293139414951596169717981899199a1a9b1b9c1c9d1d9e1e9f1f9"
        #expect(digest.description == text && StateDigest(text) == digest)
        for wrong in [text.uppercased(), String(text.dropLast()), text + "0", "g" + text.dropFirst(), ""] {
            #expect(StateDigest(wrong) == nil, "\(wrong)")
        }
    }
}
