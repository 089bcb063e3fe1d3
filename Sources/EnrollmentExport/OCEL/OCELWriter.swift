// Events into the tables of OCEL: rows of events, of objects as they appear and change, and of relations.

internal import Enrollment
internal import EnrollmentAudit
internal import EnrollmentEngine
internal import EnrollmentReadModel
internal import EventLog
internal import GRDB

extension ExportRun {
    /// `ocel.sqlite`: one file, filled in one transaction, with nothing beside it.
    ///
    /// In the memory of a block of the log, of 32 MiB of pages, and of the state that the events make.
    func writeOCEL() throws -> ExportManifest.File {
        let name = "ocel.sqlite"
        let path = try folder.makeFile(name)
        // Objects that are older than the range come with what they were before it.
        let state = try history.state(through: Position(range.first.rawValue - 1))
        do {
            let queue = try DatabaseQueue(path: path, configuration: Connection.filling())
            try queue.inDatabase { database in
                try database.execute(sql: "BEGIN EXCLUSIVE")
                var writer = try OCELWriter(database, state, options)
                try forEachEvent { try writer.append($0) }
                try database.execute(sql: "COMMIT")
            }
            try queue.close()
        } catch let error as DatabaseError {
            let isFull = error.resultCode == .SQLITE_FULL
            throw AuditError(
                isFull ? .diskFull : .io,
                "SQLite could not write \(path): \(error.message ?? "it does not say why"). "
                    + (isFull ? "Make space and try again." : "Mend that and try again."), cause: error)
        }
        return try folder.seal(name)
    }
}

/// Folds events into rows; lives no longer than its connection is open.
struct OCELWriter {
    /// Where attributes stood before the range: OCEL's examples set what holds from the beginning at this instant.
    static let beginning = "1970-01-01T00:00:00.000000Z"

    private let options: ExportOptions
    private let layouts: EventLayouts
    /// By the numbers of types: a row of attributes with nothing in it.
    private let emptyRows: [[EventField.Value?]]
    private let eventRows: [PreparedStatement?]
    private let objectRows: [PreparedStatement]
    private let columnsOfKinds: [[OCELSchema.Column]]
    private let events: PreparedStatement
    private let objects: PreparedStatement
    private let eventObjects: PreparedStatement
    private let objectObjects: PreparedStatement
    private var state: EnrollmentState
    private var written = OCELObjectSet()
    private var time = Timestamp.earliest

    /// Makes the tables, and goes on from `state`.
    init(_ database: Database, _ state: EnrollmentState, _ options: ExportOptions) throws {
        let schema = OCELSchema(options: options)
        (self.state, self.options) = (state, options)
        for sql in schema.tables { try database.execute(sql: sql) }
        let eventMap = try PreparedStatement(database, OCELSchema.insertion("event_map_type", 2))
        for type in EventType.allCases { try eventMap.insert([.text(type.name), .text(type.name)]) }
        let objectMap = try PreparedStatement(database, OCELSchema.insertion("object_map_type", 2))
        for kind in OCELObjectKind.allCases { try objectMap.insert([.text("\(kind)"), .text("\(kind)")]) }
        layouts = EventLayouts { schema.attributes(of: $0) }
        emptyRows = (0...UInt8.max).map { number in
            let columns = EventType(rawValue: number).map { schema.attributes(of: $0) } ?? []
            return columns.map { _ in nil }
        }
        eventRows = try (0...UInt8.max).map { number in
            try EventType(rawValue: number).map { try PreparedStatement(database, schema.insertion(of: $0)) }
        }
        objectRows = try OCELObjectKind.allCases.map { try PreparedStatement(database, schema.insertion(of: $0)) }
        columnsOfKinds = OCELObjectKind.allCases.map { $0.columns(options) }
        events = try PreparedStatement(database, OCELSchema.insertion("event", 2))
        objects = try PreparedStatement(database, OCELSchema.insertion("object", 2))
        eventObjects = try PreparedStatement(database, OCELSchema.insertion("event_object", 3))
        objectObjects = try PreparedStatement(
            database, "INSERT OR IGNORE INTO object_object VALUES (?, ?, ?)")
    }

    /// Writes what an event says, and what it changed.
    ///
    /// Events that were recorded at the same instant are a microsecond apart: tools that order by time keep their
    /// order.
    mutating func append(_ event: RecordedEvent) throws {
        guard state.canEvolve(event.event) else { throw AuditError.impossible(event) }
        time = max(event.time.recordedAt, Timestamp(microseconds: time.rawValue + 1))
        let now = time.fullText
        let subject = event.ocelSubject
        let before = subject?.attributes(in: state, options)
        if let subject, let before { try introduce(subject, before, at: Self.beginning) }
        state.evolve(event.event, at: event.time)
        let relations = event.ocelRelations(in: state)
        if let subject, let after = subject.attributes(in: state, options) {
            if let before {
                try writeChanges(of: subject, from: before, to: after, at: now)
            } else {
                try introduce(subject, after, at: now)
            }
        }
        for relation in relations {
            guard let attributes = relation.object.attributes(in: state, options) else { continue }
            try introduce(relation.object, attributes, at: Self.beginning)
        }
        if case .instructorAssigned(let course, let instructor?) = event.event {
            try relate(OCELObject(course), OCELRelation(OCELObject(instructor), "instructor"))
        }
        try write(event, at: now, relations)
    }

    private func write(_ event: RecordedEvent, at now: String, _ relations: [OCELRelation]) throws {
        let type = event.event.type
        let id = "event/\(event.position)"
        try events.insert([.text(id), .text(TypeNames.name(type))])
        var values = emptyRows[Int(type.rawValue)]
        layouts[type].place(event.event, into: &values)
        try eventRows[Int(type.rawValue)]?.insert(
            [
                .text(id), .text(now), .integer(event.position.rawValue), .text(event.time.recordedAt.fullText),
                OCELValue(event.time.effectiveAt?.fullText), .text(event.actor.description),
            ] + values.map { OCELValue($0) })
        for relation in relations {
            try eventObjects.insert([.text(id), .text(relation.object.name), .text(relation.qualifier)])
        }
    }

    /// Writes an object that was not written yet, behind those to which it belongs.
    private mutating func introduce(_ object: OCELObject, _ attributes: [OCELValue], at instant: String) throws {
        guard written.insert(object) else { return }
        let owners = object.relations(in: state)
        for owner in owners {
            guard let attributes = owner.object.attributes(in: state, options) else { continue }
            try introduce(owner.object, attributes, at: Self.beginning)
        }
        try objects.insert([.text(object.name), .text("\(object.kind)")])
        try objectRows[object.kind.rawValue].insert([.text(object.name), .text(instant), .null] + attributes)
        for owner in owners { try relate(object, owner) }
    }

    /// A relation between objects has no time: each that ever was is there once.
    private func relate(_ object: OCELObject, _ owner: OCELRelation) throws {
        try objectObjects.insert([.text(object.name), .text(owner.object.name), .text(owner.qualifier)])
    }

    /// A row for each attribute that changed, in which the others are empty.
    private func writeChanges(
        of object: OCELObject, from before: [OCELValue], to after: [OCELValue], at now: String
    ) throws {
        let columns = columnsOfKinds[object.kind.rawValue]
        for place in columns.indices where before[place] != after[place] {
            var row = [OCELValue](repeating: .null, count: columns.count)
            row[place] = after[place]
            try objectRows[object.kind.rawValue].insert(
                [.text(object.name), .text(now), .text(columns[place].name)] + row)
        }
    }
}

extension PreparedStatement {
    /// Runs an insertion with these values in the order of its columns.
    func insert(_ values: [OCELValue]) throws {
        for (place, value) in values.enumerated() {
            let index = Int32(place) + 1
            switch value {
            case .integer(let number): bind(index, Optional(number))
            case .text(let text): bind(index, Optional(text))
            case .null: bind(index, String?.none)
            }
        }
        try run()
    }
}
