// What events about terms make of their rows.

internal import Enrollment

extension TableFold {
    mutating func foldTerm(_ event: Event, _ moment: Moment) throws(PoisonReason) {
        switch event {
        case .termScheduled(let id, let course, let number, let dates, let capacity, let admission, let sourceID):
            try checkNext(id.rawValue, after: terms.count, "term")
            let place = try place(of: course.rawValue, in: courses.count, "course")
            courses[place].terms.append(terms.count)
            terms.append(
                FoldedTerm(
                    sourceID: sourceID, course: Int(course.rawValue), termNumber: number, dates: dates,
                    capacity: capacity, admission: admission, coursePublishedAt: courses[place].publishedAt,
                    createdAt: moment.recordedAt, updatedAt: moment.recordedAt, touchedAt: moment.position))
        case .termUpdated(let id, let dates, let admission):
            guard dates != nil || admission != nil else { throw PoisonReason("it changes nothing") }
            let place = try own(id, moment)
            if let dates { terms[place].dates = dates }
            if let admission { terms[place].admission = admission }
        case .enrollmentWindowSet(let id, let window): terms[try own(id, moment)].window = window
        case .termCapacityChanged(let id, let from, let to, _, _):
            let place = try own(id, moment)
            guard terms[place].capacity == from else {
                throw PoisonReason("term \(id) has a capacity of \(terms[place].capacity), not \(from)")
            }
            terms[place].capacity = to
        case .termStarted(let id): try move(id, from: [.scheduled], to: .ongoing, moment)
        case .termCompleted(let id): try move(id, from: [.ongoing], to: .completed, moment)
        case .termCancelled(let id, _): try move(id, from: [.scheduled, .ongoing], to: .cancelled, moment)
        default: preconditionFailure("only events about terms come here")
        }
    }

    private mutating func move(
        _ id: TermID, from: [TermStatus], to: TermStatus, _ moment: Moment
    ) throws(PoisonReason) {
        let place = try own(id, moment)
        try check(terms[place].status, isIn: from, "term", id.rawValue)
        terms[place].status = to
    }

    private mutating func own(_ id: TermID, _ moment: Moment) throws(PoisonReason) -> Int {
        let place = try place(of: id.rawValue, in: terms.count, "term")
        touch(term: place, moment)
        return place
    }
}
