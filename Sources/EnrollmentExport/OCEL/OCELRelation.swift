// Which objects an event is about, and as what; which objects belong together.

internal import Enrollment
internal import EnrollmentEngine

/// An object with the part that it plays.
struct OCELRelation: Hashable, Sendable {
    let object: OCELObject
    let qualifier: String

    init(_ object: OCELObject, _ qualifier: String) {
        self.object = object
        self.qualifier = qualifier
    }
}

extension RecordedEvent {
    /// The object whose attributes the event may change or that it makes; nil for a refusal or an attestation,
    /// which change nothing.
    var ocelSubject: OCELObject? {
        if let enrollment = event.subjectEnrollment { return OCELObject(enrollment) }
        return switch stream {
        case .user(let id): OCELObject(id)
        case .course(let id): OCELObject(id)
        case .term(let id): OCELObject(id)
        case .refusals, .attestations: nil
        }
    }

    /// The objects that the event is about; `state` is that after it.
    ///
    /// Each stands in it once: whoever did something about themself is the applicant or the user, and not the actor
    /// too, since a log that is flattened to users would have the event twice.
    func ocelRelations(in state: EnrollmentState) -> [OCELRelation] {
        var relations: [OCELRelation] = []
        func add(_ object: OCELObject, _ qualifier: String) {
            guard !relations.contains(where: { $0.object == object }) else { return }
            relations.append(OCELRelation(object, qualifier))
        }
        switch event {
        case .courseCreated(let id, _, _, _, let instructor, _), .instructorAssigned(let id, let instructor):
            add(OCELObject(id), "course")
            if let instructor { add(OCELObject(instructor), "instructor") }
        case .commandRefused(let refusal):
            if let enrollment = refusal.enrollment, state[enrollment] != nil {
                add(OCELObject(enrollment), "enrollment")
            }
            add(OCELObject(refusal.user), "applicant")
            add(OCELObject(refusal.term), "term")
        default:
            if let id = event.subjectEnrollment, let enrollment = state[id] {
                add(OCELObject(id), "enrollment")
                add(OCELObject(enrollment.user), "applicant")
                add(OCELObject(enrollment.term), "term")
            } else if case .term(let id) = stream, let term = state[id] {
                add(OCELObject(id), "term")
                add(OCELObject(term.course), "course")
            } else if case .course(let id) = stream {
                add(OCELObject(id), "course")
            } else if case .user(let id) = stream {
                add(OCELObject(id), "user")
            }
        }
        if case .user(let id) = actor, state[id] != nil { add(OCELObject(id), "actor") }
        return relations
    }
}

extension Event {
    /// The enrollment that the event makes or changes.
    fileprivate var subjectEnrollment: EnrollmentID? {
        switch self {
        case .enrollmentApplied(let id, _, _, _), .enrollmentApproved(let id, _, _, _),
            .enrollmentRejected(let id, _, _, _), .enrollmentCancelled(let id, _, _, _, _):
            id
        default: nil
        }
    }
}

extension OCELObject {
    /// The objects that it belongs to, so far; they exist before it.
    func relations(in state: EnrollmentState) -> [OCELRelation] {
        switch kind {
        case .user: []
        case .course:
            state[CourseID(number)]?.instructor.map { [OCELRelation(OCELObject($0), "instructor")] } ?? []
        case .term: state[TermID(number)].map { [OCELRelation(OCELObject($0.course), "course")] } ?? []
        case .enrollment:
            state[EnrollmentID(number)].map {
                [OCELRelation(OCELObject($0.user), "applicant"), OCELRelation(OCELObject($0.term), "term")]
            } ?? []
        }
    }
}
