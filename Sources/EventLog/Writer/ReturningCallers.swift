// Whether it pays to wait a little, so that the callers of the last group are in the next one.

/// Judges, from group to group, whether a short wait makes the next group whole.
///
/// Callers who wait for their answers come back when they have them. Were the next group written at once, they would
/// miss it, fall into two halves that take turns, and everyone would wait for two syncs. So after a sync the writer
/// waits for as many batches as were in flight, for at most half as long again as the sync took. Halves in turn would
/// hide the callers' work behind the sync, and could be as fast once that work takes as long; but a group costs
/// processor time of its own, for wakes and for the device, and small groups leave the less of it to callers. Where
/// callers do not come back, as in an open loop, it waits ever more seldom.
struct ReturningCallers {
    /// The most groups that are written without a wait after one that was in vain.
    static let maximumPause = 64
    /// The longest wait, in nanoseconds: a disk that stalled for seconds is not waited for as long again.
    static let maximumWait: Int64 = 10_000_000

    /// How many batches were in flight when the last group was acknowledged.
    private(set) var expected = 1
    private var deadline: Int64?
    private var pause = 0
    private var groupsToSkip = 0

    /// Begins a wait, when it promises something.
    ///
    /// Times are monotonic nanoseconds.
    ///
    /// - Parameters:
    ///   - acknowledged: the batches of the group that was just synced.
    ///   - gathered: the batches that came meanwhile.
    ///   - duration: how long writing and syncing took.
    mutating func groupEnded(acknowledged: Int, gathered: Int, duration: Int64, now: Int64) {
        expected = max(1, acknowledged + gathered)
        if groupsToSkip > 0 {
            groupsToSkip -= 1
            deadline = nil
        } else {
            deadline = now + min(duration * 3 / 2, Self.maximumWait)
        }
    }

    /// Until when to wait for more, or `nil` when the group is to be written now.
    mutating func deadline(gathered: Int, now: Int64) -> Int64? {
        guard let end = deadline else { return nil }
        if gathered >= expected {
            pause = 0
        } else if now < end {
            return end
        } else if gathered > 0 {
            pause = min(Self.maximumPause, max(1, pause * 2))
            groupsToSkip = pause
        }
        deadline = nil
        return nil
    }
}
