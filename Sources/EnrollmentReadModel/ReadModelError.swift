// The one error type of the read model: a machine failure, with its place in the log and how to mend it.

public import EventLog

/// A failure of the read tables or of the projection that fills them; never a business answer.
///
/// Nothing of it endangers the log: the tables can always be deleted and built again from it with `enroll rebuild`.
public struct ReadModelError: Error, Sendable {
    /// The kind of failure; more may be added, so a `switch` over codes needs a default.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name of the code, as shown to people and written to logs.
        public let description: String

        init(_ description: String) { self.description = description }

        /// There are no read tables at this path.
        public static let notFound = Code("notFound")
        /// The tables were made from another log, or the file is no read model at all.
        public static let foreign = Code("foreign")
        /// The tables were made from this log before, or after, it was restored from a backup.
        public static let otherEpoch = Code("otherEpoch")
        /// The tables hold events that the log does not have.
        public static let aheadOfLog = Code("aheadOfLog")
        /// The tables that were built are older than the live ones.
        public static let behindLiveTables = Code("behindLiveTables")
        /// A newer version of this library made the tables.
        public static let newerSchema = Code("newerSchema")
        /// An older version of this library made the tables.
        public static let olderSchema = Code("olderSchema")
        /// The tables were built without the vault of a store that seals, so names are missing in them.
        public static let sealed = Code("sealed")
        /// Someone else is writing the read tables.
        public static let locked = Code("locked")
        /// An event does not fit the rows that the events before it made.
        public static let poisonEvent = Code("poisonEvent")
        /// The events could not be read.
        public static let log = Code("log")
        /// SQLite found the file damaged.
        public static let damaged = Code("damaged")
        /// The device is full.
        public static let diskFull = Code("diskFull")
        /// SQLite or the operating system refused a call.
        public static let io = Code("io")
        /// The projection has ended, so what is waited for will not come.
        public static let stopped = Code("stopped")
        /// The task that waited was cancelled.
        public static let cancelled = Code("cancelled")
        /// A file is already where the result should go, or an argument is out of range.
        public static let invalidArgument = Code("invalidArgument")
    }

    /// What kind of failure this is.
    public let code: Code
    /// What happened, where, and how to mend it.
    public let message: String
    /// The event concerned, where there is one.
    public let position: Position?
    /// The failure behind this one.
    public let cause: (any Error)?

    init(_ code: Code, _ message: String, position: Position? = nil, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.position = position
        self.cause = cause
    }
}

extension ReadModelError: CustomStringConvertible {
    /// The code and the message on one line, followed by the cause.
    public var description: String {
        "\(code): \(message)" + (cause.map { "; caused by \($0)" } ?? "")
    }
}
