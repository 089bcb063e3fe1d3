// What events about courses make of the rows; the first publication also opens the default windows of the terms.

internal import Enrollment

extension TableFold {
    mutating func foldCourse(_ event: Event, _ moment: Moment) throws(PoisonReason) {
        switch event {
        case .courseCreated(let id, let title, let description, let category, let instructor, let sourceID):
            try checkNext(id.rawValue, after: courses.count, "course")
            if let instructor { _ = try place(of: instructor.rawValue, in: users.count, "user") }
            courses.append(
                FoldedCourse(
                    sourceID: sourceID, title: title, description: description, category: category,
                    instructor: instructor?.rawValue, createdAt: moment.recordedAt, updatedAt: moment.recordedAt,
                    touchedAt: moment.position))
        case .courseUpdated(let id, let title, let description, let category):
            let place = try touch(id, moment)
            if let title { courses[place].title = title }
            if let description { courses[place].description = description }
            if let category { courses[place].category = category }
        case .instructorAssigned(let id, let instructor):
            if let instructor { _ = try place(of: instructor.rawValue, in: users.count, "user") }
            courses[try touch(id, moment)].instructor = instructor?.rawValue
        case .coursePublished(let id): try publish(try move(id, from: [.draft], to: .published, moment), moment)
        case .courseClosed(let id): _ = try move(id, from: [.published], to: .closed, moment)
        case .courseReopened(let id): _ = try move(id, from: [.closed], to: .published, moment)
        case .courseArchived(let id): _ = try move(id, from: [.draft, .closed], to: .archived, moment)
        default: preconditionFailure("only events about courses come here")
        }
    }

    /// A draft is published once; whatever opens and closes the course later leaves the opening alone.
    private mutating func publish(_ place: Int, _ moment: Moment) throws(PoisonReason) {
        courses[place].publishedAt = moment.effectiveAt
        for term in courses[place].terms {
            terms[term].coursePublishedAt = moment.effectiveAt
            if terms[term].window == nil { touch(term: term, moment) }
        }
    }

    private mutating func move(
        _ id: CourseID, from: [CourseStatus], to: CourseStatus, _ moment: Moment
    ) throws(PoisonReason) -> Int {
        let place = try touch(id, moment)
        try check(courses[place].status, isIn: from, "course", id.rawValue)
        courses[place].status = to
        return place
    }

    private mutating func touch(_ id: CourseID, _ moment: Moment) throws(PoisonReason) -> Int {
        let place = try place(of: id.rawValue, in: courses.count, "course")
        courses[place].updatedAt = moment.recordedAt
        courses[place].touchedAt = moment.position
        return place
    }
}
