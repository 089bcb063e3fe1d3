// The objects that events are about, and their attributes as the state has them.

internal import Enrollment
internal import EnrollmentEngine

/// The types of objects, as OCEL calls them.
enum OCELObjectKind: Int, CaseIterable, Hashable, Sendable {
    case user, course, term, enrollment

    /// The attributes, in the order of ``OCELObject/attributes(in:_:)``.
    func columns(_ options: ExportOptions) -> [OCELSchema.Column] {
        let columns: KeyValuePairs<String, String>
        switch self {
        case .user:
            columns = ["source_id": "TEXT", "email": "TEXT", "name": "TEXT", "role": "TEXT", "status": "TEXT"]
        case .course:
            columns = [
                "source_id": "TEXT", "title": "TEXT", "description": "TEXT", "category": "TEXT", "status": "TEXT",
            ]
        case .term:
            columns = [
                "source_id": "TEXT", "term_number": "INTEGER", "start_date": "TEXT", "end_date": "TEXT",
                "capacity": "INTEGER", "admission": "TEXT", "status": "TEXT", "enrollment_opens_at": "TIMESTAMP",
                "enrollment_closes_at": "TIMESTAMP",
            ]
        case .enrollment: columns = ["status": "TEXT"]
        }
        return columns.filter { ExportedTexts.mayExport($0.key, options) }
            .map { OCELSchema.Column(name: $0.key, type: $0.value) }
    }
}

/// One object.
struct OCELObject: Hashable, Sendable {
    let kind: OCELObjectKind
    let number: Int64

    init(_ id: UserID) { (kind, number) = (.user, id.rawValue) }
    init(_ id: CourseID) { (kind, number) = (.course, id.rawValue) }
    init(_ id: TermID) { (kind, number) = (.term, id.rawValue) }
    init(_ id: EnrollmentID) { (kind, number) = (.enrollment, id.rawValue) }

    /// As streams are called: `term/3`.
    var name: String { "\(kind)/\(number)" }

    /// Its attributes now; nil where there is no such object.
    func attributes(in state: EnrollmentState, _ options: ExportOptions) -> [OCELValue]? {
        switch kind {
        case .user: state[UserID(number)].map { Self.attributes($0, options) }
        case .course: state[CourseID(number)].map(Self.attributes)
        case .term: state[TermID(number)].map(Self.attributes)
        case .enrollment: state[EnrollmentID(number)].map { [.text($0.status.name)] }
        }
    }

    private static func attributes(_ user: User, _ options: ExportOptions) -> [OCELValue] {
        var values = [OCELValue(user.sourceID)]
        if ExportedTexts.mayExport("email", options) { values.append(OCELValue(user.email?.plain)) }
        if ExportedTexts.mayExport("name", options) { values.append(OCELValue(user.name?.plain)) }
        return values + [.text(user.role.name), .text(user.status.name)]
    }

    private static func attributes(_ course: Course) -> [OCELValue] {
        [
            OCELValue(course.sourceID), .text(course.title), .text(course.description), .text(course.category),
            .text(course.status.name),
        ]
    }

    private static func attributes(_ term: Term) -> [OCELValue] {
        [
            OCELValue(term.sourceID), .integer(Int64(term.termNumber)), .text(term.dates.startDate.description),
            .text(term.dates.endDate.description), .integer(Int64(term.capacity)), .text(term.admission.name),
            .text(term.status.name), OCELValue(term.window?.opensAt.fullText),
            OCELValue(term.window?.closesAt.fullText),
        ]
    }
}

/// A value of an attribute.
enum OCELValue: Hashable, Sendable {
    case integer(Int64)
    case text(String)
    case null

    init(_ text: String?) { self = text.map { .text($0) } ?? .null }

    init(_ value: EventField.Value?) {
        switch value {
        case .number(let number): self = .integer(number)
        case .flag(let flag): self = .integer(flag ? 1 : 0)
        case .text, .observed: self = OCELValue(value?.text)
        case .null, .sealed, nil: self = .null
        }
    }
}

/// Which objects were written already: a bit for each, as ids are dense.
struct OCELObjectSet {
    private var words: [[UInt64]] = OCELObjectKind.allCases.map { _ in [] }

    /// Notes an object of the state; false where it was noted before.
    mutating func insert(_ object: OCELObject) -> Bool {
        let (word, bit) = (Int(object.number >> 6), UInt64(1) << UInt64(object.number & 63))
        let kind = object.kind.rawValue
        while words[kind].count <= word { words[kind].append(0) }
        defer { words[kind][word] |= bit }
        return words[kind][word] & bit == 0
    }
}
