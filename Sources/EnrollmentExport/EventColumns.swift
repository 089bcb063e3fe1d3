// The fields of events as columns: what tables of events are made from, in CSV and in OCEL.

internal import Enrollment
internal import EnrollmentEngine

/// A column for one field of events.
struct EventColumn: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// The number of a user, course, term or enrollment.
        case reference
        case integer
        case flag
        case text
        /// An instant.
        case time
    }

    /// The field as JSON calls it: `sourceID`.
    let field: String
    let kind: Kind

    /// The column's name, as the read tables would have it: `source_id`.
    var name: String {
        var name = ""
        var isUpper = false
        for character in field {
            if character.isUppercase && !isUpper { name += "_" }
            isUpper = character.isUppercase
            name += character.lowercased()
        }
        return name
    }

    /// Every field that an event may have.
    static let all: [EventColumn] =
        columns("user course term enrollment instructor", .reference) + columns("email name role sourceID", .text)
        + columns("title description category", .text) + columns("termNumber", .integer)
        + columns("startDate endDate", .text) + columns("startsAt endsAt", .time) + columns("capacity", .integer)
        + columns("admission", .text) + columns("opensAt closesAt", .time) + columns("from to taken", .integer)
        + columns("direct overbooked", .flag) + columns("through tablesVersion", .integer) + columns("tables", .text)
        + columns("terms", .integer) + columns("termVersions", .text)
        + columns("previous cause command code observed reason", .text)

    private static func columns(_ fields: String, _ kind: Kind) -> [EventColumn] {
        fields.split(separator: " ").map { EventColumn(field: String($0), kind: kind) }
    }

    /// The fields of events of one type, in the order in which they give them.
    static func fields(of type: EventType) -> [String] {
        let fields: String
        switch type {
        case .userRegistered: fields = "user email name role sourceID"
        case .userUpdated: fields = "user email name"
        case .userRoleChanged: fields = "user role"
        case .userActivated, .userDeactivated, .userReinstated, .erasureRequested, .userErased: fields = "user"
        case .userSuspended: fields = "user reason"
        case .courseCreated: fields = "course title description category instructor sourceID"
        case .courseUpdated: fields = "course title description category"
        case .instructorAssigned: fields = "course instructor"
        case .coursePublished, .courseClosed, .courseReopened, .courseArchived: fields = "course"
        case .termScheduled:
            fields = "term course termNumber startDate endDate startsAt endsAt capacity admission sourceID"
        case .termUpdated: fields = "term startDate endDate startsAt endsAt admission"
        case .enrollmentWindowSet: fields = "term opensAt closesAt"
        case .termCapacityChanged: fields = "term from to taken reason"
        case .termStarted, .termCompleted: fields = "term"
        case .termCancelled: fields = "term reason"
        case .enrollmentApplied: fields = "enrollment user term direct"
        case .enrollmentApproved: fields = "enrollment term overbooked reason"
        case .enrollmentRejected: fields = "enrollment term cause reason"
        case .enrollmentCancelled: fields = "enrollment term previous cause reason"
        case .stateAttested: fields = "through tablesVersion tables terms termVersions"
        case .commandRefused: fields = "command user term enrollment code observed capacity taken"
        }
        return fields.split(separator: " ").map(String.init)
    }
}

/// Where the fields of events of one type stand among some columns.
struct EventLayout: Sendable {
    /// The type's fields in their order; without a place where no column is for them.
    private let steps: [(field: String, place: Int?)]
    private let columns: [EventColumn]

    init(_ type: EventType, in columns: [EventColumn]) {
        self.columns = columns
        steps = EventColumn.fields(of: type).map { field in
            (field, columns.firstIndex { $0.field == field })
        }
    }

    /// Puts the fields of an event in their places; the others are left as they are.
    func place(_ event: Event, into values: inout [EventField.Value?]) {
        var next = 0
        for field in event.fields {
            while next < steps.count, !field.name.isSpelled(steps[next].field) { next += 1 }
            precondition(
                next < steps.count, "\(event.type.name) has a field \(field.name), for which there is no column")
            if let place = steps[next].place {
                values[place] = columns[place].kind == .time ? field.value.withFullTime : field.value
            }
            next += 1
        }
    }
}

/// The layouts of all types.
struct EventLayouts: Sendable {
    private let layouts: [EventLayout?]

    init(_ columns: (EventType) -> [EventColumn]) {
        layouts = (0...UInt8.max).map { number in
            EventType(rawValue: number).map { EventLayout($0, in: columns($0)) }
        }
    }

    subscript(type: EventType) -> EventLayout {
        guard let layout = layouts[Int(type.rawValue)] else { preconditionFailure("every type has a layout") }
        return layout
    }
}

extension StaticString {
    /// Whether the text has the same bytes.
    func isSpelled(_ text: String) -> Bool { withUTF8Buffer { $0.elementsEqual(text.utf8) } }
}

extension EventField.Value {
    /// An instant with all its decimals; anything else as it is.
    fileprivate var withFullTime: EventField.Value {
        guard case .text(let text) = self else { return self }
        return .text(Timestamp.fullText(text))
    }

    /// As a cell says it: what a refused decision saw as `capacity=80 taken=80`; nil where there is nothing.
    var text: String? {
        switch self {
        case .number(let number): String(number)
        case .text(let text): text
        case .flag(let flag): flag ? "true" : "false"
        case .null, .sealed: nil
        case .observed(let values):
            values.map { name, value in
                switch value {
                case .number(let number): "\(name)=\(number)"
                case .text(let text): "\(name)=\(text)"
                }
            }.joined(separator: " ")
        }
    }
}

extension Timestamp {
    /// ISO 8601 in UTC, always with six decimals, so that texts are ordered as the instants are.
    var fullText: String { Self.fullText(description) }

    /// Such a text from ``description``, which leaves out decimals that are zero.
    static func fullText(_ text: String) -> String {
        text.utf8.count > 20 ? text : text.dropLast() + ".000000Z"
    }
}
