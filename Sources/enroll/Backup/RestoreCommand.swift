// Makes a store from a backup.

import ArgumentParser
import EnrollmentAudit
import EnrollmentEngine
import EventLog
import Transparency

struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Make a store that can be written to from a backup.",
        discussion: """
            Every byte is checked on the way. The new log gets a higher epoch: whatever knows later events than the \
            backup holds is told so, and never takes new events for them. The tables are not there until \
            'enroll rebuild' has made them.

            The last signed checkpoint comes along, so that what is signed next goes on from it. A log that is shorter \
            than what it covers, or contradicts it, is not restored; --without-checkpoint restores it all the same, \
            for an older copy that is meant, and leaves the checkpoint behind.

            Also copies a store that is no backup, as long as nobody writes to it.

            Exit codes: 0 restored; 1 the log is not what was signed; 2 it could not be restored.

            EXAMPLES
              enroll restore /mnt/backups/spring-2027-03-01 ./spring
              enroll rebuild --store ./spring
            """)

    @OptionGroup var output: OutputOptions
    @Argument(help: "The backup.") var source: String
    @Argument(help: "The directory to make; it must be new or empty.") var destination: String
    @Flag(help: "Leave out the last signed checkpoint, with which the log need not agree then.")
    var withoutCheckpoint = false

    func run() throws {
        let signed = withoutCheckpoint ? nil : try checkpoint()
        let bar = ProgressBar(label: "restore", total: 1000)
        defer { bar.finish() }
        let report = try BackupStore.restore(
            source, to: destination, now: try StoreClock.chosen(), carriesCheckpoint: !withoutCheckpoint
        ) {
            bar.update(Int($0 * 1000))
        }
        bar.finish()
        try report.write(output, "store", destination, signed: signed?.size)
        writeRemark("make the tables with 'enroll rebuild --store \(destination.neutralised)'")
    }
    /// The last checkpoint, which the log agrees with; nil where nothing was signed.
    private func checkpoint() throws -> Checkpoint? {
        let layout = StoreLayout(directory: source)
        guard try ProofTree.lastCheckpoint(at: layout.transparencyPath) != nil else { return nil }
        let history = try EventHistory.open(at: source)
        let bar = ProgressBar(label: "compare checkpoint", total: Int(clamping: try history.lastPosition().rawValue))
        defer { bar.finish() }
        let tree = try history.proofTree()
        do throws(AuditError) {
            return try tree.checkLastCheckpoint(ofOrigin: history.settings.origin) { done in
                bar.update(Int(clamping: done))
                return !Interruption.isRequested
            }
        } catch {
            guard error.code == .contradicted else { throw error }
            throw Failure(
                message: "\(Failure.sentence(error.message)). Nothing was restored. If this log is meant all the same, "
                    + "restore it with --without-checkpoint, and tell those who hold the checkpoint in "
                    + layout.checkpointPath, exitCode: ExitStatus.refused)
        }
    }
}
