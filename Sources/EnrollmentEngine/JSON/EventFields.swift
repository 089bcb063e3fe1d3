// The fields of each event, by the names that commands use too. What is absent, or false, is left out.

package import Enrollment

/// One field of an event, as JSON and people see it.
package struct EventField: Sendable {
    package enum Value: Sendable {
        case number(Int64)
        case text(String)
        case flag(Bool)
        case null
        /// A text that nobody opened, or can open any more; null in JSON.
        case sealed
        /// What a refused decision saw.
        case observed([(name: String, value: Rejection.Observed)])
    }

    package let name: StaticString
    package let value: Value
}

extension Event {
    /// What the event says, in a fixed order.
    package var fields: [EventField] {
        var list = EventFieldList()
        list.append(self)
        return list.fields
    }
}

private struct EventFieldList {
    var fields: [EventField] = []

    init() { fields.reserveCapacity(8) }

    mutating func append(_ event: Event) {
        switch event.type {
        case .userRegistered, .userUpdated, .userRoleChanged, .userActivated, .userDeactivated, .userSuspended,
            .userReinstated, .erasureRequested, .userErased:
            appendUser(event)
        case .courseCreated, .courseUpdated, .instructorAssigned, .coursePublished, .courseClosed, .courseReopened,
            .courseArchived:
            appendCourse(event)
        case .termScheduled, .termUpdated, .enrollmentWindowSet, .termCapacityChanged, .termStarted, .termCompleted,
            .termCancelled:
            appendTerm(event)
        case .enrollmentApplied, .enrollmentApproved, .enrollmentRejected, .enrollmentCancelled, .commandRefused:
            appendEnrollment(event)
        case .stateAttested: appendAttestation(event)
        }
    }

    private mutating func appendUser(_ event: Event) {
        switch event {
        case .userRegistered(let user, let email, let name, let role, let sourceID):
            field("user", user.rawValue)
            field("email", email)
            field("name", name)
            field("role", role.name)
            optional("sourceID", sourceID)
        case .userUpdated(let user, let email, let name):
            field("user", user.rawValue)
            optional("email", email)
            optional("name", name)
        case .userRoleChanged(let user, let role):
            field("user", user.rawValue)
            field("role", role.name)
        case .userActivated(let user), .userDeactivated(let user), .userReinstated(let user),
            .erasureRequested(let user), .userErased(let user):
            field("user", user.rawValue)
        case .userSuspended(let user, let reason):
            field("user", user.rawValue)
            optional("reason", reason)
        default: break
        }
    }

    private mutating func appendCourse(_ event: Event) {
        switch event {
        case .courseCreated(let course, let title, let description, let category, let instructor, let sourceID):
            field("course", course.rawValue)
            field("title", title)
            field("description", description)
            field("category", category)
            optional("instructor", instructor?.rawValue)
            optional("sourceID", sourceID)
        case .courseUpdated(let course, let title, let description, let category):
            field("course", course.rawValue)
            optional("title", title)
            optional("description", description)
            optional("category", category)
        case .instructorAssigned(let course, let instructor):
            field("course", course.rawValue)
            if let instructor { field("instructor", instructor.rawValue) } else { null("instructor") }
        case .coursePublished(let course), .courseClosed(let course), .courseReopened(let course),
            .courseArchived(let course):
            field("course", course.rawValue)
        default: break
        }
    }

    private mutating func appendTerm(_ event: Event) {
        switch event {
        case .termScheduled(let term, let course, let number, let dates, let capacity, let admission, let sourceID):
            field("term", term.rawValue)
            field("course", course.rawValue)
            field("termNumber", number)
            append(dates)
            field("capacity", capacity)
            field("admission", admission.name)
            optional("sourceID", sourceID)
        case .termUpdated(let term, let dates, let admission):
            field("term", term.rawValue)
            if let dates { append(dates) }
            optional("admission", admission?.name)
        case .enrollmentWindowSet(let term, let window):
            field("term", term.rawValue)
            if let window {
                field("opensAt", window.opensAt.description)
                field("closesAt", window.closesAt.description)
            } else {
                null("opensAt")
                null("closesAt")
            }
        case .termCapacityChanged(let term, let from, let to, let taken, let reason):
            field("term", term.rawValue)
            field("from", from)
            field("to", to)
            field("taken", taken)
            optional("reason", reason)
        case .termStarted(let term), .termCompleted(let term):
            field("term", term.rawValue)
        case .termCancelled(let term, let reason):
            field("term", term.rawValue)
            optional("reason", reason)
        default: break
        }
    }

    private mutating func appendEnrollment(_ event: Event) {
        switch event {
        case .enrollmentApplied(let enrollment, let user, let term, let direct):
            field("enrollment", enrollment.rawValue)
            field("user", user.rawValue)
            field("term", term.rawValue)
            if direct { field("direct", true) }
        case .enrollmentApproved(let enrollment, let term, let overbooked, let reason):
            field("enrollment", enrollment.rawValue)
            field("term", term.rawValue)
            if overbooked { field("overbooked", true) }
            optional("reason", reason)
        case .enrollmentRejected(let enrollment, let term, let cause, let reason):
            field("enrollment", enrollment.rawValue)
            field("term", term.rawValue)
            field("cause", cause.name)
            optional("reason", reason)
        case .enrollmentCancelled(let enrollment, let term, let previous, let cause, let reason):
            field("enrollment", enrollment.rawValue)
            field("term", term.rawValue)
            field("previous", previous.name)
            field("cause", cause.name)
            optional("reason", reason)
        case .commandRefused(let refusal): append(refusal)
        default: break
        }
    }

    private mutating func appendAttestation(_ event: Event) {
        guard case .stateAttested(let attestation) = event else { return }
        field("through", attestation.through)
        field("tablesVersion", attestation.tablesVersion)
        field("tables", attestation.tables.description)
        field("terms", attestation.terms)
        field("termVersions", attestation.termVersions.description)
    }

    private mutating func append(_ refusal: Refusal) {
        field("command", refusal.command.name)
        field("user", refusal.user.rawValue)
        field("term", refusal.term.rawValue)
        optional("enrollment", refusal.enrollment?.rawValue)
        field("code", CodeNames.name(refusal.rejection.code))
        fields.append(EventField(name: "observed", value: .observed(refusal.rejection.observed)))
        field("capacity", refusal.capacity)
        field("taken", refusal.taken)
    }

    private mutating func append(_ dates: TermDates) {
        field("startDate", dates.startDate.description)
        field("endDate", dates.endDate.description)
        field("startsAt", dates.startsAt.description)
        field("endsAt", dates.endsAt.description)
    }

    private mutating func field(_ name: StaticString, _ value: Int64) {
        fields.append(EventField(name: name, value: .number(value)))
    }

    private mutating func field(_ name: StaticString, _ value: Int) { field(name, Int64(value)) }

    private mutating func field(_ name: StaticString, _ value: String) {
        fields.append(EventField(name: name, value: .text(value)))
    }

    private mutating func field(_ name: StaticString, _ value: Bool) {
        fields.append(EventField(name: name, value: .flag(value)))
    }

    /// Null where it is sealed: nobody opened it, or nobody can any more.
    private mutating func field(_ name: StaticString, _ value: PersonalText) {
        if let text = value.plain { field(name, text) } else { fields.append(EventField(name: name, value: .sealed)) }
    }

    private mutating func optional(_ name: StaticString, _ value: PersonalText?) {
        if let value { field(name, value) }
    }

    private mutating func null(_ name: StaticString) { fields.append(EventField(name: name, value: .null)) }

    private mutating func optional(_ name: StaticString, _ value: String?) {
        if let value { field(name, value) }
    }

    private mutating func optional(_ name: StaticString, _ value: Int64?) {
        if let value { field(name, value) }
    }
}
