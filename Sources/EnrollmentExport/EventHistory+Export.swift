// Start here: the history for other tools, written in one pass into a folder that is there whole or not at all.

internal import Enrollment
internal import EnrollmentAudit
public import EnrollmentEngine
public import EventLog
internal import Foundation
internal import Transparency

/// A form in which other tools read a history.
public enum ExportFormat: String, Hashable, Sendable, CaseIterable {
    /// OCEL 2.0 as one SQLite file, for process mining: events, the objects they are about, and how these changed.
    case ocel
    /// CloudEvents 1.0 as JSON lines, for other services.
    case cloudEvents = "cloudevents"
    /// CSV by RFC 4180, for spreadsheets: one file of events, and one for each table.
    case csv

    /// What the files keep to.
    var standard: String {
        switch self {
        case .ocel: "OCEL 2.0, SQLite"
        case .cloudEvents: "CloudEvents 1.0.2, JSON lines"
        case .csv: "RFC 4180"
        }
    }
}

/// What of a history is exported, and how.
public struct ExportOptions: Sendable {
    /// The first position to export.
    public var first: Position = 1
    /// The last position to export; the last durable one where none is given.
    public var last: Position?
    /// Whether names, e-mail addresses and the reasons that somebody typed are exported too.
    public var includesPersonalData = false
    /// Whether CSV files begin with a byte order mark: Excel takes UTF-8 for another encoding without one.
    public var writesByteOrderMark = false
    /// The program that the manifest names, with its version.
    public var program = "EnrollmentExport"

    /// Makes options that leave personal fields out.
    public init() {}
}

/// How far an export is, in events read; CSV reads those of its tables too.
public struct ExportProgress: Hashable, Sendable {
    /// How many events are written.
    public let done: Int64
    /// How many there are to write.
    public let total: Int64
}

extension EventHistory {
    /// Writes events into a new folder, with a manifest and the SHA-256 of every file.
    ///
    /// While it works the folder is called `DIRECTORY.partial`; it gets its name when all is written and synced, and
    /// goes where the work fails. Takes no lock and changes nothing else. The same positions give the same bytes.
    ///
    /// - Parameters:
    ///   - directory: the folder to make; its parent must be there.
    ///   - progress: called every thousand events or so; what it throws ends the work.
    /// - Returns: the manifest that was written.
    /// - Throws: `AuditError` with `alreadyExists` where there is something of that name, with `invalidArgument` where
    ///   the folder would lie in the store, with `contradicted` where the log is shorter than was signed, with
    ///   `notFound` where it has no such positions, with `log` where it tells what cannot be; `diskFull`, `io`,
    ///   `damaged`. `EngineError` where the log cannot be read, `ReadModelError` where the tables of CSV cannot be made
    ///   (`cancelled` where `progress` threw meanwhile), and whatever `progress` throws.
    /// - Complexity: O(*n*) in the events. Memory for a block of the log and 64 KiB; for OCEL also 32 MiB of pages and
    ///   the state that the events make, for CSV the final rows of the tables.
    public func export(
        _ format: ExportFormat, into directory: String, options: ExportOptions = ExportOptions(),
        progress: @escaping @Sendable (ExportProgress) throws -> Void = { _ in }
    ) throws -> ExportManifest {
        // What the last checkpoint covers cannot be less in the end, so it is read first.
        let checkpoint = try ProofTree.lastCheckpoint(at: layout.transparencyPath, fileSystem: fileSystem)
        let range = try exportedRange(options, signed: checkpoint)
        try checkIsOutside(directory)
        let folder = try ExportFolder(at: directory)
        do {
            let run = ExportRun(history: self, range: range, options: options, folder: folder, progress: progress)
            var files: [ExportManifest.File]
            switch format {
            case .ocel: files = [try run.writeOCEL()]
            case .cloudEvents: files = [try run.writeCloudEvents()]
            case .csv: files = try run.writeCSV()
            }
            if let checkpoint {
                files.append(try folder.write(ExportManifest.checkpointName, Array(checkpoint.note.encoded.utf8)))
            }
            let manifest = ExportManifest(
                format: format, options: options, history: self, range: range, checkpoint: checkpoint, files: files)
            try manifest.write(into: folder)
            try folder.putInPlace()
            return manifest
        } catch {
            folder.remove()
            throw error
        }
    }

    /// Refuses a folder among the files of the store, which are nobody else's.
    private func checkIsOutside(_ directory: String) throws(AuditError) {
        func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
        let store = resolved(layout.directory)
        guard resolved(directory).hasPrefix(store == "/" ? store : store + "/") else { return }
        throw AuditError(
            .invalidArgument, "\(directory) lies in the store \(layout.directory): name a folder outside of it.")
    }

    private func exportedRange(_ options: ExportOptions, signed: Checkpoint?) throws -> ExportRange {
        let durable = try lastPosition()
        if let signed, signed.size > durable.rawValue {
            throw AuditError(
                .contradicted,
                "The log ends at position \(durable), but \(signed.size) records of it were signed "
                    + "(\(layout.checkpointPath)). Nothing was exported: run `enroll verify`, and bring the newer "
                    + "files of the log back.")
        }
        let last = options.last ?? durable
        guard options.first >= 1, last <= durable, options.first.rawValue <= last.rawValue + 1 else {
            throw AuditError(
                .notFound,
                "There are no positions \(options.first) to \(last): the log begins at 1 and ends at \(durable).")
        }
        return ExportRange(first: options.first, last: last)
    }
}

/// Positions without gaps; none where the last is the one before the first.
struct ExportRange: Hashable, Sendable {
    let first: Position
    let last: Position

    var count: Int64 { last.rawValue - first.rawValue + 1 }
}

/// What the three formats share: the events of the range, checked and counted, and where files go.
struct ExportRun: Sendable {
    let history: EventHistory
    let range: ExportRange
    let options: ExportOptions
    let folder: ExportFolder
    let progress: @Sendable (ExportProgress) throws -> Void

    private static let eventsPerReport: Int64 = 1024

    /// Gives the events of the range in their order; `done` of `total` events were read before them.
    func forEachEvent(
        after done: Int64 = 0, of total: Int64? = nil, _ body: (RecordedEvent) throws -> Void
    ) throws {
        guard range.count > 0 else { return }
        var cursor = try history.cursor(from: range.first, through: range.last)
        var count = done
        while let event = try cursor.next() {
            try event.checkTimes()
            try body(history.opened(event))
            count += 1
            if count % Self.eventsPerReport == 0 {
                try progress(ExportProgress(done: count, total: total ?? range.count))
            }
        }
    }
}
