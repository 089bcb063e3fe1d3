// One row of the journal of actions.

import Enrollment
import EnrollmentEngine

/// What a row of `actions.csv` asks for, and when.
struct UniversityAction {
    /// The words of the column `action`.
    enum Verb: String, CaseIterable {
        case apply
        case approve
        case reject
        case cancel
        case enrollDirectly = "enroll-directly"
        case startTerm = "start-term"
        case completeTerm = "complete-term"
        case cancelTerm = "cancel-term"
        case capacity

        var isAboutOneUser: Bool {
            switch self {
            case .apply, .approve, .reject, .cancel, .enrollDirectly: true
            case .startTerm, .completeTerm, .cancelTerm, .capacity: false
            }
        }
    }

    let row: CSVRow
    let at: Timestamp?
    let request: ImportRequest

    /// - Throws: ``InputFault``.
    init(row: CSVRow, calendar: StoreCalendar) throws(InputFault) {
        guard let verb = Verb(rawValue: row.text("action")) else {
            throw row.fault("action", expected: "one of " + Verb.allCases.map(\.rawValue).joined(separator: ", "))
        }
        self.row = row
        at = try row.instant("at", in: calendar)
        request = try Self.request(verb, row)
    }

    private static func request(_ verb: Verb, _ row: CSVRow) throws(InputFault) -> ImportRequest {
        let term = try row.requiredText("term")
        let reason = row.optionalText("reason")
        let override = try row.flag("override")
        try checkUnused(verb, row, override)
        let place = Place(user: verb.isAboutOneUser ? try row.requiredText("user") : "", term: term)
        switch verb {
        case .apply: return .apply(place)
        case .approve: return .approve(place, override: override, reason: reason)
        case .reject: return .reject(place, reason: reason)
        case .cancel: return .cancel(place, reason: reason)
        case .enrollDirectly: return .enrollDirectly(place, override: override, reason: reason)
        case .startTerm: return .startTerm(term)
        case .completeTerm: return .completeTerm(term)
        case .cancelTerm: return .cancelTerm(term, reason: reason)
        case .capacity:
            return .changeTermCapacity(
                term, to: try row.number("value"), allowOverbooked: override, reason: reason)
        }
    }

    /// A field that the action has no use for was meant for something; better to ask than to drop it.
    private static func checkUnused(_ verb: Verb, _ row: CSVRow, _ override: Bool) throws(InputFault) {
        if verb != .capacity, row.optionalText("value") != nil {
            throw row.fault("value", expected: "nothing, except with capacity")
        }
        if !verb.isAboutOneUser, row.optionalText("user") != nil {
            throw row.fault("user", expected: "nothing, since \(verb.rawValue) is about the term")
        }
        if override, ![.approve, .enrollDirectly, .capacity].contains(verb) {
            throw row.fault("override", expected: "nothing: \(verb.rawValue) cannot override")
        }
    }
}
