// A person known to the system, as decisions see them.

/// A user.
public struct User: Hashable, Sendable {
    /// The key of the user.
    public let id: UserID
    /// Nil once the user is erased, as is the name.
    public internal(set) var email: PersonalText?
    /// What they are called; nil once they are erased.
    public internal(set) var name: PersonalText?
    /// What they may do.
    public internal(set) var role: Role
    /// Whether they may act.
    public internal(set) var status: UserStatus = .active
    /// The id of the newest of this user's enrollments, from which a list leads to the others; 0 while there is none.
    var newestEnrollment: UInt32 = 0
    /// Their id in the outside world, where they came from there.
    public let sourceID: String?
    /// Events in the user's stream.
    public internal(set) var version: StreamVersion = 0
    /// Enrollments that are pending or approved in a term that is not final.
    public internal(set) var liveEnrollments = 0
}
