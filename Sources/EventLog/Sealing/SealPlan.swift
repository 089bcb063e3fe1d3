// Which segments are sealed together, and when.

/// The choice of the next segments to seal.
struct SealPlan {
    /// The bytes that one sealed segment should take the place of, at most.
    var targetBytes: Int64
    /// Whether everything is sealed that can be, instead of what is worth it.
    var takesAll: Bool

    /// So many small segments are worth sealing, however little they hold.
    static let ripeCount = 64

    /// The next run of neighbours to make one sealed segment of; `nil` when there is nothing to do.
    ///
    /// Sealing goes from the first segment to the last, since each digest begins with the one before. Small sealed
    /// segments in front of the run are taken along as long as they are no larger than the run: so each record is
    /// sealed again only when its segment at least doubles, and a log of many small openings keeps few segments.
    func next(_ segments: [SegmentEntry]) -> Range<Int>? {
        let start = segments.firstIndex { !$0.isSealed } ?? segments.count
        var upper = start
        var bytes: Int64 = 0
        // One without records does not stand alone, however long its neighbour is.
        var hasRecords = false
        while upper < segments.count, !segments[upper].isActive,
            !hasRecords || bytes + segments[upper].bytes <= targetBytes
        {
            hasRecords = hasRecords || segments[upper].end.lastPosition >= segments[upper].firstPosition
            bytes += segments[upper].bytes
            upper += 1
        }
        guard upper > start else { return nil }
        let isFull = upper < segments.count && !segments[upper].isActive
        guard takesAll || isFull || bytes >= targetBytes / 2 || upper - start >= Self.ripeCount else { return nil }
        var lower = start
        while lower > 0, segments[lower - 1].bytes <= bytes, bytes + segments[lower - 1].bytes <= targetBytes {
            lower -= 1
            bytes += segments[lower].bytes
        }
        let run = lower..<upper
        // A crash may leave a segment without records; alone it stays as it is, since a block needs a record.
        return run.contains { segments[$0].end.lastPosition >= segments[$0].firstPosition } ? run : nil
    }
}
