// Who gives a command.

/// Who gives a command: the system itself, or a user.
public enum Actor: Hashable, Sendable {
    /// The program itself, or its operator at the machine: may do everything.
    case system
    /// A user, who may do what their role allows.
    case user(UserID)
}

extension Actor: CustomStringConvertible {
    /// `system`, or `user/7`.
    public var description: String {
        switch self {
        case .system: "system"
        case .user(let id): "user/\(id)"
        }
    }
}
