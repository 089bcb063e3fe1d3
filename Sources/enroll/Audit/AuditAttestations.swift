// Whether what was attested about the state is what the log makes.

import ArgumentParser
import Enrollment
import EnrollmentAudit
import EnrollmentEngine
import EventLog

struct AuditAttestations: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attestations", abstract: "Hold every recorded attestation of the state against a replay.",
        discussion: """
            The log is folded once. At each position that somebody attested, the digest of the public tables and the \
            root of the terms' versions are computed anew; one that says otherwise is a finding, with its position, \
            who gave it, and both values. An attestation about tables of another version is said to be so, and its \
            terms' versions are compared alone. Needs no lock.

            Exit codes: 0 every attestation holds; 1 findings, each a line; 2 they could not be checked.

            EXAMPLES
              enroll audit attestations
              enroll audit attestations --store ./copy --format json
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let history = try EventHistory.open(at: try store.directory)
        var findings = FindingPrinter(output)
        let bar = ProgressBar(label: "audit attestations", total: Int(clamping: try history.lastPosition().rawValue))
        defer { bar.finish() }
        var counts = (held: 0, others: 0, last: Position.zero)
        try history.checkAttestations(
            progress: { position in
                bar.update(Int(clamping: position.rawValue))
                try Interruption.check()
            },
            found: { checked in
                switch checked.verdict {
                case .holds:
                    counts.held += 1
                    counts.last = max(counts.last, Position(checked.attestation.through))
                case .isFalse: try findings.write("attestations", checked.description, at: checked.event.position)
                case .ofOtherTables:
                    counts.others += 1
                    try findings.skip("attestations", checked.description)
                }
            })
        bar.finish()
        let through = counts.held > 0 ? ", the last through position \(counts.last)" : ""
        findings.note("attestations", counted(counts.held, "attestation") + " as the log says\(through)")
        try findings.finish()
    }
}
