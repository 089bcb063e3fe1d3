// What events about courses mean.

extension EnrollmentState {
    mutating func create(
        _ id: CourseID, title: String, description: String, category: String, instructor: UserID?, sourceID: String?
    ) {
        precondition(id.slot == courses.count, "course ids are dense, in creation order")
        courses.append(
            Course(
                id: id, title: title, description: description, category: category, instructor: instructor,
                sourceID: sourceID))
        if let sourceID { index.coursesBySourceID.insert(sourceID, at: id.slot) }
    }

    mutating func update(_ id: CourseID, title: String?, description: String?, category: String?) {
        if let title { courses[id.slot].title = title }
        if let description { courses[id.slot].description = description }
        if let category { courses[id.slot].category = category }
    }

    /// The first publication is the one that opens the default windows.
    mutating func publish(_ id: CourseID, at time: Timestamp) {
        courses[id.slot].status = .published
        courses[id.slot].publishedAt = courses[id.slot].publishedAt ?? time
    }
}
