// Every way in which a command can end without being accepted.

public import Enrollment
public import EventLog

/// Why a command was not accepted.
public enum ExecutionError: Error, Sendable {
    /// A rule says no.
    ///
    /// `at` is the position at which it was decided: every event up to it was seen, none after it. `refusal` is the
    /// recorded form, where the rejection is one of those that the log keeps; `isReplay` says that it was recorded
    /// when the command came for the first time.
    indirect case refused(Rejection, at: Position, refusal: RecordedEvent?, isReplay: Bool)
    /// The stream has moved on since the version that the caller expected; `since` holds its events from then on, at
    /// most the latest 1,000.
    indirect case versionConflict(Rejection, at: Position, since: [RecordedEvent])
    /// The id belongs to another command, which was recorded at `at`.
    case commandIDReused(CommandID, at: Position)
    /// Too much waits for the disk, and the caller chose not to wait. Nothing was executed.
    case overloaded
    /// The waiting task was cancelled before the command was decided. Nothing was executed.
    case cancelled
    /// The engine cannot say yes or no. With ``EngineError/Code/indeterminate`` the command may or may not be stored:
    /// open the store again and retry with the same id.
    case unavailable(EngineError)

    /// The code that a service answers with; `STORE_UNAVAILABLE` where no rule was asked.
    public var code: RejectionCode {
        switch self {
        case .refused(let rejection, _, _, _), .versionConflict(let rejection, _, _): rejection.code
        case .commandIDReused: .commandIDReused
        case .overloaded, .cancelled, .unavailable: .storeUnavailable
        }
    }
}

extension ExecutionError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .refused(let rejection, let position, _, _), .versionConflict(let rejection, let position, _):
            let seen = rejection.observed.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
            return "\(rejection.code.name) (\(seen)), decided at position \(position)"
        case .commandIDReused(let id, let position):
            return "COMMAND_ID_REUSED: \(id) names another command, recorded at position \(position)"
        case .overloaded: return "overloaded: too many commands wait for the disk; nothing was executed"
        case .cancelled: return "cancelled before it was decided; nothing was executed"
        case .unavailable(let error): return "STORE_UNAVAILABLE: \(error)"
        }
    }
}
