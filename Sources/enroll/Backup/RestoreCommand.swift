// Makes a store from a backup.

import ArgumentParser
import EnrollmentEngine
import EventLog

struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Make a store that can be written to from a backup.",
        discussion: """
            Every byte is checked on the way. The new log gets a higher epoch: whatever knows later events than the \
            backup holds is told so, and never takes new events for them. The tables are not there until \
            'enroll rebuild' has made them.

            Also copies a store that is no backup, as long as nobody writes to it.

            EXAMPLES
              enroll restore /mnt/backups/spring-2027-03-01 ./spring
              enroll rebuild --store ./spring
            """)

    @OptionGroup var output: OutputOptions
    @Argument(help: "The backup.") var source: String
    @Argument(help: "The directory to make; it must be new or empty.") var destination: String

    func run() throws {
        let bar = ProgressBar(label: "restore", total: 1000)
        defer { bar.finish() }
        let report = try BackupStore.restore(source, to: destination, now: try StoreClock.chosen()) {
            bar.update(Int($0 * 1000))
        }
        bar.finish()
        try report.write(output, "store", destination)
        writeRemark("make the tables with 'enroll rebuild --store \(destination.neutralised)'")
    }
}
