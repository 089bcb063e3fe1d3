// Rescues what is left of a damaged log: the longest prefix that can be proven, and what is sound behind the damage.

/// Salvages damaged logs.
public enum LogSalvage {
    /// The name of the file with the sound records behind the damage.
    public static let beyondName = "beyond-damage.records"

    /// Copies the longest provably good prefix of a log into a new one, and says what is not good.
    ///
    /// The new log has a higher epoch, as after a restore, and is opened as any other. Segments that are sound as a
    /// whole are copied byte by byte; where records of a segment are lost, the batches before them are written again.
    /// A batch that may go on in what is lost is no part of the prefix.
    ///
    /// Where a sealed segment is damaged or missing, and what it was sealed from is still there or in the quarantine,
    /// the salvage goes on with that; ``SalvageReport/originals`` names the files.
    ///
    /// Sound blocks behind the damage are no part of the new log, since what they rest on is missing. Their records are
    /// kept in the file ``beyondName`` beside the new log's segments: one after the other, each as its
    /// ``LogRecord/canonicalEncoding()`` with the encoding's length in front of it, as 4 bytes little-endian.
    ///
    /// A manifest that is damaged or missing is rebuilt from the segments' own headers, and ``SalvageReport/unproven``
    /// says what nobody can know then. The source is never changed; nobody may write to it meanwhile.
    ///
    /// - Throws: `notFound`; `locked`; `alreadyExists` or `foreign` for the destination; `corrupted` when nothing
    ///   tells which log the files belong to; `diskFull`; `newerFormat`; `insecurePermissions`; `io`.
    /// - Complexity: O(*n*) in the bytes of the log.
    public static func salvage(
        from source: String, to destination: String, now secondsSince1970: Int64,
        fileSystem: any FileSystem = PosixFileSystem()
    ) throws(LogError) -> SalvageReport {
        let place = LogDirectory(path: source, fileSystem: fileSystem)
        try place.checkExists()
        let lock = try place.lockUnchanged()
        defer { withExtendedLifetime(lock) {} }
        let found = try SalvageSource(place)
        let epoch = try Manifest.epoch(after: found.epoch, now: secondsSince1970)
        return try LogCopy.filling(destination, fileSystem) { (copy) throws(LogError) in
            var run = SalvageRun(found, copy, epoch: epoch)
            return try run.run()
        }
    }
}

/// What a salvage found, kept and lost.
public struct SalvageReport: Hashable, Sendable {
    /// A place that is not good.
    public struct Loss: Hashable, Sendable {
        /// The file concerned.
        public internal(set) var path: String
        /// The place in it.
        public internal(set) var offset: Int64
        /// The positions that the new log cannot have because of it; `nil` where no record is concerned.
        public internal(set) var positions: ClosedRange<Position>?
        /// What is wrong.
        public internal(set) var reason: String
    }

    /// The identity of the log.
    public internal(set) var id: LogID
    /// The epoch of the new log.
    public internal(set) var epoch: UInt32
    /// The last position of the new log, and so the number of its records.
    public internal(set) var lastPosition: Position = .zero
    /// How many segments the new log has.
    public internal(set) var segments = 0
    /// The bytes of these segments.
    public internal(set) var bytes: Int64 = 0
    /// What is not good, in the order of the files.
    public internal(set) var losses: [Loss] = []
    /// The files that gave what damaged sealed segments could not: those that the segments were sealed from.
    public internal(set) var originals: [String] = []
    /// The positions of the records behind the damage, in ascending order.
    public internal(set) var beyond: [ClosedRange<Position>] = []
    /// The file with these records, if there are any.
    public internal(set) var beyondPath: String?
    /// What nobody can know, in sentences; empty when the manifest was sound.
    public internal(set) var unproven: [String] = []

    /// Whether nothing was lost, as far as anybody can know.
    public var isWhole: Bool { losses.isEmpty && unproven.isEmpty }
}
