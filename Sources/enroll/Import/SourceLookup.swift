// From the ids of the outside world to those of the store.

import Enrollment

/// A source id that leads nowhere.
struct UnknownSource: Error {
    let code: RejectionCode
    let kind: String
    let sourceID: String
}

extension EnrollmentState {
    func knownUser(_ sourceID: String) throws(UnknownSource) -> UserID {
        guard let id = user(sourceID: sourceID) else {
            throw UnknownSource(code: .userNotFound, kind: "user", sourceID: sourceID)
        }
        return id
    }

    func knownCourse(_ sourceID: String) throws(UnknownSource) -> CourseID {
        guard let id = course(sourceID: sourceID) else {
            throw UnknownSource(code: .courseNotFound, kind: "course", sourceID: sourceID)
        }
        return id
    }

    func knownTerm(_ sourceID: String) throws(UnknownSource) -> TermID {
        guard let id = term(sourceID: sourceID) else {
            throw UnknownSource(code: .termNotFound, kind: "term", sourceID: sourceID)
        }
        return id
    }

    func known(_ place: Place) throws(UnknownSource) -> (UserID, TermID) {
        (try knownUser(place.user), try knownTerm(place.term))
    }

    /// Pending and approved enrollments in terms that are not final.
    var liveEnrollmentCount: Int { users.reduce(0) { $0 + $1.liveEnrollments } }
}
