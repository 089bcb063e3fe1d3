// The whole state that decisions need, in memory. Start here, then EnrollmentState+Decide.swift.

/// Users, courses, terms and enrollments as the events so far have made them.
///
/// A value: `decide` reads it, `evolve` is the only thing that changes it.
public struct EnrollmentState: Sendable {
    /// All users, by id: the first has the id 1.
    public internal(set) var users: [User] = []
    /// All courses, by id: the first has the id 1.
    public internal(set) var courses: [Course] = []
    /// All terms, by id: the first has the id 1.
    public internal(set) var terms: [Term] = []
    /// All enrollments, by id.
    public internal(set) var enrollments = Enrollments()
    /// How many attestations were recorded; what they say matters to no decision.
    public internal(set) var attestationsVersion: StreamVersion = 0
    var index = Index()

    /// Makes the state before the first event.
    public init() {}

    /// How many enrollments are pending or approved.
    package var liveEnrollmentCount: Int { index.live.count }

    /// The bytes that enrollments take: their rows, the look-up of the live ones, and the heads of the lists.
    ///
    /// O(enrollments / 4,096).
    package var bytesOfEnrollments: Int {
        enrollments.bytes + index.live.bytes + (users.count + terms.count) * 2 * MemoryLayout<Int>.stride
    }

    /// The user of that id, or nil.
    ///
    /// O(1), like the other three.
    public subscript(id: UserID) -> User? { element(of: users, id.rawValue) }
    /// The one of that id, where there is one.
    public subscript(id: CourseID) -> Course? { element(of: courses, id.rawValue) }
    /// The one of that id, where there is one.
    public subscript(id: TermID) -> Term? { element(of: terms, id.rawValue) }
    /// The one of that id, where there is one.
    public subscript(id: EnrollmentID) -> Enrollment? { element(of: enrollments, id.rawValue) }

    @inline(__always)
    private func element<Elements: RandomAccessCollection<Element>, Element>(
        of elements: Elements, _ id: Int64
    ) -> Element? where Elements.Index == Int {
        id >= 1 && id <= Int64(elements.count) ? elements[Int(id) &- 1] : nil
    }
}
