// Copies a store while it is in use.

import ArgumentParser
import EnrollmentEngine
import EventLog

struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the store into a new directory, also while another process writes.",
        discussion: """
            Copies the settings and all events that are durable, and reads the copy back before it is called one. \
            Tables and snapshots are left out: they are made from the log. A backup is read like any store, and \
            written to only after 'enroll restore'.

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
        try report.write(output, "backup", destination)
    }
}

extension BackupReport {
    func write(_ output: OutputOptions, _ name: StaticString, _ directory: String) throws {
        guard output.isJSON else {
            var entries = [
                ("\(name)", directory), ("position", "\(lastPosition)"),
                ("size", "\(bytes) bytes in \(counted(segments, "segment"))"), ("epoch", "\(epoch)"),
            ]
            if let digest { entries.append(("digest", "\(digest) up to position \(digestPosition)")) }
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
        writer.closeObject()
        try StandardOutput.shared.write(writer)
    }
}
