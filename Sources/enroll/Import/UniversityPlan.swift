// The plan of an import of tables: users, courses and terms as they are, then the journal of actions in its order.
//
// A table says how things stand: an entity that exists is left alone. The journal says what happened: its rows are
// decided once, in the order of the file.

import Enrollment
import EnrollmentEngine

/// Makes the plan.
struct UniversityPlanner {
    static let kind = "csv"
    private static let reason = "imported with this status"
    private static let files = ["users.csv", "courses.csv", "terms.csv", "actions.csv"]

    private let calendar: StoreCalendar
    private var plan = ImportPlan(kind: kind)
    /// Comes last: an application needs its course published, whatever the course is now.
    private var endings: [(CSVRow, String, ImportRequest)] = []

    /// - Throws: ``Failure`` where none of the files is there, or one cannot be read.
    static func plan(directory: String, calendar: StoreCalendar) throws -> ImportPlan {
        var planner = UniversityPlanner(calendar: calendar)
        try planner.makePlan(directory)
        return planner.plan
    }

    private init(calendar: StoreCalendar) { self.calendar = calendar }

    private mutating func makePlan(_ directory: String) throws {
        let place = try ImportDirectory(directory)
        let present = Self.files.filter(place.has)
        guard !present.isEmpty else {
            throw Failure.couldNotRun(
                "\(directory) has none of \(Self.files.joined(separator: ", ")); give the directory that holds them")
        }
        for file in present {
            let path = directory + "/" + file
            switch file {
            case "users.csv": try addUsers(path)
            case "courses.csv": try addCourses(path)
            case "terms.csv": try addTerms(path)
            default: try addActions(path)
            }
        }
        for (row, verb, request) in endings { append(verb, row, request) }
    }

    private mutating func addUsers(_ path: String) throws {
        var table = try CSVTable(path: path, columns: ["source_id", "email", "name", "role"], optional: ["status"])
        let steps = table.readRows { row throws(InputFault) -> (CSVRow, ImportRequest, UserStatus) in
            let request = ImportRequest.registerUser(
                email: try row.requiredText("email"), name: try row.requiredText("name"),
                role: try row.value("role"), sourceID: try row.requiredText("source_id"))
            let status: UserStatus = try row.value("status", default: .active)
            guard status != .erased else { throw row.fault("status", expected: "one of ACTIVE, INACTIVE, SUSPENDED") }
            return (row, request, status)
        }
        plan.count(table)
        for (row, request, status) in steps {
            append("user", row, request)
            let id = row.text("source_id")
            switch status {
            case .active, .erased: break
            case .inactive: append("deactivate", row, .deactivateUser(id))
            case .suspended: append("suspend", row, .suspendUser(id, reason: Self.reason))
            }
        }
    }

    private mutating func addCourses(_ path: String) throws {
        var table = try CSVTable(
            path: path, columns: ["source_id", "title", "description", "category", "instructor", "status"])
        let steps = table.readRows { row throws(InputFault) -> (CSVRow, ImportRequest, CourseStatus) in
            let request = ImportRequest.createCourse(
                title: try row.requiredText("title"), description: row.text("description"),
                category: row.text("category"), instructor: row.optionalText("instructor"),
                sourceID: try row.requiredText("source_id"))
            return (row, request, try row.value("status", default: .draft))
        }
        plan.count(table)
        for (row, request, status) in steps {
            append("course", row, request)
            let id = row.text("source_id")
            guard status != .draft else { continue }
            append("publish", row, .publishCourse(id))
            guard status != .published else { continue }
            endings.append((row, "close", .closeCourse(id)))
            if status == .archived { endings.append((row, "archive", .archiveCourse(id))) }
        }
    }

    private mutating func addTerms(_ path: String) throws {
        var table = try CSVTable(
            path: path,
            columns: [
                "source_id", "course", "term_number", "start_date", "end_date", "capacity", "admission",
                "enrollment_opens_at", "enrollment_closes_at",
            ])
        let calendar = calendar
        let steps = table.readRows { row throws(InputFault) -> (CSVRow, ImportRequest, EnrollmentWindow?) in
            let first = try row.day("start_date")
            let last = try row.day("end_date")
            guard first <= last else { throw row.fault("end_date", expected: "a day not before start_date") }
            let request = ImportRequest.scheduleTerm(
                course: try row.requiredText("course"), termNumber: try row.number("term_number"),
                dates: calendar.dates(from: first, through: last), capacity: try row.number("capacity"),
                admission: try row.value("admission", default: .approval),
                sourceID: try row.requiredText("source_id"))
            return (row, request, try Self.window(row, calendar))
        }
        plan.count(table)
        for (row, request, window) in steps {
            append("term", row, request)
            if let window { append("window", row, .setEnrollmentWindow(row.text("source_id"), window)) }
        }
    }

    private static func window(_ row: CSVRow, _ calendar: StoreCalendar) throws(InputFault) -> EnrollmentWindow? {
        let opens = try row.instant("enrollment_opens_at", in: calendar)
        let closes = try row.instant("enrollment_closes_at", in: calendar)
        switch (opens, closes) {
        case (nil, nil): return nil
        case (let opens?, let closes?): return EnrollmentWindow(opensAt: opens, closesAt: closes)
        case (nil, _): throw row.fault("enrollment_opens_at", expected: "a time, or both ends of the window empty")
        case (_, nil): throw row.fault("enrollment_closes_at", expected: "a time, or both ends of the window empty")
        }
    }

    private mutating func addActions(_ path: String) throws {
        var table = try CSVTable(
            path: path, columns: ["at", "actor", "action", "user", "term", "value", "override", "reason"])
        let calendar = calendar
        let steps = table.readRows { row throws(InputFault) in
            try UniversityAction(row: row, calendar: calendar)
        }
        plan.count(table)
        for action in steps {
            let row = action.row
            plan.append(
                ImportStep(
                    source: row.source,
                    id: ImportID.of(Self.kind, "action", row.fields, occurrence: row.occurrence),
                    request: action.request, actor: row.optionalText("actor"), effectiveAt: action.at,
                    isInJournal: true))
        }
    }

    private mutating func append(_ verb: String, _ row: CSVRow, _ request: ImportRequest) {
        plan.append(
            ImportStep(
                source: row.source, id: ImportID.of(Self.kind, verb, row.fields, occurrence: row.occurrence),
                request: request))
    }
}
