// Whether the log is what its own last checkpoint says.

import EnrollmentAudit
import EnrollmentEngine
import EventLog
import Transparency

/// The log held against the checkpoint that lies beside it; one that somebody kept elsewhere proves more.
enum CheckpointCheck {
    /// Compares name and length, and with `deep` the root over every record.
    static func run(_ history: EventHistory, deep: Bool, _ findings: inout FindingPrinter) throws {
        let tree = try history.proofTree()
        let bar = ProgressBar(label: "compare checkpoint", total: 0)
        defer { bar.finish() }
        do throws(AuditError) {
            let checkpoint = try tree.checkLastCheckpoint(ofOrigin: history.settings.origin, readsRecords: deep) {
                done in
                bar.update(Int(clamping: done))
                return !Interruption.isRequested
            }
            guard let checkpoint else { return }
            let compared = deep ? "the log gives its root" : "the log is as long; --deep compares its root"
            findings.note("checkpoint", "signed up to position \(checkpoint.size); \(compared)")
        } catch {
            switch error.code {
            case .contradicted, .damaged: try findings.write("checkpoint", error.message)
            // The log's own check has told that.
            case .log where !findings.isEmpty:
                try findings.skip("checkpoint", "not compared, since the log is damaged")
            default: throw error
            }
        }
    }
}
