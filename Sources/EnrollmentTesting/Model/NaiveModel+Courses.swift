// The naive model's rules about courses.

import Enrollment

extension NaiveModel {
    mutating func performOnCourse(_ command: Command, _ context: CommandContext) throws(Rejection) -> [Event] {
        switch command {
        case .createCourse(let title, let description, let category, let instructor, let sourceID):
            return try create(
                Course(
                    title: clean(title), description: clean(description), category: clean(category),
                    instructor: instructor, sourceID: sourceID.map { clean($0) }), context)
        case .updateCourse(let id, let title, let description, let category):
            return try update(
                id, title: title.map { clean($0) }, description: description.map { clean($0) },
                category: category.map { clean($0) }, context)
        case .assignInstructor(let id, let instructor):
            return try assign(instructor, to: id, context)
        case .publishCourse(let id):
            let number = try move(id, from: [.draft], to: .published, context)
            courses[number].publishedAt = context.effectiveAt ?? context.now
            return [.coursePublished(id)]
        case .closeCourse(let id):
            _ = try move(id, from: [.published], to: .closed, context)
            return [.courseClosed(id)]
        case .reopenCourse(let id):
            _ = try move(id, from: [.closed], to: .published, context)
            return [.courseReopened(id)]
        case .archiveCourse(let id):
            let number = try existing(id)
            try expectVersion(courses[number].version, of: .course(id), context)
            let status = courses[number].status
            if status != .draft && status != .closed {
                throw .invalidCourseTransition(id, from: status, to: .archived)
            }
            for (number, term) in terms.enumerated() where term.course == id && !isOver(term.status) {
                throw .courseHasActiveTerms(id, TermID(Int64(number) + 1))
            }
            courses[number].status = .archived
            courses[number].version += 1
            return [.courseArchived(id)]
        default:
            return []
        }
    }

    private mutating func create(_ course: Course, _ context: CommandContext) throws(Rejection) -> [Event] {
        if let instructor = course.instructor { _ = try existing(instructor) }
        let id = CourseID(Int64(courses.count) + 1)
        try expectVersion(0, of: .course(id), context)
        if let instructor = course.instructor { try checkCanTeach(instructor) }
        for (number, other) in courses.enumerated() where course.sourceID != nil && other.sourceID == course.sourceID {
            throw .duplicateSourceID(existing: Int64(number) + 1)
        }
        courses.append(course)
        return [
            .courseCreated(
                id, title: course.title, description: course.description, category: course.category,
                instructor: course.instructor, sourceID: course.sourceID)
        ]
    }

    private mutating func update(
        _ id: CourseID, title: String?, description: String?, category: String?, _ context: CommandContext
    ) throws(Rejection) -> [Event] {
        let number = try existing(id)
        try expectVersion(courses[number].version, of: .course(id), context)
        if courses[number].status == .archived {
            throw .invalidCourseTransition(id, from: .archived, to: .archived)
        }
        let old = courses[number]
        var report: (title: String?, description: String?, category: String?)
        if let title, title != old.title { report.title = title }
        if let description, description != old.description { report.description = description }
        if let category, category != old.category { report.category = category }
        if report.title == nil && report.description == nil && report.category == nil { return [] }
        courses[number].title = report.title ?? old.title
        courses[number].description = report.description ?? old.description
        courses[number].category = report.category ?? old.category
        courses[number].version += 1
        return [
            .courseUpdated(id, title: report.title, description: report.description, category: report.category)
        ]
    }

    private mutating func assign(
        _ instructor: UserID?, to id: CourseID, _ context: CommandContext
    ) throws(Rejection) -> [Event] {
        if let instructor { _ = try existing(instructor) }
        let number = try existing(id)
        try expectVersion(courses[number].version, of: .course(id), context)
        if courses[number].status == .archived {
            throw .invalidCourseTransition(id, from: .archived, to: .archived)
        }
        if courses[number].instructor == instructor { return [] }
        if let instructor {
            try checkCanTeach(instructor)
            for held in holdings(of: instructor)
            where terms[Int(enrollments[held].term.rawValue) - 1].course == id {
                throw .instructorInvalid(instructor)
            }
        }
        courses[number].instructor = instructor
        courses[number].version += 1
        return [.instructorAssigned(id, instructor: instructor)]
    }

    private func checkCanTeach(_ id: UserID) throws(Rejection) {
        let user = users[Int(id.rawValue) - 1]
        if user.role != .instructor || user.status != .active { throw .instructorInvalid(id) }
    }

    private mutating func move(
        _ id: CourseID, from: [CourseStatus], to: CourseStatus, _ context: CommandContext
    ) throws(Rejection) -> Int {
        let number = try existing(id)
        try expectVersion(courses[number].version, of: .course(id), context)
        let status = courses[number].status
        if !from.contains(status) { throw .invalidCourseTransition(id, from: status, to: to) }
        courses[number].status = to
        courses[number].version += 1
        return number
    }
}
