// The latest events, kept for followers, so that those who keep up never read the disk.

internal import EventLog

/// A ring of the latest events in the order of their positions, bounded in number and in bytes.
struct RecentEvents: Sendable {
    private struct Slot: Sendable {
        /// Nil once the bytes of later events have pushed it out.
        var event: RecordedEvent?
        var bytes: Int
    }

    private let capacity: Int
    private let byteCapacity: Int
    private var slots: [Slot] = []
    private var bytes = 0
    /// The ring begins after this position; slot 0 is the one that follows it.
    private let start: Position
    /// The events that are here are those after `dropped`, through `lastPosition`.
    private var dropped: Position
    private var lastPosition: Position

    init(capacity: Int, byteCapacity: Int, after position: Position) {
        self.capacity = max(1, capacity)
        self.byteCapacity = max(0, byteCapacity)
        start = position
        dropped = position
        lastPosition = position
    }

    /// Adds the next event, which takes so many bytes as it is stored; positions follow on each other.
    mutating func append(_ event: RecordedEvent, bytes count: Int) {
        lastPosition = event.position
        bytes += count
        let slot = Slot(event: event, bytes: count)
        if slots.count < capacity {
            slots.append(slot)
        } else {
            if lastPosition.rawValue - dropped.rawValue > Int64(capacity) { drop() }
            slots[index(of: event.position)] = slot
        }
        while bytes > byteCapacity && dropped < lastPosition { drop() }
    }

    /// Lets go of the oldest event that is here.
    private mutating func drop() {
        dropped = Position(dropped.rawValue + 1)
        let oldest = index(of: dropped)
        bytes -= slots[oldest].bytes
        slots[oldest].event = nil
    }

    /// Whether the event after `position`, which must exist, is still here.
    func reaches(backTo position: Position) -> Bool { position >= dropped }

    /// The events after one position through another, at most `limit`; they must be here.
    func events(after position: Position, through last: Position, limit: Int) -> [RecordedEvent] {
        let count = min(last.rawValue - position.rawValue, Int64(limit))
        guard count > 0 else { return [] }
        return (1...count).compactMap { slots[index(of: Position(position.rawValue + $0))].event }
    }

    /// The events of a stream after a version, if all of them are still here; nil where the log must be asked.
    func events(
        where belongs: (RecordedEvent) -> Bool, count: Int, before position: Position
    ) -> [RecordedEvent]? {
        var found: [RecordedEvent] = []
        var next = min(position, lastPosition)
        while found.count < count {
            guard next > dropped, let event = slots[index(of: next)].event else { return nil }
            if belongs(event) { found.append(event) }
            next = Position(next.rawValue - 1)
        }
        return found.reversed()
    }

    private func index(of position: Position) -> Int {
        Int((position.rawValue - start.rawValue - 1) % Int64(capacity))
    }
}
