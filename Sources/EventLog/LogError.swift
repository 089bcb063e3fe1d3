// The one error type of the log: a machine failure, with its place and how to mend it.

/// A failure of the machine, the files or the caller's use of the log; never a business answer.
///
/// The code says what kind of failure it is; the message says what happened, where, and how to mend it.
public struct LogError: Error, Sendable {
    /// The kind of failure; more may be added, so a `switch` over codes needs a default.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name of the code, as shown to people and written to logs.
        public let description: String

        init(_ description: String) { self.description = description }

        /// There is no log at this path.
        public static let notFound = Code("notFound")
        /// There is a log at this path already.
        public static let alreadyExists = Code("alreadyExists")
        /// Another writer holds the lock.
        public static let locked = Code("locked")
        /// The log is the copy that a backup made, which is only read and restored.
        public static let backup = Code("backup")
        /// The files belong to something else, or to another log.
        public static let foreign = Code("foreign")
        /// The files were written by a newer version of this library.
        public static let newerFormat = Code("newerFormat")
        /// Stored bytes are damaged or missing; nothing was shortened.
        public static let corrupted = Code("corrupted")
        /// The last group is whole but wrong, and nothing proves whether it was acknowledged.
        public static let ambiguousTail = Code("ambiguousTail")
        /// The operating system refused a call.
        public static let io = Code("io")
        /// The device is full; nothing acknowledged is lost.
        public static let diskFull = Code("diskFull")
        /// A write or sync failed, so the batch may or may not be stored; retry it with the same commandID.
        public static let indeterminate = Code("indeterminate")
        /// An earlier failure stopped this writer; open the log again.
        public static let poisoned = Code("poisoned")
        /// Other users may write to the files.
        public static let insecurePermissions = Code("insecurePermissions")
        /// The log was closed.
        public static let closed = Code("closed")
        /// The batch is larger than a group may be.
        public static let batchTooLarge = Code("batchTooLarge")
        /// Too much waits for the disk; try again later.
        public static let overloaded = Code("overloaded")
        /// The caller passed something the log cannot store.
        public static let invalidArgument = Code("invalidArgument")
        /// The batch is older than the one before it.
        public static let timeRanBack = Code("timeRanBack")
        /// The position lies outside of the log.
        public static let positionOutOfRange = Code("positionOutOfRange")
    }

    /// What kind of failure this is.
    public let code: Code
    /// What happened, where, and how to mend it.
    public let message: String
    /// The file concerned, where there is one.
    public let path: String?
    /// The byte offset in that file, where there is one.
    public let offset: Int64?
    /// The operating system's error number, where there is one.
    public let errno: Int32?
    /// The failure behind this one.
    public let cause: (any Error)?

    /// Makes an error; `message` should name the remedy.
    public init(
        _ code: Code, _ message: String, path: String? = nil, offset: Int64? = nil, errno: Int32? = nil,
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.path = path
        self.offset = offset
        self.errno = errno
        self.cause = cause
    }
}

extension LogError: CustomStringConvertible {
    /// The code, message and place on one line, followed by the cause.
    public var description: String {
        var text = "\(code): \(message)"
        if let path { text += " [\(path)" + (offset.map { " at byte \($0)" } ?? "") + "]" }
        if let errno { text += " (errno \(errno))" }
        if let cause { text += "; caused by \(cause)" }
        return text
    }
}
