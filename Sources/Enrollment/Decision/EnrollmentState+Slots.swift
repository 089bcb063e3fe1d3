// The existence and version steps: where an id's entity stands in its dense array, and what a stream's version is.

extension EnrollmentState {
    func slot(of id: UserID) throws(Rejection) -> Int {
        guard let slot = slot(id.rawValue, users.count) else { throw .userNotFound(id) }
        return slot
    }

    func slot(of id: CourseID) throws(Rejection) -> Int {
        guard let slot = slot(id.rawValue, courses.count) else { throw .courseNotFound(id) }
        return slot
    }

    func slot(of id: TermID) throws(Rejection) -> Int {
        guard let slot = slot(id.rawValue, terms.count) else { throw .termNotFound(id) }
        return slot
    }

    func slot(of id: EnrollmentID) throws(Rejection) -> Int {
        guard let slot = slot(id.rawValue, enrollments.count) else { throw .enrollmentNotFound(id) }
        return slot
    }

    @inline(__always)
    private func slot(_ id: Int64, _ count: Int) -> Int? {
        id >= 1 && id <= Int64(count) ? Int(id) - 1 : nil
    }

    /// The number of events in a stream; 0 for one that does not exist.
    public func version(of stream: EventStream) -> StreamVersion {
        switch stream {
        case .user(let id): slot(id.rawValue, users.count).map { users[$0].version } ?? 0
        case .course(let id): slot(id.rawValue, courses.count).map { courses[$0].version } ?? 0
        case .term(let id): slot(id.rawValue, terms.count).map { terms[$0].version } ?? 0
        case .refusals(let id): slot(id.rawValue, terms.count).map { terms[$0].refusalsVersion } ?? 0
        case .attestations: attestationsVersion
        }
    }

    /// The version step.
    ///
    /// A command that creates names the stream that it would begin, whose version is 0.
    func checkVersion(of stream: EventStream, _ context: CommandContext) throws(Rejection) {
        guard let expected = context.expectedVersion else { return }
        let actual = version(of: stream)
        guard expected == actual else { throw .versionConflict(stream, expected: expected, actual: actual) }
    }
}

extension EntityID {
    /// Where an entity that is known to exist stands in its dense array.
    @inline(__always)
    var slot: Int { Int(rawValue) - 1 }
}
