// Every command as JSON: its fields with values that differ from each other, and the command that they mean.

import Enrollment
import EnrollmentTesting

@testable import EnrollmentEngine

/// One field of a command as interfaces write it.
struct CommandField: Sendable {
    enum Kind: Sendable {
        case text, number, flag, role, admission, date, instant, user, course, term, enrollment, digest
    }

    let name: String
    let kind: Kind
    var isRequired = true
    /// Whether null is a value of its own.
    var mayBeNull = false
    /// The value in the sample, as JSON.
    let value: String
}

/// A command with all of its fields, and with as few as it may have.
struct CommandSample: Sendable, CustomStringConvertible {
    let kind: CommandKind
    let fields: [CommandField]
    let full: Command
    let least: Command

    var description: String { kind.name }

    var leastFields: [CommandField] { fields.filter(\.isRequired) }

    /// The line of the command with some fields.
    func line(_ fields: [CommandField]) -> String {
        let members = fields.map { "\"\($0.name)\":\($0.value)" }
        return "{" + (["\"command\":\"\(kind.name)\"", "\"actor\":\"system\""] + members).joined(separator: ",") + "}"
    }

    /// The line with another value, or none, for one of the fields.
    func line(_ fields: [CommandField], with name: String, _ value: String?) -> String {
        line(
            fields.compactMap { field in
                guard field.name == name else { return field }
                return value.map { CommandField(name: field.name, kind: field.kind, value: $0) }
            })
    }

    static let all = users + courses + terms + enrollments + attestations

    private static let user = CommandField(name: "user", kind: .user, value: "7")
    private static let course = CommandField(name: "course", kind: .course, value: "2")
    private static let term = CommandField(name: "term", kind: .term, value: "3")
    private static let enrollment = CommandField(name: "enrollment", kind: .enrollment, value: "41")
    private static let role = CommandField(name: "role", kind: .role, value: "\"OPERATOR\"")
    private static let startDate = CommandField(name: "startDate", kind: .date, value: "\"2027-01-11\"")
    private static let endDate = CommandField(name: "endDate", kind: .date, value: "\"2027-02-10\"")
    private static let admission = CommandField(
        name: "admission", kind: .admission, isRequired: false, value: "\"SELECTION\"")
    private static let reason = text("reason")
    private static func flag(_ name: String) -> CommandField {
        CommandField(name: name, kind: .flag, isRequired: false, value: "true")
    }
    /// A text that says which field it stands in.
    private static func text(_ name: String, isRequired: Bool = false) -> CommandField {
        CommandField(name: name, kind: .text, isRequired: isRequired, value: "\"the \(name)\"")
    }

    private static func one(_ kind: CommandKind, _ id: CommandField, _ command: Command) -> CommandSample {
        CommandSample(kind: kind, fields: [id], full: command, least: command)
    }

    private static let users: [CommandSample] = [
        CommandSample(
            kind: .registerUser,
            fields: [text("email", isRequired: true), text("name", isRequired: true), role, text("sourceID")],
            full: .registerUser(email: "the email", name: "the name", role: .operator, sourceID: "the sourceID"),
            least: .registerUser(email: "the email", name: "the name", role: .operator, sourceID: nil)),
        CommandSample(
            kind: .updateUser, fields: [user, text("email"), text("name")],
            full: .updateUser(7, email: "the email", name: "the name"), least: .updateUser(7, email: nil, name: nil)),
        CommandSample(
            kind: .changeUserRole, fields: [user, role], full: .changeUserRole(7, role: .operator),
            least: .changeUserRole(7, role: .operator)),
        one(.activateUser, user, .activateUser(7)), one(.reinstateUser, user, .reinstateUser(7)),
        CommandSample(
            kind: .deactivateUser, fields: [user, flag("cascade")], full: .deactivateUser(7, cascade: true),
            least: .deactivateUser(7, cascade: false)),
        CommandSample(
            kind: .suspendUser, fields: [user, reason], full: .suspendUser(7, reason: "the reason"),
            least: .suspendUser(7, reason: nil)),
        CommandSample(
            kind: .eraseUser, fields: [user, flag("cascade")], full: .eraseUser(7, cascade: true),
            least: .eraseUser(7, cascade: false)),
        one(.confirmErasure, user, .confirmErasure(7)),
    ]

    private static let courses: [CommandSample] = [
        CommandSample(
            kind: .createCourse,
            fields: [
                text("title", isRequired: true), text("description"), text("category"),
                CommandField(name: "instructor", kind: .user, isRequired: false, value: "9"), text("sourceID"),
            ],
            full: .createCourse(
                title: "the title", description: "the description", category: "the category", instructor: 9,
                sourceID: "the sourceID"),
            least: .createCourse(title: "the title", description: "", category: "", instructor: nil, sourceID: nil)),
        CommandSample(
            kind: .updateCourse, fields: [course, text("title"), text("description"), text("category")],
            full: .updateCourse(2, title: "the title", description: "the description", category: "the category"),
            least: .updateCourse(2, title: nil, description: nil, category: nil)),
        CommandSample(
            kind: .assignInstructor,
            fields: [course, CommandField(name: "instructor", kind: .user, mayBeNull: true, value: "9")],
            full: .assignInstructor(2, instructor: 9), least: .assignInstructor(2, instructor: 9)),
        one(.publishCourse, course, .publishCourse(2)), one(.closeCourse, course, .closeCourse(2)),
        one(.reopenCourse, course, .reopenCourse(2)), one(.archiveCourse, course, .archiveCourse(2)),
    ]

    private static let terms: [CommandSample] = [
        CommandSample(
            kind: .scheduleTerm,
            fields: [
                course, CommandField(name: "termNumber", kind: .number, value: "4"), startDate, endDate,
                CommandField(name: "capacity", kind: .number, value: "80"), admission, text("sourceID"),
            ],
            full: .scheduleTerm(
                course: 2, termNumber: 4, dates: .days(10, 40), capacity: 80, admission: .selection,
                sourceID: "the sourceID"),
            least: .scheduleTerm(
                course: 2, termNumber: 4, dates: .days(10, 40), capacity: 80, admission: .approval, sourceID: nil)),
        CommandSample(
            // Neither date is needed, but both where one is given.
            kind: .updateTerm, fields: [term, startDate, endDate, admission],
            full: .updateTerm(3, dates: .days(10, 40), admission: .selection),
            least: .updateTerm(3, dates: .days(10, 40), admission: nil)),
        CommandSample(
            kind: .setEnrollmentWindow,
            fields: [
                term,
                CommandField(name: "opensAt", kind: .instant, mayBeNull: true, value: "\"2027-01-02T00:00:00Z\""),
                CommandField(name: "closesAt", kind: .instant, mayBeNull: true, value: "\"2027-01-06T09:00+09:00\""),
            ],
            full: .setEnrollmentWindow(3, window: .days(1, 5)), least: .setEnrollmentWindow(3, window: .days(1, 5))),
        CommandSample(
            kind: .changeTermCapacity,
            fields: [term, CommandField(name: "to", kind: .number, value: "90"), flag("allowOverbooked"), reason],
            full: .changeTermCapacity(3, to: 90, allowOverbooked: true, reason: "the reason"),
            least: .changeTermCapacity(3, to: 90, allowOverbooked: false, reason: nil)),
        one(.startTerm, term, .startTerm(3)), one(.completeTerm, term, .completeTerm(3)),
        CommandSample(
            kind: .cancelTerm, fields: [term, reason], full: .cancelTerm(3, reason: "the reason"),
            least: .cancelTerm(3, reason: nil)),
    ]

    private static let attestations: [CommandSample] = Samples.attestations.prefix(1).map { attestation in
        CommandSample(
            kind: .attestState,
            fields: [
                CommandField(name: "through", kind: .number, value: "\(attestation.through)"),
                CommandField(name: "tablesVersion", kind: .number, value: "\(attestation.tablesVersion)"),
                CommandField(name: "tables", kind: .digest, value: "\"\(attestation.tables)\""),
                CommandField(name: "terms", kind: .number, value: "\(attestation.terms)"),
                CommandField(name: "termVersions", kind: .digest, value: "\"\(attestation.termVersions)\""),
            ],
            full: .attestState(attestation), least: .attestState(attestation))
    }

    private static let enrollments: [CommandSample] = [
        CommandSample(
            kind: .applyEnrollment, fields: [user, term], full: .applyEnrollment(user: 7, term: 3),
            least: .applyEnrollment(user: 7, term: 3)),
        CommandSample(
            kind: .approveEnrollment, fields: [enrollment, flag("override"), reason],
            full: .approveEnrollment(41, override: true, reason: "the reason"),
            least: .approveEnrollment(41, override: false, reason: nil)),
        CommandSample(
            kind: .rejectEnrollment, fields: [enrollment, reason], full: .rejectEnrollment(41, reason: "the reason"),
            least: .rejectEnrollment(41, reason: nil)),
        CommandSample(
            kind: .cancelEnrollment, fields: [enrollment, reason], full: .cancelEnrollment(41, reason: "the reason"),
            least: .cancelEnrollment(41, reason: nil)),
        CommandSample(
            kind: .enrollDirectly, fields: [user, term, flag("override"), reason],
            full: .enrollDirectly(user: 7, term: 3, override: true, reason: "the reason"),
            least: .enrollDirectly(user: 7, term: 3, override: false, reason: nil)),
    ]
}
