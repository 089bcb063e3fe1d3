// Figures of the log.

import ArgumentParser
import EnrollmentEngine
import EventLog

struct LogStat: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stat", abstract: "Count the log: segments, bytes, events by type, compression.",
        discussion: """
            Reads the whole log. The compression compares its files with the plain form of all records.

            EXAMPLES
              enroll log stat
            """)

    @OptionGroup var options: LogViewOptions

    func run() throws {
        let figures = try LogFigures(reading: try options.reader(), label: "log stat")
        guard options.output.isJSON else {
            var entries: [(name: String, value: String)] = [
                ("segments", "\(figures.segments), \(figures.sealedSegments) of them sealed"),
                ("bytes", "\(figures.bytes)"),
                ("events", "\(figures.events)"),
                ("commands", "\(figures.commands)"),
                ("bytes an event", figures.bytesPerEvent.oneDecimal),
                ("without command ids", figures.bytesPerEventWithoutCommandIDs.oneDecimal),
            ]
            if figures.compression >= 1 { entries.append(("compression", "\(figures.compression.oneDecimal) : 1")) }
            try writeList(entries)
            if figures.events == 0 { return }
            try StandardOutput.shared.writeLine("")
            var table = Table([.text("EVENT"), .number("COUNT")])
            for (name, count) in figures.namedCounts { try table.append([name, "\(count)"]) }
            return try table.finish(emptyRemark: "")
        }
        var writer = JSONWriter()
        writer.openObject()
        writer.field("segments", figures.segments)
        writer.field("sealedSegments", figures.sealedSegments)
        writer.field("bytes", figures.bytes)
        writer.field("events", figures.events)
        writer.field("commands", figures.commands)
        writer.field("canonicalBytes", figures.canonicalBytes)
        writer.openObject("eventsByType")
        for (name, count) in figures.namedCounts { writer.field(named: name, count) }
        writer.closeObject()
        writer.closeObject()
        try StandardOutput.shared.write(writer)
    }
}
