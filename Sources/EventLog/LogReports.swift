// What a log tells about itself: statistics, segments, recovery and verification.

/// Figures of an open log.
public struct LogStatistics: Hashable, Sendable {
    /// How many segments hold records.
    public internal(set) var segments = 0
    /// The bytes of all segments up to their ends, without space that is allocated ahead.
    public internal(set) var bytesOnDisk: Int64 = 0
    /// The number of records in the log.
    public internal(set) var records: Int64 = 0
    /// Column bytes written since opening, before compression.
    public internal(set) var rawPayloadBytes: Int64 = 0
    /// Column bytes written since opening, as stored.
    public internal(set) var storedPayloadBytes: Int64 = 0
    /// How many of the stored bytes are command identifiers, which do not compress.
    public internal(set) var commandIDBytes: Int64 = 0
    /// Records written since opening.
    public internal(set) var writtenRecords: Int64 = 0
    /// Groups written since opening.
    public internal(set) var groups: Int64 = 0
    /// Completed syncs of segments since opening.
    public internal(set) var syncs: Int64 = 0
    /// Attempts to seal in the background that failed since opening; ``EventLog/sealingFailure`` says why.
    public internal(set) var sealingFailures: Int64 = 0

    /// Makes empty statistics.
    public init() {}
}

/// One group that was written and synced, for who watches a log.
public struct LogGroup: Hashable, Sendable {
    /// How many batches shared the sync.
    public let batches: Int
    /// How many records they had.
    public let records: Int
    /// How long writing and syncing took, in nanoseconds of a monotonic clock.
    public let nanoseconds: Int64
}

/// One segment as the manifest knows it.
public struct SegmentInfo: Hashable, Sendable {
    /// Whether a segment may still grow.
    public enum State: String, Hashable, Sendable {
        /// The writer appends to it.
        case active
        /// No writer appends to it any more.
        case closed
        /// Compressed again into large blocks, with an index; it never changes.
        case sealed
    }

    /// The file's name in the log's directory.
    public internal(set) var name: String
    /// The first record's position.
    public internal(set) var firstPosition: Position
    /// The last durable record's position; one less than the first while the segment is empty.
    public internal(set) var lastPosition: Position
    /// The length in bytes up to the durable end.
    public internal(set) var bytes: Int64
    /// Whether it may still grow.
    public internal(set) var state: State
    /// Of a sealed segment, the digest of history up to its last record.
    public internal(set) var digest: LogDigest?
}

/// What opening a log had to set aside.
public struct RecoveryReport: Hashable, Sendable {
    /// Something that recovery moved or copied to `quarantine/`.
    public struct SetAside: Hashable, Sendable {
        /// The file it was found in.
        public internal(set) var path: String
        /// Where in that file it began.
        public internal(set) var offset: Int64
        /// How many bytes it has.
        public internal(set) var bytes: Int64
        /// Why it does not belong to the log.
        public internal(set) var reason: String
    }

    /// What was set aside; empty after a clean close.
    public internal(set) var setAside: [SetAside] = []
    /// How many records of the last, unconfirmed group were whole and were written again into a new segment.
    public internal(set) var rewrittenRecords = 0

    /// Makes an empty report.
    public init() {}
}

/// What reading every byte of a log found.
public struct VerificationReport: Hashable, Sendable {
    /// One thing that is wrong.
    public struct Problem: Hashable, Sendable {
        /// The file concerned.
        public internal(set) var path: String
        /// The place in it.
        public internal(set) var offset: Int64
        /// The positions that cannot be read because of it, where that is known.
        public internal(set) var positions: ClosedRange<Position>?
        /// What is wrong.
        public internal(set) var message: String
    }

    /// What is wrong, in the order of the files; empty for a sound log.
    public internal(set) var problems: [Problem] = []
    /// What is not as it should be and harmless: files that a crash or a sealing left behind.
    public internal(set) var notes: [Problem] = []
    /// How many segments were read.
    public internal(set) var segments = 0
    /// How many blocks were read and decoded.
    public internal(set) var blocks: Int64 = 0
    /// How many records were decoded.
    public internal(set) var records: Int64 = 0
    /// How many bytes were read.
    public internal(set) var bytes: Int64 = 0
    /// Whether nothing is wrong.
    public var isSound: Bool { problems.isEmpty }

    /// Makes an empty report.
    public init() {}
}
