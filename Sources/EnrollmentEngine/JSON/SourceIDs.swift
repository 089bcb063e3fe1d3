// Who knows which id the outside world's id stands for.

public import Enrollment

/// Resolves `{"sourceID": "…"}` to the id that a store gave.
public protocol SourceIDs: Sendable {
    /// The user with an id of the outside world, where there is one.
    func user(sourceID: String) -> UserID?
    /// The course with an id of the outside world, where there is one.
    func course(sourceID: String) -> CourseID?
    /// The term with an id of the outside world, where there is one.
    func term(sourceID: String) -> TermID?
}

extension EnrollmentState: SourceIDs {}

/// Sees every command that was decided so far, also those that are not yet on disk.
extension EnrollmentEngine: SourceIDs {
    public func user(sourceID: String) -> UserID? { read { $0.user(sourceID: sourceID) } }
    public func course(sourceID: String) -> CourseID? { read { $0.course(sourceID: sourceID) } }
    public func term(sourceID: String) -> TermID? { read { $0.term(sourceID: sourceID) } }
}
