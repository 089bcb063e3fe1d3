// Many commands from a file or a pipe: one JSON object a line in, one result a line out, in the same order.

import ArgumentParser
import EnrollmentEngine

struct SubmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Decide commands given as JSON lines.",
        discussion: """
            Lines are decided in their order, many in flight at a time; each result is written once it is on disk, in \
            the order of the lines. A line that is no command is answered as invalid, with its number, and does not \
            stop those behind it. Send a line again with its commandID after an unknown outcome: it is done once.

            EXIT CODES
              0  every line was decided (refusals are decisions)
              1  a line was invalid, or --stop-on-refusal met a refusal
              2  the store could not answer
              130  interrupted; what was acknowledged is stored

            EXAMPLES
              enroll submit commands.jsonl --format json > results.jsonl
              generate-commands | enroll submit -

              {"actor":{"user":7},"command":"ApplyEnrollment","user":7,"term":3}
              {"actor":"system","command":"ApplyEnrollment","user":{"sourceID":"11391"},"term":3}
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: ArgumentHelp("A file of JSON lines; - for standard input.", valueName: "file"))
    var path: String
    @Flag(help: "Stop behind the first refused or invalid line. Each line then waits for the one before it.")
    var stopOnRefusal = false

    func run() async throws {
        let lines = LineSource(try LineReader(path: path))
        let report = try await StoreSession.with(store) { session in
            try await SubmitRun.run(
                lines, on: session.engine, printer: ResultPrinter(output), stopsOnRefusal: stopOnRefusal)
        }
        try StandardOutput.shared.flush()
        try Interruption.check()
        writeRemark(report.summary)
        if report.invalid > 0 || (stopOnRefusal && report.hasRefusal) { throw ExitStatus.refused }
    }
}
