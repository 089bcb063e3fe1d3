// Sealing by hand: everything that is closed becomes large compressed blocks with an index.

import ArgumentParser
import EnrollmentEngine
import EventLog

struct LogSeal: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seal", abstract: "Compress what is closed, for good.",
        discussion: """
            Writes the closed segments again in large blocks with an index, reads them back against a digest of all \
            their records, and only then lets the log rely on them. Killed anywhere, it loses nothing. A running \
            service seals by itself in the background; this is for a log that is about to be archived, or that many \
            short commands wrote.

            It needs the log for itself: no other process may have it open for writing.

            EXAMPLES
              enroll log seal
              enroll log seal --level 9 --keep-originals
              enroll log seal --keep-originals-for 72
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "How hard to compress, from 1 (fast) to 9 (small).") var level: Int = 6
    @Flag(help: "Move the originals to log/quarantine instead of removing them.") var keepOriginals = false
    @Option(
        help: ArgumentHelp(
            """
            The same for so many hours, counted by the times of events: the first sealing after them, by hand or in \
            the background, removes the originals.
            """, valueName: "hours"))
    var keepOriginalsFor: Int64?

    func validate() throws {
        guard (1...9).contains(level) else { throw ValidationError("--level must be from 1 to 9, not \(level).") }
        guard let hours = keepOriginalsFor else { return }
        guard (0...1_000_000).contains(hours) else {
            throw ValidationError("--keep-originals-for must be from 0 to 1000000 hours, not \(hours).")
        }
        guard !keepOriginals else {
            throw ValidationError("--keep-originals keeps them for good: leave out --keep-originals-for, or it.")
        }
    }

    func run() throws {
        let directory = try store.directory
        let history = try EventHistory.open(at: directory)
        var options = StoreSession.engineOptions(directory).log
        // The log alone is opened, which asks for nothing that was signed.
        if let signed = try history.layout.signedPosition(history.settings) { options.provenPositions.append(signed) }
        options.sealsInBackground = false
        options.sealedCompressionLevel = level
        options.sealedOriginals = keepOriginals ? .kept : .removed
        if let hours = keepOriginalsFor { options.sealedOriginals = .keptFor(seconds: hours * 3600) }
        do {
            let log = try EventLog.open(at: history.layout.logPath, options: options)
            // After a failure closing has nothing to add: nothing was appended.
            defer { try? log.close() }
            try write(try log.seal())
        } catch let error as LogError { throw EngineError(error) }
    }

    private func write(_ report: SealReport) throws {
        guard !output.isJSON else {
            var writer = JSONWriter()
            writer.openObject()
            writer.field("segmentsBefore", report.sources)
            writer.field("segmentsAfter", report.segments)
            writer.field("events", report.records)
            writer.field("bytesBefore", report.bytesBefore)
            writer.field("bytesAfter", report.bytesAfter)
            writer.closeObject()
            return try StandardOutput.shared.write(writer)
        }
        guard report.sources > 0 else { return writeRemark("nothing to seal") }
        try writeList([
            ("segments", "\(report.sources) became \(report.segments)"), ("events", "\(report.records)"),
            ("bytes", "\(report.bytesBefore) became \(report.bytesAfter)"),
        ])
    }
}
