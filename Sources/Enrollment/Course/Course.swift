// A course, as decisions see it.

/// A course (강좌).
public struct Course: Hashable, Sendable {
    public let id: CourseID
    public internal(set) var title: String
    public internal(set) var description: String
    public internal(set) var category: String
    public internal(set) var instructor: UserID?
    public internal(set) var status: CourseStatus = .draft
    public let sourceID: String?
    /// When it was first published: the default opening of its terms' enrollment windows.
    public internal(set) var publishedAt: Timestamp?
    public internal(set) var terms: [TermID] = []
    public internal(set) var version: StreamVersion = 0
}
