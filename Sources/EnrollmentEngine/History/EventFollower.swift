// Events as they become durable in another process: what `tail` shows, and what a second service would read.

public import EventLog

/// Pulls the events of a store that another process writes to, and waits for more.
///
/// Holds no lock of the store, and never hands out an event that a crash could still take back. For one thread;
/// blocking, so not for the cooperative pool.
public struct EventFollower {
    private let blocks: LogFollower
    private var block = DecodedBlock()
    private var index = 0
    /// How many events of the block there are to hand out: none after a failure, whatever the block holds then.
    private var count = 0

    init(_ blocks: LogFollower) { self.blocks = blocks }

    /// The next event; nil when none came within the timeout.
    ///
    /// No event comes twice, and none is passed over: after `io` the next call goes on where this one stopped, and one
    /// that cannot be read is `damaged` at every call.
    ///
    /// - Throws: `foreign` when the store was restored meanwhile, and positions mean other events; `damaged`; `io`.
    public mutating func next(timeoutMilliseconds: Int) throws(EngineError) -> RecordedEvent? {
        if index == count {
            index = 0
            count = 0
            let hasNext = try translating { () throws(LogError) in
                try blocks.next(into: &block, timeoutMilliseconds: timeoutMilliseconds)
            }
            guard hasNext else { return nil }
            count = block.count
        }
        let event = try block.event(at: index)
        index += 1
        return event
    }
}

extension EventHistory {
    /// Follows the events from a position on, those that are there first; across new segments, sealing and restarts of
    /// the process that writes.
    ///
    /// - Throws: as ``cursor(from:through:)``.
    public func follow(from first: Position) throws(EngineError) -> EventFollower {
        EventFollower(try translating { () throws(LogError) in try reader.follow(from: first) })
    }
}
