// The history for other tools: process mining, other services, spreadsheets.

import ArgumentParser
import EnrollmentExport

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the history for other tools, with a manifest.",
        discussion: """
            Each writes a new folder that is there whole or not at all: the files, manifest.json, which says what they \
            are, and SHA256SUMS, which 'sha256sum -c' checks. The same positions give the same bytes. Names, e-mail \
            addresses and reasons are left out unless --personal asks for them. Needs no lock and no tables.

            EXAMPLES
              enroll export ocel --into spring-ocel
              enroll export csv --at 2027-03-01 --into march && (cd march && sha256sum -c SHA256SUMS)
            """,
        subcommands: [ExportOCEL.self, ExportCloudEvents.self, ExportCSV.self])
}

struct ExportOCEL: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ocel", abstract: "Write OCEL 2.0 as a SQLite file, for process mining.",
        discussion: """
            Makes ocel.sqlite, with the objects user, course, term and enrollment, how their attributes changed, and \
            every event with the objects that it is about. Times of events are those of recording, a microsecond apart \
            where they are the same; recorded_at has the true one, effective_at that of the command.

            EXAMPLES
              enroll export ocel --into spring-ocel
              python3 -c 'import pm4py; print(pm4py.read_ocel2_sqlite("spring-ocel/ocel.sqlite"))'
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var choice: ExportArguments

    func run() throws { try choice.export(.ocel, from: store, to: output) }
}

struct ExportCloudEvents: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cloudevents", abstract: "Write CloudEvents 1.0 as JSON lines, for other services.",
        discussion: """
            Makes events.jsonl, a line for each event. Its source is the store's origin, its id the origin and the \
            position, its subject the stream. What was exported once never changes: --from goes on behind it.

            EXAMPLES
              enroll export cloudevents --into until-now
              enroll export cloudevents --from 2977 --into since-then
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var choice: ExportArguments

    func run() throws { try choice.export(.cloudEvents, from: store, to: output) }
}

struct ExportCSV: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "csv", abstract: "Write CSV files, for spreadsheets.",
        discussion: """
            Makes events.csv, a row for each event of the range, and users.csv, courses.csv, course_terms.csv, \
            enrollments.csv and refusals.csv, the tables as they stood after its last event. A cell that a spreadsheet \
            would compute has an apostrophe in front. Times are UTC.

            EXAMPLES
              enroll export csv --into spring-csv
              enroll export csv --at 2027-03-01 --personal --byte-order-mark --into march
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var choice: ExportArguments
    @Flag(help: "Begin each file with a byte order mark: Excel needs one to read UTF-8.")
    var byteOrderMark = false

    func run() throws {
        try choice.export(.csv, from: store, to: output) { $0.writesByteOrderMark = byteOrderMark }
    }
}
