// The latest events, kept for followers, so that those who keep up never read the disk.

internal import EventLog

/// A ring of the latest events in the order of their positions.
struct RecentEvents: Sendable {
    private let capacity: Int
    private var events: [RecordedEvent] = []
    /// The ring begins after this position; slot 0 is the one that follows it.
    private let start: Position
    private var lastPosition: Position

    init(capacity: Int, after position: Position) {
        self.capacity = max(1, capacity)
        start = position
        lastPosition = position
    }

    /// Adds the next event; positions follow on each other.
    mutating func append(_ event: RecordedEvent) {
        lastPosition = event.position
        if events.count < capacity {
            events.append(event)
        } else {
            events[slot(of: event.position)] = event
        }
    }

    /// Whether the event after `position`, which must exist, is still here.
    func reaches(backTo position: Position) -> Bool {
        lastPosition.rawValue - position.rawValue <= Int64(events.count)
    }

    /// The events after one position through another, at most `limit`.
    func events(after position: Position, through last: Position, limit: Int) -> [RecordedEvent] {
        let count = min(last.rawValue - position.rawValue, Int64(limit))
        guard count > 0 else { return [] }
        return (1...count).map { events[slot(of: Position(position.rawValue + $0))] }
    }

    /// The events of a stream after a version, if all of them are still here; nil where the log must be asked.
    func events(
        where belongs: (RecordedEvent) -> Bool, count: Int, before position: Position
    ) -> [RecordedEvent]? {
        var found: [RecordedEvent] = []
        var next = min(position, lastPosition)
        while found.count < count {
            guard next.rawValue > lastPosition.rawValue - Int64(events.count) else { return nil }
            let event = events[slot(of: next)]
            if belongs(event) { found.append(event) }
            next = Position(next.rawValue - 1)
        }
        return found.reversed()
    }

    private func slot(of position: Position) -> Int {
        Int((position.rawValue - start.rawValue - 1) % Int64(capacity))
    }
}
