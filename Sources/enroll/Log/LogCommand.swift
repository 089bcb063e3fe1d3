// The log itself: its segments, its events, its figures, its soundness.

import ArgumentParser
import EnrollmentEngine
import EventLog

struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Look at the log itself, seal it, rescue it.",
        discussion: """
            Only `seal` and `salvage` need the log for themselves: the rest works while another process writes.
            """,
        subcommands: [LogList.self, LogDump.self, LogStat.self, LogSeal.self, LogVerify.self, SalvageCommand.self])
}

/// Store and output: what all looks at the log take.
struct LogViewOptions: ParsableArguments {
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    /// The log of a store whose settings fit it.
    func reader() throws -> LogReader {
        try LogReader.open(at: try EventHistory.open(at: try store.directory).layout.logPath)
    }
}

struct LogList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the segments.",
        discussion: """
            EXAMPLES
              enroll log list
            """)

    @OptionGroup var options: LogViewOptions

    func run() throws {
        var table = Table([
            .text("SEGMENT"), .text("STATE"), .number("FIRST"), .number("LAST"), .number("BYTES"),
        ])
        var writer = JSONWriter()
        for segment in try options.reader().segments() {
            if options.output.isJSON {
                writer.removeAll()
                writer.openObject()
                writer.field("segment", segment.name)
                writer.field("state", segment.state.rawValue)
                writer.field("firstPosition", segment.firstPosition.rawValue)
                writer.field("lastPosition", segment.lastPosition.rawValue)
                writer.field("bytes", segment.bytes)
                if let digest = segment.digest { writer.field("digest", digest.description) }
                writer.closeObject()
                try StandardOutput.shared.write(writer)
            } else {
                try table.append([
                    segment.name, segment.state.rawValue, segment.firstPosition.description,
                    segment.lastPosition.description, segment.bytes.description,
                ])
            }
        }
        if !options.output.isJSON { try table.finish(emptyRemark: "there are none") }
    }
}

struct LogDump: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dump", abstract: "Write out events.",
        discussion: """
            Positions past the end of the log are no error: there are no such events, and the exit code is 0.

            EXAMPLES
              enroll log dump --from 1000 --to 1010
              enroll log dump --format json | jq 'select(.type == "CommandRefused")'
            """)

    @OptionGroup var options: LogViewOptions
    @Option(help: ArgumentHelp("The first position.", valueName: "position")) var from: Position = 1
    @Option(help: ArgumentHelp("The last position; without it, the last durable one.", valueName: "position"))
    var to: Position?

    func run() throws {
        let history = try StoreVault.history(try options.store.directory)
        let last = try history.lastPosition()
        var printer = EventPrinter(options.output, total: Int(clamping: last.rawValue), label: "dump")
        if from <= min(to ?? last, last) {
            var cursor = try history.cursor(from: from, through: to)
            while let event = try cursor.next() { try printer.write(history.opened(event)) }
        }
        try printer.finish(emptyRemark: "there are no such events: the log ends at position \(last)")
    }
}
