// CSV for spreadsheets: what happened as one file of events, and how things stood after it as a file for each table.

internal import Enrollment
internal import EnrollmentAudit
internal import EnrollmentEngine
internal import EnrollmentReadModel
internal import EventLog
internal import GRDB

extension ExportRun {
    /// `events.csv`, and a file for each read table.
    ///
    /// In the memory of a block of the log, and of the final rows of the tables while these are made.
    func writeCSV() throws -> [ExportManifest.File] {
        let total = range.count + range.last.rawValue
        let events = try writeEvents(of: total)
        return [events] + (try writeTables(after: range.count, of: total))
    }

    private func writeEvents(of total: Int64) throws -> ExportManifest.File {
        let columns = EventColumn.all.filter { ExportedTexts.mayExport($0.field, options) }
        let layouts = EventLayouts { _ in columns }
        let file = try makeFile("events")
        let heading = ["position", "recorded_at", "effective_at", "type", "stream", "version", "actor", "command_id"]
        try file.write { bytes in appendLine(heading + columns.map(\.name), to: &bytes) }
        let empty = [EventField.Value?](repeating: nil, count: columns.count)
        try forEachEvent(of: total) { event in
            var values = empty
            layouts[event.event.type].place(event.event, into: &values)
            try file.write { bytes in
                bytes.append(contentsOf: "\(event.position),\(event.time.recordedAt.fullText),".utf8)
                if let effectiveAt = event.time.effectiveAt { bytes.append(contentsOf: effectiveAt.fullText.utf8) }
                bytes.append(
                    contentsOf: ",\(TypeNames.name(event.event.type)),\(event.stream),\(event.version)".utf8)
                bytes.append(contentsOf: ",\(event.actor),\(event.commandID)".utf8)
                for value in values {
                    bytes.append(UInt8(ascii: ","))
                    if let value { append(value, to: &bytes) }
                }
                bytes.append(contentsOf: "\r\n".utf8)
            }
        }
        return try file.finish(rows: range.count)
    }

    private func append(_ value: EventField.Value, to bytes: inout [UInt8]) {
        switch value {
        // A number is one for a spreadsheet too, also below zero.
        case .number(let number): bytes.append(contentsOf: String(number).utf8)
        default: bytes.append(contentsOf: csvField(value.text ?? "").utf8)
        }
    }

    // MARK: Tables

    private func writeTables(after done: Int64, of total: Int64) throws -> [ExportManifest.File] {
        let path = try folder.makeFile("tables.sqlite")
        let source = ReportingSource(history: history) { [progress] position in
            try progress(ExportProgress(done: done + position.rawValue, total: total))
        }
        _ = try Rebuild.fill(source, .position(range.last), path, nil)
        let queue = try DatabaseQueue(path: path, configuration: Connection.filling())
        let tables: [TableName] = [.users, .courses, .terms, .enrollments, .refusals]
        let files = try queue.inDatabase { database in try tables.map { try write($0, database) } }
        try queue.close()
        try folder.remove("tables.sqlite")
        return files
    }

    private func write(_ table: TableName, _ database: Database) throws -> ExportManifest.File {
        let columns = table.columns.filter { ExportedTexts.mayExport($0, options) }
        let file = try makeFile(table.rawValue)
        try file.write { bytes in appendLine(columns, to: &bytes) }
        let rows = try PreparedStatement(
            database, "SELECT \(columns.joined(separator: ", ")) FROM \(table.rawValue)_readable ORDER BY 1")
        var count: Int64 = 0
        while try rows.step() {
            try file.write { bytes in
                for column in columns.indices {
                    if column > 0 { bytes.append(UInt8(ascii: ",")) }
                    let place = Int32(column)
                    if rows.isInteger(place) {
                        bytes.append(contentsOf: String(rows.integer(place)).utf8)
                    } else if !rows.isNull(place) {
                        bytes.append(contentsOf: csvField(rows.text(place)).utf8)
                    }
                }
                bytes.append(contentsOf: "\r\n".utf8)
            }
            count += 1
        }
        return try file.finish(rows: count)
    }

    private func makeFile(_ name: String) throws(AuditError) -> ExportFile {
        let file = try ExportFile(name + ".csv", in: folder)
        if options.writesByteOrderMark { try file.write([0xEF, 0xBB, 0xBF]) }
        return file
    }

    private func appendLine(_ fields: [String], to bytes: inout [UInt8]) {
        bytes.append(contentsOf: fields.map(csvField).joined(separator: ",").utf8)
        bytes.append(contentsOf: "\r\n".utf8)
    }
}

/// The events of a history, told of as they are read.
private struct ReportingSource: EventSource {
    let history: EventHistory
    let progress: @Sendable (Position) throws -> Void

    var identity: LogIdentity { history.identity }
    func lastPosition() throws -> Position { try history.lastPosition() }

    func forEach(from first: Position, through last: Position, _ body: (RecordedEvent) throws -> Bool) throws {
        try history.forEach(from: first, through: last) { event in
            if event.position.rawValue % 1024 == 0 {
                // Whoever makes tables knows one error that is no failure.
                do { try progress(event.position) } catch { throw CancellationError() }
            }
            return try body(event)
        }
    }
}
