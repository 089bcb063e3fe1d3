// What the owner of a log may tune. The defaults are measured; none of them changes the format.

/// How a log is written; every setting may change from one opening to the next.
public struct LogOptions: Sendable {
    /// The size in bytes at which the next group starts a new segment.
    public var segmentBytes: Int64 = 64 << 20
    /// The raw size in bytes from which a group is compressed; smaller groups would grow.
    public var compressionThresholdBytes: Int = 4096
    /// The level of zlib, 1 (fast) to 9.
    public var compressionLevel: Int = 1
    /// The level of zlib for sealed segments, 1 to 9; they are written once and read often.
    public var sealedCompressionLevel: Int = 6
    /// Whether a thread of the log seals closed segments while the log is open.
    public var sealsInBackground: Bool = true
    /// How much of one core that thread may take while it copies and reads a copy back, 1 to 100 percent.
    public var sealDutyPercent: Int = 50
    /// How long that thread waits after a failure before it tries again; each further failure in a row doubles it, ten
    /// times at most.
    public var sealRetryMilliseconds: Int = 1000
    /// What happens to the originals of sealed segments.
    public var sealedOriginals: SealedOriginals = .removed
    /// How many bytes may wait for the disk before ``EventLog/enqueue(_:writesAtOnce:)`` answers `overloaded`.
    public var maximumPendingBytes: Int = 32 << 20
    /// How long after the last acknowledgement the confirm block is written.
    public var confirmDelayMilliseconds: Int = 20
    /// Whether opening sets aside a last group that is whole but wrong, which may have been acknowledged.
    public var acceptAmbiguousTail: Bool = false
    /// What was surely acknowledged, as those know it who derived something from the log, or signed it.
    ///
    /// Opening refuses a log that ends before any of these, instead of taking the missing records for a torn tail.
    public var provenPositions: [ProvenPosition] = []

    /// Makes the default options.
    public init() {}
}
