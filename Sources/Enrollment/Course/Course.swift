// A course, as decisions see it.

/// A course (강좌).
public struct Course: Hashable, Sendable {
    /// The key of the course.
    public let id: CourseID
    /// What the course is called.
    public internal(set) var title: String
    /// What it is about; may be empty.
    public internal(set) var description: String
    /// How it is filed; may be empty.
    public internal(set) var category: String
    /// Who teaches it, where someone does.
    public internal(set) var instructor: UserID?
    /// Where it stands.
    public internal(set) var status: CourseStatus = .draft
    /// Its id in the outside world, where it came from there.
    public let sourceID: String?
    /// When it was first published: the default opening of its terms' enrollment windows.
    public internal(set) var publishedAt: Timestamp?
    /// Its terms, in the order in which they were scheduled.
    public internal(set) var terms: [TermID] = []
    /// How many events its stream has.
    public internal(set) var version: StreamVersion = 0
}
