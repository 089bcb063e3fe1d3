// Copies a store while it is in use.

import ArgumentParser
import EnrollmentAudit
import EnrollmentEngine
import EventLog
import Transparency

struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the store into a new directory, also while another process writes.",
        discussion: """
            Copies the settings, all events that are durable and the last signed checkpoint, and reads the events \
            back before it is called a copy. Tables, snapshots and tiles are left out: they are made from the log. A \
            backup is read like any store, and written to only after 'enroll restore'.

            EXAMPLES
              enroll backup /mnt/backups/spring-2027-03-01
              enroll verify --store /mnt/backups/spring-2027-03-01
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The directory to make; it must be new or empty.") var destination: String

    func run() throws {
        let bar = ProgressBar(label: "backup", total: 1000)
        defer { bar.finish() }
        let report = try BackupStore.backUp(try store.directory, to: destination) { bar.update(Int($0 * 1000)) }
        bar.finish()
        try report.write(output, "backup", destination, signed: signedPosition())
    }

    /// Up to where the checkpoint goes that was copied; one that cannot be read is no reason to have no backup.
    private func signedPosition() -> Int64? {
        do throws(AuditError) {
            return try ProofTree.lastCheckpoint(at: StoreLayout(directory: destination).transparencyPath)?.size
        } catch {
            writeRemark("the last checkpoint was copied as it is: \(Failure.sentence(error.message))")
            return nil
        }
    }
}

extension BackupReport {
    /// `signed` is up to where the checkpoint goes that was copied along.
    func write(_ output: OutputOptions, _ name: StaticString, _ directory: String, signed: Int64?) throws {
        guard output.isJSON else {
            var entries = [
                ("\(name)", directory), ("position", "\(lastPosition)"),
                ("size", "\(bytes) bytes in \(counted(segments, "segment"))"), ("epoch", "\(epoch)"),
            ]
            if let digest { entries.append(("digest", "\(digest) up to position \(digestPosition)")) }
            if let signed { entries.append(("checkpoint", "signed up to position \(signed)")) }
            return try writeList(entries)
        }
        var writer = JSONWriter()
        writer.openObject()
        writer.field(name, directory)
        writer.field("position", lastPosition.rawValue)
        writer.field("segments", segments)
        writer.field("bytes", bytes)
        writer.field("epoch", Int64(epoch))
        if let digest {
            writer.field("digest", digest.description)
            writer.field("digestPosition", digestPosition.rawValue)
        }
        if let signed { writer.field("signedPosition", signed) }
        writer.closeObject()
        try StandardOutput.shared.write(writer)
    }
}
