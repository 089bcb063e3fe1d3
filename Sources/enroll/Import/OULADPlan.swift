// The plan of an OULAD import: module → course, presentation → term, student → user, registration → apply and approve,
// unregistration → cancel; everything in the order of the calendar, over all terms.

import Enrollment
import EnrollmentEngine
import EventLog

/// Makes the plan.
struct OULADPlanner {
    private static let kind = "oulad"

    private let data: OULADData
    private let calendar: StoreCalendar
    private let capacityPercent: Int
    private var plan = ImportPlan(kind: kind)
    private var instants: [Day: Timestamp] = [:]

    /// - Throws: ``Failure`` where a file cannot be read.
    static func plan(directory: String, capacityPercent: Int, calendar: StoreCalendar) throws -> ImportPlan {
        var planner = OULADPlanner(
            data: try OULADData(directory: directory), calendar: calendar, capacityPercent: capacityPercent)
        planner.makePlan()
        return planner.plan
    }

    private init(data: OULADData, calendar: StoreCalendar, capacityPercent: Int) {
        self.data = data
        self.calendar = calendar
        self.capacityPercent = capacityPercent
    }

    private mutating func makePlan() {
        plan.count(data.courseTable)
        plan.count(data.registrationTable)
        for registration in data.registrations where registration.isAssumed {
            plan.note(
                registration.source, what: "\(registration.student) \(termID(registration))",
                code: "NO_REGISTRATION_DATE", observed: "taken as registered on \(registration.registered)")
        }
        let facts = factsInOrder()
        addUsers()
        addCourses()
        addTerms(capacities: capacities(facts))
        for fact in facts { add(fact) }
    }

    // MARK: What happened, in order

    /// A fact of one day.
    ///
    /// Terms start and end before the rows of the day; rows follow the file, and within a row joining comes before
    /// leaving.
    private struct Fact {
        enum Kind: Int {
            case starts, completes, joins, leaves
        }

        let day: Day
        let kind: Kind
        /// Into the presentations or, for the two kinds of people, into the registrations.
        let index: Int

        var order: (Int32, Int, Int, Int) {
            let isTerm = kind == .starts || kind == .completes
            return (day.daysSinceEpoch, isTerm ? 0 : 1, index, kind.rawValue)
        }
    }

    private func factsInOrder() -> [Fact] {
        var facts: [Fact] = []
        for (index, presentation) in data.presentations.enumerated() {
            facts.append(Fact(day: presentation.start, kind: .starts, index: index))
            facts.append(Fact(day: presentation.completion, kind: .completes, index: index))
        }
        for (index, registration) in data.registrations.enumerated() {
            facts.append(Fact(day: registration.registered, kind: .joins, index: index))
            if let day = registration.unregistered { facts.append(Fact(day: day, kind: .leaves, index: index)) }
        }
        return facts.sorted { $0.order < $1.order }
    }

    /// The dataset has no capacities: a part of the most people that a term had at the same time gives contention.
    private func capacities(_ facts: [Fact]) -> [Int] {
        var now = [Int](repeating: 0, count: data.presentations.count)
        var most = now
        for fact in facts where fact.kind == .joins || fact.kind == .leaves {
            let term = data.registrations[fact.index].presentation
            now[term] += fact.kind == .joins ? 1 : -1
            most[term] = max(most[term], now[term])
        }
        return most.map { max(1, $0 * capacityPercent / 100) }
    }

    // MARK: Steps

    private mutating func addUsers() {
        var known: Set<String> = []
        for registration in data.registrations where known.insert(registration.student).inserted {
            let id = registration.student
            append(
                "user", [id], registration.source,
                .registerUser(
                    email: "student-\(id)@oulad.example", name: "Student \(id)", role: .student, sourceID: id))
        }
    }

    private mutating func addCourses() {
        var known: Set<String> = []
        for presentation in data.presentations where known.insert(presentation.module).inserted {
            let id = presentation.module
            append(
                "course", [id], presentation.source,
                .createCourse(title: "Module \(id)", description: "", category: "", instructor: nil, sourceID: id))
            append("publish", [id], presentation.source, .publishCourse(id))
        }
    }

    private mutating func addTerms(capacities: [Int]) {
        for (term, capacity) in zip(data.presentations, capacities) {
            let dates = calendar.dates(from: term.start, through: term.end)
            append(
                "term", [term.sourceID, "\(term.end)", String(capacity)], term.source,
                .scheduleTerm(
                    course: term.module, termNumber: term.termNumber, dates: dates, capacity: capacity,
                    admission: .approval, sourceID: term.sourceID))
            guard let first = term.firstRegistration else { continue }
            append(
                "window", [term.sourceID, "\(first)", "\(term.end)"], term.source,
                .setEnrollmentWindow(
                    term.sourceID,
                    EnrollmentWindow(opensAt: instant(first), closesAt: dates.endsAt)))
        }
    }

    private mutating func add(_ fact: Fact) {
        let at = instant(fact.day)
        switch fact.kind {
        case .starts, .completes:
            let term = data.presentations[fact.index]
            let isStart = fact.kind == .starts
            append(
                isStart ? "start" : "complete", [term.sourceID], term.source,
                isStart ? .startTerm(term.sourceID) : .completeTerm(term.sourceID), at: at)
        case .joins, .leaves:
            let registration = data.registrations[fact.index]
            let row = registration.row
            let place = Place(user: registration.student, term: termID(registration))
            guard fact.kind == .joins else {
                return append(
                    "cancel", row.fields, row.source, .cancel(place, reason: nil), at: at, row.occurrence)
            }
            append("apply", row.fields, row.source, .apply(place), at: at, row.occurrence)
            append(
                "approve", row.fields, row.source, .approve(place, override: false, reason: nil), at: at,
                row.occurrence)
        }
    }

    private func termID(_ registration: OULADRegistration) -> String {
        data.presentations[registration.presentation].sourceID
    }

    private mutating func instant(_ day: Day) -> Timestamp {
        if let known = instants[day] { return known }
        let instant = calendar.startOfDay(day)
        instants[day] = instant
        return instant
    }

    private mutating func append(
        _ verb: String, _ key: [String], _ source: LineReference, _ request: ImportRequest, at: Timestamp? = nil,
        _ occurrence: Int = 1
    ) {
        let id = ImportID.of(Self.kind, verb, key, occurrence: occurrence)
        plan.append(ImportStep(source: source, id: id, request: request, effectiveAt: at))
    }
}
