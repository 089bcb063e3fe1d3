// What the exports share: which events, where to, and what is told in the end.

import ArgumentParser
import Enrollment
import EnrollmentEngine
import EnrollmentExport
import EventLog

struct ExportArguments: ParsableArguments {
    @Option(help: ArgumentHelp("The folder to make.", valueName: "dir")) var into: String
    @Option(help: ArgumentHelp("The first position to export.", valueName: "position")) var from: Position = 1
    @Option(
        help: ArgumentHelp("The last position to export; the last durable one if none is given.", valueName: "position")
    )
    var to: Position?
    @Option(
        help: ArgumentHelp(
            "Instead of --to an instant: the last event recorded then or before. ISO 8601, in the store's time zone "
                + "unless it names one.", valueName: "time"))
    var at: String?
    @Flag(help: "Export names, e-mail addresses and reasons too.") var personal = false

    func validate() throws {
        if into.isEmpty { throw ValidationError("Name the folder to make: --into DIR.") }
        if to != nil && at != nil { throw ValidationError("Give --to POSITION or --at TIME, not both.") }
    }

    /// Exports under a progress bar, and prints what the manifest says.
    func export(
        _ format: ExportFormat, from store: StoreOptions, to output: OutputOptions,
        adjusting: (inout ExportOptions) -> Void = { _ in }
    ) throws {
        let history = try StoreVault.history(try store.directory)
        var options = ExportOptions()
        options.first = from
        options.last = try at.map { try history.lastPosition(atOrBefore: $0.instant(of: history, "--at")) } ?? to
        options.includesPersonalData = personal
        options.program = "enroll \(Enroll.version)"
        adjusting(&options)
        // How much there is to do the export alone knows: the range that was asked for may be none.
        let bar = ProgressBar(label: "export \(format.rawValue)", total: 0)
        defer { bar.finish() }
        let manifest = try history.export(format, into: into, options: options) { progress in
            bar.update(Int(clamping: progress.done), of: Int(clamping: progress.total))
            try Interruption.check()
        }
        bar.finish()
        try manifest.write(output, folder: into)
    }
}

extension ExportManifest {
    fileprivate func write(_ output: OutputOptions, folder: String) throws {
        guard output.isJSON else {
            var entries = [
                ("export", "\(export) (\(standard)) in \(folder)"),
                ("events", events == 0 ? "none" : "\(events), positions \(firstPosition) to \(lastPosition)"),
                ("personal data", personalData ? "included" : "left out"),
            ]
            if let checkpoint { entries.append(("checkpoint", "signed up to position \(checkpoint.size)")) }
            entries += files.map { ("file", "\($0.name), \($0.bytes) bytes, SHA-256 \($0.sha256)") }
            return try writeList(entries)
        }
        var writer = JSONWriter()
        writer.openObject()
        writer.field("folder", folder)
        writer.field("export", export)
        writer.field("firstPosition", firstPosition)
        writer.field("lastPosition", lastPosition)
        writer.field("events", events)
        writer.field("personalData", personalData)
        if let checkpoint { writer.field("signedPosition", checkpoint.size) }
        writer.openArray("files")
        for file in files {
            writer.openObject()
            writer.field("name", file.name)
            writer.field("bytes", file.bytes)
            writer.field("sha256", file.sha256)
            if let rows = file.rows { writer.field("rows", rows) }
            writer.closeObject()
        }
        writer.closeArray()
        writer.closeObject()
        try StandardOutput.shared.write(writer)
    }
}
