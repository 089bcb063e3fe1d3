// The engine's machine failures: the store, the log beneath it, or the way it is used. Never a business answer.

public import EventLog

/// A failure of the machine or of the store: code, what happened and how to mend it, cause.
public struct EngineError: Error, Sendable {
    /// The kind of failure; more may be added, so a `switch` over codes needs a default.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        public let description: String

        /// There is no store at this path.
        public static let notFound = Code(description: "notFound")
        /// There is a store at this path already.
        public static let alreadyExists = Code(description: "alreadyExists")
        /// Another engine writes to this store.
        public static let locked = Code(description: "locked")
        /// The files do not belong together.
        public static let foreign = Code(description: "foreign")
        /// Stored bytes are damaged, missing, or contradict the rules.
        public static let damaged = Code(description: "damaged")
        /// A newer version of the program wrote this store.
        public static let newerFormat = Code(description: "newerFormat")
        /// Other users may write to the files.
        public static let insecurePermissions = Code(description: "insecurePermissions")
        /// The device is full; nothing acknowledged is lost.
        public static let diskFull = Code(description: "diskFull")
        /// A write or sync failed: the command may or may not be stored.
        public static let indeterminate = Code(description: "indeterminate")
        /// An earlier failure stopped this engine; open the store again.
        public static let poisoned = Code(description: "poisoned")
        /// The engine was closed.
        public static let closed = Code(description: "closed")
        /// The operating system refused a call.
        public static let io = Code(description: "io")
        /// The store seals personal texts, and its vault, or the key that opens the vault, is not there.
        public static let vaultMissing = Code(description: "vaultMissing")
        /// The vault is older than the log: it lacks keys of users that the log has.
        public static let vaultBehind = Code(description: "vaultBehind")
        /// A setting, a path or an argument that cannot be used.
        public static let invalidArgument = Code(description: "invalidArgument")
    }

    /// The kind of failure.
    public let code: Code
    /// What happened, where, and how to mend it.
    public let message: String
    /// The failure behind this one.
    public let cause: (any Error)?

    /// Makes an error; `message` should name the remedy.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// A failure of the log, in the engine's words.
    ///
    /// What an earlier failure left unusable is told by that failure: who meets a full disk second wants to hear of the
    /// disk, too.
    public init(_ error: LogError) {
        if error.code == .poisoned, let first = error.cause as? LogError, first.code != .poisoned {
            let failure = EngineError(first)
            let code = first.code == .indeterminate ? Code.poisoned : failure.code
            self.init(code, "The engine stopped at an earlier failure: \(failure.message)", cause: error)
            return
        }
        let codes: [LogError.Code: Code] = [
            .notFound: .notFound, .alreadyExists: .alreadyExists, .locked: .locked, .foreign: .foreign,
            .newerFormat: .newerFormat, .corrupted: .damaged, .ambiguousTail: .damaged, .diskFull: .diskFull,
            .indeterminate: .indeterminate, .poisoned: .poisoned, .insecurePermissions: .insecurePermissions,
            .closed: .closed, .io: .io,
        ]
        let place = error.path.map { path in " [\(path)\(error.offset.map { " at byte \($0)" } ?? "")]" } ?? ""
        self.init(codes[error.code] ?? .invalidArgument, error.message + place, cause: error)
    }
}

extension EngineError: CustomStringConvertible {
    public var description: String { "\(code): \(message)" }
}

/// Calls the log, with its failures told in the engine's words.
@inline(__always)
func translating<Value>(_ call: () throws(LogError) -> Value) throws(EngineError) -> Value {
    do { return try call() } catch { throw EngineError(error) }
}
