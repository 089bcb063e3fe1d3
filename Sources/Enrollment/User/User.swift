// A person known to the system, as decisions see them.

/// A user.
public struct User: Hashable, Sendable {
    public let id: UserID
    /// Nil once the user is erased, as is the name.
    public internal(set) var email: PersonalText?
    public internal(set) var name: PersonalText?
    public internal(set) var role: Role
    public internal(set) var status: UserStatus = .active
    /// The id of the newest of this user's enrollments, from which a list leads to the others; 0 while there is none.
    var newestEnrollment: UInt32 = 0
    public let sourceID: String?
    /// Events in the user's stream.
    public internal(set) var version: StreamVersion = 0
    /// Enrollments that are pending or approved in a term that is not final.
    public internal(set) var liveEnrollments = 0
}
