// What a reader may see: the segments up to the durable end, frozen at one moment.

/// The durable part of a log at one moment.
struct LogView: Sendable {
    let directory: LogDirectory
    let logID: LogID
    let closed: [SegmentEntry]
    /// The active segment, its end being the durable one.
    var active: SegmentEntry?
    var lastPosition: Int64
    let index: SparseIndex
    /// Looks again at what the log consists of; positions stay what they were.
    let refresh: @Sendable () throws(LogError) -> LogView

    var count: Int { closed.count + (active == nil ? 0 : 1) }

    func entry(_ number: Int) -> SegmentEntry? {
        if number < closed.count { return number < 0 ? nil : closed[number] }
        return number == closed.count ? active : nil
    }

    /// The number of the segment that holds a position.
    ///
    /// - Complexity: O(log *n*) in the number of segments.
    func segment(holding position: Int64) -> Int? {
        let number = firstSegment { $0.end.lastPosition >= position }
        return number < count ? number : nil
    }

    /// The number of the first segment that a condition holds for, which then holds for all after it; else the count.
    func firstSegment(where isBehind: (SegmentEntry) -> Bool) -> Int {
        let number = closed.firstNumber(where: isBehind)
        guard number == closed.count, let active, !isBehind(active) else { return number }
        return number + 1
    }
}
