// The tables of OCEL 2.0 in SQLite: six of any log, and one for each type of event and of object. After the
// specification of 2023-10-16 (ocel-standard.org, arXiv:2403.01975).

internal import Enrollment

/// The columns and statements of the tables.
struct OCELSchema: Sendable {
    /// A column of a type's own table.
    struct Column: Hashable, Sendable {
        let name: String
        let type: String
    }

    let options: ExportOptions

    /// The fields that events of a type have as attributes: ids are relations, and personal fields may be left out.
    func attributes(of type: EventType) -> [EventColumn] {
        EventColumn.fields(of: type).compactMap { field in
            EventColumn.all.first { $0.field == field && $0.kind != .reference }
        }.filter { ExportedTexts.mayExport($0.field, options) }
    }

    /// What every event has: its position, when it was recorded, the time that its command gave, and who gave that.
    private static let eventColumns = [
        Column(name: "seq", type: "INTEGER"), Column(name: "recorded_at", type: "TIMESTAMP"),
        Column(name: "effective_at", type: "TIMESTAMP"), Column(name: "actor", type: "TEXT"),
    ]

    func columns(of type: EventType) -> [Column] {
        Self.eventColumns
            + attributes(of: type).map { column in
                let type =
                    switch column.kind {
                    case .integer: "INTEGER"
                    case .flag: "BOOLEAN"
                    case .time: "TIMESTAMP"
                    case .text, .reference: "TEXT"
                    }
                return Column(name: column.name, type: type)
            }
    }

    /// All tables.
    ///
    /// Keys and references are those of the specification; so no relation is there twice.
    var tables: [String] {
        let fixed = [
            "CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT)",
            "CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT)",
            """
            CREATE TABLE event (
              ocel_id TEXT PRIMARY KEY,
              ocel_type TEXT REFERENCES event_map_type (ocel_type))
            """,
            """
            CREATE TABLE object (
              ocel_id TEXT PRIMARY KEY,
              ocel_type TEXT REFERENCES object_map_type (ocel_type))
            """,
            """
            CREATE TABLE event_object (
              ocel_event_id TEXT REFERENCES event (ocel_id),
              ocel_object_id TEXT REFERENCES object (ocel_id),
              ocel_qualifier TEXT,
              PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier))
            """,
            """
            CREATE TABLE object_object (
              ocel_source_id TEXT REFERENCES object (ocel_id),
              ocel_target_id TEXT REFERENCES object (ocel_id),
              ocel_qualifier TEXT,
              PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier))
            """,
        ]
        let events = EventType.allCases.map { type in
            "CREATE TABLE event_\(type.name) (\n"
                + "  ocel_id TEXT PRIMARY KEY REFERENCES event (ocel_id),\n"
                + "  ocel_time TIMESTAMP" + Self.text(columns(of: type)) + ")"
        }
        let objects = OCELObjectKind.allCases.map { kind in
            "CREATE TABLE object_\(kind) (\n"
                + "  ocel_id TEXT REFERENCES object (ocel_id),\n"
                + "  ocel_time TIMESTAMP,\n  ocel_changed_field TEXT" + Self.text(kind.columns(options)) + ")"
        }
        return fixed + events + objects
    }

    private static func text(_ columns: [Column]) -> String {
        columns.map { ",\n  \"\($0.name)\" \($0.type)" }.joined()
    }

    func insertion(of type: EventType) -> String { Self.insertion("event_\(type.name)", 2 + columns(of: type).count) }

    func insertion(of kind: OCELObjectKind) -> String {
        Self.insertion("object_\(kind)", 3 + kind.columns(options).count)
    }

    static func insertion(_ table: String, _ count: Int) -> String {
        "INSERT INTO \(table) VALUES (" + repeatElement("?", count: count).joined(separator: ", ") + ")"
    }
}
