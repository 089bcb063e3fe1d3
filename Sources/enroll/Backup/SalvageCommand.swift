// Rescues what is left of a damaged log.

import ArgumentParser
import EnrollmentEngine
import EventLog

struct SalvageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "salvage",
        abstract: "Make a new store of the longest sound beginning of a damaged log.",
        discussion: """
            Restore a backup where there is one: this is for when there is none. The damaged store is not changed. \
            Sound events behind the damage go to the file log/beyond-damage.records of the new store, which no \
            command reads: each is its canonical encoding behind its length in 4 bytes, little-endian.

            Exit codes: 0 nothing is lost; 1 something is, each loss a line; 2 it could not be done.

            EXAMPLES
              enroll log salvage ./rescued --store ./spring
              enroll rebuild --store ./rescued
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The directory to make; it must be new or empty.") var destination: String

    func run() throws {
        let report = try BackupStore.salvage(try store.directory, to: destination, now: try StoreClock.chosen())
        if output.isJSON { try writeJSON(report) } else { try writeText(report) }
        if !report.isWhole { throw ExitStatus.refused }
    }

    private func writeText(_ report: SalvageReport) throws {
        for loss in report.losses {
            let positions = loss.positions.map { ", positions \($0.lowerBound) to \($0.upperBound)" } ?? ""
            try StandardOutput.shared.writeLine(
                "loss  \(loss.path.neutralised) at byte \(loss.offset)\(positions): \(loss.reason)")
        }
        for range in report.beyond {
            try StandardOutput.shared.writeLine(
                "beyond the damage  positions \(range.lowerBound) to \(range.upperBound)")
        }
        for sentence in report.unproven { try StandardOutput.shared.writeLine("unproven  \(sentence)") }
        var entries = [
            ("store", destination), ("position", "\(report.lastPosition)"),
            ("size", "\(report.bytes) bytes in \(counted(report.segments, "segment"))"), ("epoch", "\(report.epoch)"),
        ]
        if let path = report.beyondPath { entries.append(("beyond", path)) }
        try writeList(entries)
    }

    private func writeJSON(_ report: SalvageReport) throws {
        var writer = JSONWriter()
        for loss in report.losses {
            writer.removeAll()
            writer.openObject()
            writer.field("loss", loss.path)
            writer.field("offset", loss.offset)
            if let positions = loss.positions {
                writer.field("firstPosition", positions.lowerBound.rawValue)
                writer.field("lastPosition", positions.upperBound.rawValue)
            }
            writer.field("reason", loss.reason)
            writer.closeObject()
            try StandardOutput.shared.write(writer)
        }
        for range in report.beyond {
            writer.removeAll()
            writer.openObject()
            writer.field("beyond", report.beyondPath ?? "")
            writer.field("firstPosition", range.lowerBound.rawValue)
            writer.field("lastPosition", range.upperBound.rawValue)
            writer.closeObject()
            try StandardOutput.shared.write(writer)
        }
        for sentence in report.unproven {
            writer.removeAll()
            writer.openObject()
            writer.field("unproven", sentence)
            writer.closeObject()
            try StandardOutput.shared.write(writer)
        }
        writer.removeAll()
        writer.openObject()
        writer.field("store", destination)
        writer.field("position", report.lastPosition.rawValue)
        writer.field("segments", report.segments)
        writer.field("bytes", report.bytes)
        writer.field("epoch", Int64(report.epoch))
        writer.closeObject()
        try StandardOutput.shared.write(writer)
    }
}
