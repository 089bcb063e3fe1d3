// Why a question about history could not be answered, or has an answer that nobody hopes for.

internal import EnrollmentEngine
internal import EventLog

/// A failure of an audit.
///
/// The code says what kind of failure it is; the message says what happened, where, and what to do.
public struct AuditError: Error, Sendable {
    /// The kind of failure; more may be added, so a `switch` over codes needs a default.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name of the code.
        public let description: String

        init(_ description: String) { self.description = description }

        /// The log is not what was signed: it is shorter, or its records are others.
        public static let contradicted = Code("contradicted")
        /// Nothing was signed yet, or not so much.
        public static let notFound = Code("notFound")
        /// A file beside the log is damaged or missing; it can be made again.
        public static let damaged = Code("damaged")
        /// There is something already where a new file or folder was to be made.
        public static let alreadyExists = Code("alreadyExists")
        /// An argument that cannot be used.
        public static let invalidArgument = Code("invalidArgument")
        /// Somebody else is at work on the same files.
        public static let locked = Code("locked")
        /// The key is not the one that this log is signed with.
        public static let wrongKey = Code("wrongKey")
        /// The operating system refused a call.
        public static let io = Code("io")
        /// The device is full.
        public static let diskFull = Code("diskFull")
        /// The log itself could not be read; the cause says why.
        public static let log = Code("log")
        /// The work was given up at the caller's wish.
        public static let cancelled = Code("cancelled")
    }

    /// The kind of failure.
    public let code: Code
    /// What happened, where, and what to do.
    public let message: String
    /// The failure behind this one.
    public let cause: (any Error)?

    /// Makes an error; `message` should name the remedy.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// A failure of the log, as the engine tells it.
    init(_ error: LogError) { self.init(.log, EngineError(error).message, cause: error) }
}

extension AuditError: CustomStringConvertible {
    /// The code and the message.
    public var description: String { "\(code): \(message)" }
}
