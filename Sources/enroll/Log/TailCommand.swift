// The end of the history, and what comes after it while somebody else writes.

import ArgumentParser
import Enrollment
import EnrollmentEngine
import EventLog

struct TailCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail", abstract: "Show the latest events, and wait for more.",
        discussion: """
            Reads beside the process that writes and takes no lock. An event is shown when it is durable, never \
            before, so nothing that was shown can be lost again. --follow ends with Ctrl-C, or when nobody reads its \
            output.

            EXAMPLES
              enroll tail
              enroll tail --from 1200 --follow
              enroll tail --follow --format json | jq 'select(.type == "CommandRefused")'
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Option(help: ArgumentHelp("The first position to show.", valueName: "position")) var from: Position?
    @Option(help: ArgumentHelp("How many of the latest events to show, without --from.", valueName: "count"))
    var last: Int = 10
    @Flag(help: "Wait for more, and show it as it comes.") var follow = false

    func validate() throws {
        guard last >= 0 else { throw ValidationError("--last must be 0 or more, not \(last).") }
    }

    /// So long a request to stop may wait to be noticed.
    private static let waitMilliseconds = 200

    func run() throws {
        let history = try StoreVault.history(try store.directory)
        let end = try history.lastPosition()
        let first = from ?? Position(max(1, end.rawValue - Int64(last) + 1))
        guard first.rawValue <= end.rawValue + 1 else {
            throw Failure.couldNotRun("the log ends at position \(end), before \(first)")
        }
        guard follow else {
            var cursor = try history.cursor(from: first, through: end)
            while let event = try cursor.next() { try write(history.opened(event)) }
            return
        }
        var follower = try history.follow(from: first)
        while true {
            try Interruption.check()
            // What was waiting goes out in one piece; then each event at once.
            guard let event = try follower.next(timeoutMilliseconds: 0) else {
                try StandardOutput.shared.flush()
                if let event = try follower.next(timeoutMilliseconds: Self.waitMilliseconds) {
                    try write(history.opened(event))
                }
                continue
            }
            try write(history.opened(event))
        }
    }

    private func write(_ event: RecordedEvent) throws {
        try Interruption.check()
        if output.isJSON {
            var json = ResultJSON()
            json.append(event)
            json.endLine()
            return try StandardOutput.shared.write { $0.append(contentsOf: json.bytes) }
        }
        var line = "\(event.position)  \(event.time.recordedAt)  \(event.actor)  \(event.event.type.name)"
        for field in event.event.fields { line += "  \(field.text)" }
        if let effectiveAt = event.time.effectiveAt { line += "  effectiveAt=\(effectiveAt)" }
        try StandardOutput.shared.writeLine(line.neutralised)
    }
}
