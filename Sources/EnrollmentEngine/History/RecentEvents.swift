// The latest events, kept for followers, so that those who keep up need not read the disk.

internal import EventLog

/// The latest batches of events in the order of their positions, bounded in events and in bytes.
///
/// A batch is kept as its caller gets it, so that keeping it costs no copy.
struct RecentEvents: Sendable {
    private struct Batch: Sendable {
        var events: [RecordedEvent]
        let bytes: Int
    }

    private let capacity: Int
    private let byteCapacity: Int
    /// Those before `head` were let go.
    private var batches: [Batch] = []
    private var head = 0
    private var bytes = 0
    /// The events that are here are those after `dropped`, through `lastPosition`.
    private var dropped: Position
    private var lastPosition: Position

    init(capacity: Int, byteCapacity: Int, after position: Position) {
        self.capacity = max(1, capacity)
        self.byteCapacity = max(0, byteCapacity)
        dropped = position
        lastPosition = position
    }

    /// Adds the events of the next batch, of which there is at least one, and which take so many bytes as they are
    /// stored; positions follow on each other.
    ///
    /// - Complexity: O(1), amortised.
    mutating func append(_ events: [RecordedEvent], bytes count: Int) {
        lastPosition = Position(lastPosition.rawValue + Int64(events.count))
        bytes += count
        batches.append(Batch(events: events, bytes: count))
        while bytes > byteCapacity || lastPosition.rawValue - dropped.rawValue > Int64(capacity) {
            bytes -= batches[head].bytes
            dropped = Position(dropped.rawValue + Int64(batches[head].events.count))
            batches[head].events = []
            head += 1
        }
        // Moving the rest down costs no more than was let go before.
        if head * 2 > batches.count {
            batches.removeFirst(head)
            head = 0
        }
    }

    /// Whether the event after `position`, which must exist, is still here.
    func reaches(backTo position: Position) -> Bool { position >= dropped }

    /// The events after one position through another, at most `limit`; they must be here.
    ///
    /// - Complexity: O(log *n*) in the batches that are here, and O(1) for each event given.
    func events(after position: Position, through last: Position, limit: Int) -> [RecordedEvent] {
        let count = Int(min(min(last, lastPosition).rawValue - position.rawValue, Int64(limit)))
        guard count > 0 else { return [] }
        var events: [RecordedEvent] = []
        events.reserveCapacity(count)
        var place = place(of: Position(position.rawValue + 1))
        var skipped = Int(position.rawValue + 1 - batches[place].events[0].position.rawValue)
        while events.count < count {
            events += batches[place].events[skipped...].prefix(count - events.count)
            skipped = 0
            place += 1
        }
        return events
    }

    /// The latest `count` events up to a position that belong, if so many are still here; nil where the log must be
    /// asked.
    func events(
        where belongs: (RecordedEvent) -> Bool, count: Int, before position: Position
    ) -> [RecordedEvent]? {
        guard count > 0 else { return [] }
        var found: [RecordedEvent] = []
        for batch in batches[head...].reversed() {
            for event in batch.events.reversed() where event.position <= position && belongs(event) {
                found.append(event)
                if found.count == count { return found.reversed() }
            }
        }
        return nil
    }

    /// Where the batch stands that holds a position, which must be here.
    private func place(of position: Position) -> Int {
        var (low, high) = (head, batches.count)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if batches[middle].events[0].position <= position { low = middle } else { high = middle }
        }
        return low
    }
}
