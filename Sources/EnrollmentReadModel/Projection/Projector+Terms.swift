// What events about terms change: their row, and what the projection remembers of their window.

internal import Enrollment

extension Projector {
    func projectTerm(_ event: Event) throws {
        switch event {
        case .termScheduled(let id, let course, let number, let dates, let capacity, let admission, let sourceID):
            try one(.scheduleTerm, id) {
                $0.bind(4, course.rawValue)
                $0.bind(5, Int64(number))
                $0.bind(6, dates.startDate.description)
                $0.bind(7, dates.endDate.description)
                $0.bind(8, Int64(capacity))
                $0.bind(9, Names.admission[admission])
                $0.bind(10, sourceID)
                $0.bind(11, dates.startsAt.rawValue)
            }
            try one(.rememberTerm, id) { $0.bind(4, dates.startsAt.rawValue) }
        case .termUpdated(let id, let dates, let admission): try update(id, dates: dates, admission: admission)
        case .enrollmentWindowSet(let id, let window): try set(window, of: id)
        case .termCapacityChanged(let id, let from, let to, _, _):
            try one(.changeCapacity, id) {
                $0.bind(4, Int64(from))
                $0.bind(5, Int64(to))
            }
        case .termStarted(let id): try one(.startTerm, id)
        case .termCompleted(let id): try one(.completeTerm, id)
        case .termCancelled(let id, _): try one(.cancelTerm, id)
        default: preconditionFailure("only events about terms come here")
        }
    }

    private func update(_ id: TermID, dates: TermDates?, admission: Admission?) throws {
        guard dates != nil || admission != nil else { throw PoisonReason("it changes nothing") }
        if let dates {
            try one(.moveTerm, id) {
                $0.bind(4, dates.startDate.description)
                $0.bind(5, dates.endDate.description)
                $0.bind(6, dates.startsAt.rawValue)
            }
            try one(.rememberStart, id) { $0.bind(4, dates.startsAt.rawValue) }
        }
        if let admission { try one(.changeAdmission, id) { $0.bind(4, Names.admission[admission]) } }
    }

    private func set(_ window: EnrollmentWindow?, of id: TermID) throws {
        try one(.rememberWindow, id) { $0.bind(4, window == nil ? 0 as Int64 : 1) }
        guard let window else { return try one(.unsetWindow, id) }
        try one(.setWindow, id) {
            $0.bind(4, window.opensAt.rawValue)
            $0.bind(5, window.closesAt.rawValue)
        }
    }
}
