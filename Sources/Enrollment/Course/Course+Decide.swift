// What commands about courses become. An archived course is frozen.

extension EnrollmentState {
    func createCourse(
        title: String, description: String, category: String, instructor: UserID?, sourceID: String?,
        _ context: CommandContext
    ) throws(Rejection) -> [Event] {
        if let instructor { _ = try slot(of: instructor) }
        let id = CourseID(Int64(courses.count) + 1)
        try checkVersion(of: .course(id), context)
        if let instructor { try checkMayTeach(instructor) }
        if let sourceID, let existing = course(sourceID: sourceID) {
            throw .duplicateSourceID(existing: existing.rawValue)
        }
        return [
            .courseCreated(
                id, title: title, description: description, category: category, instructor: instructor,
                sourceID: sourceID)
        ]
    }

    func updateCourse(
        _ id: CourseID, title: String?, description: String?, category: String?, _ context: CommandContext
    ) throws(Rejection) -> [Event] {
        let slot = try slot(of: id)
        try checkVersion(of: .course(id), context)
        try checkNotArchived(id)
        let newTitle = title == courses[slot].title ? nil : title
        let newDescription = description == courses[slot].description ? nil : description
        let newCategory = category == courses[slot].category ? nil : category
        guard newTitle != nil || newDescription != nil || newCategory != nil else { return [] }
        return [.courseUpdated(id, title: newTitle, description: newDescription, category: newCategory)]
    }

    /// Nobody is given a course in which they hold a live enrollment; whoever has it already may keep it.
    func assignInstructor(
        _ id: CourseID, instructor: UserID?, _ context: CommandContext
    ) throws(Rejection) -> [Event] {
        if let instructor { _ = try slot(of: instructor) }
        let slot = try slot(of: id)
        try checkVersion(of: .course(id), context)
        try checkNotArchived(id)
        guard courses[slot].instructor != instructor else { return [] }
        if let instructor {
            try checkMayTeach(instructor)
            for enrollment in enrollments(of: instructor) where enrollment.status.isLive {
                let term = enrollment.term.slot
                guard terms[term].course != id || terms[term].status.isFinal else {
                    throw .instructorInvalid(instructor)
                }
            }
        }
        return [.instructorAssigned(id, instructor: instructor)]
    }

    func publishCourse(_ id: CourseID, _ context: CommandContext) throws(Rejection) -> [Event] {
        try checkCourse(id, to: .published, from: [.draft], context)
        return [.coursePublished(id)]
    }

    func closeCourse(_ id: CourseID, _ context: CommandContext) throws(Rejection) -> [Event] {
        try checkCourse(id, to: .closed, from: [.published], context)
        return [.courseClosed(id)]
    }

    func reopenCourse(_ id: CourseID, _ context: CommandContext) throws(Rejection) -> [Event] {
        try checkCourse(id, to: .published, from: [.closed], context)
        return [.courseReopened(id)]
    }

    func archiveCourse(_ id: CourseID, _ context: CommandContext) throws(Rejection) -> [Event] {
        try checkCourse(id, to: .archived, from: [.draft, .closed], context)
        if let term = firstOpenTerm(of: courses[id.slot]) { throw .courseHasActiveTerms(id, term) }
        return [.courseArchived(id)]
    }

    /// The oldest term of the course that is not final.
    func firstOpenTerm(of course: Course) -> TermID? {
        course.terms.first { !terms[$0.slot].status.isFinal }
    }

    /// An update of a frozen course is reported as a transition from ARCHIVED to itself.
    func checkNotArchived(_ id: CourseID) throws(Rejection) {
        guard courses[id.slot].status != .archived else {
            throw .invalidCourseTransition(id, from: .archived, to: .archived)
        }
    }

    private func checkCourse(
        _ id: CourseID, to: CourseStatus, from allowed: [CourseStatus], _ context: CommandContext
    ) throws(Rejection) {
        let slot = try slot(of: id)
        try checkVersion(of: .course(id), context)
        let from = courses[slot].status
        guard allowed.contains(from) else { throw .invalidCourseTransition(id, from: from, to: to) }
    }

    private func checkMayTeach(_ id: UserID) throws(Rejection) {
        guard users[id.slot].role == .instructor, users[id.slot].status == .active else {
            throw .instructorInvalid(id)
        }
    }
}
