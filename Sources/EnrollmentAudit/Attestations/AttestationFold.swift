// Folds events into what an attestation says about them.

internal import Enrollment
internal import EnrollmentEngine
internal import EnrollmentReadModel
internal import EventLog
internal import Transparency

/// What the events so far make, ready to be attested or compared.
struct AttestationFold {
    private var tables = PublicTables()
    private var versions = TermVersions()
    private var position = Position.zero

    mutating func apply(_ event: RecordedEvent) throws {
        try tables.apply(event)
        versions.count(event)
        position = event.position
    }

    /// The attestation that is true now; `nil` before the first event.
    ///
    /// - Complexity: O(rows), since all of them are digested.
    func attestation() throws -> StateAttestation? {
        guard let tables = StateDigest(try tables.digest()), let root = StateDigest(versions.root.bytes) else {
            return nil
        }
        return StateAttestation(
            through: position.rawValue, tablesVersion: PublicTables.version, tables: tables,
            terms: Int64(versions.counts.count), termVersions: root)
    }
}
