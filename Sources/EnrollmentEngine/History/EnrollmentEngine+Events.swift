// Following the log from inside: for projections, subscriptions, and callers whose version was behind.

internal import Enrollment
internal import Synchronization

public import EventLog

extension EnrollmentEngine {
    /// The history of this store, for replays; reads what is durable.
    public var history: EventHistory {
        EventHistory(
            settings: settings, layout: layout, reader: log.reader(), fileSystem: options.fileSystem,
            personalData: personalData)
    }

    /// The events after a position, at least one and at most `limit`: waits until there is one.
    ///
    /// Personal texts are opened, as far as their keys are there; others stay sealed.
    ///
    /// Whoever was told that a command is durable gets its events, where `limit` leaves room. Empty when the engine was
    /// closed and everything was given, or the task was cancelled.
    ///
    /// - Complexity: O(`limit`); a follower that is further behind than ``EngineOptions/recentEvents`` reads the log.
    public func nextEvents(after position: Position, limit: Int) async throws(EngineError) -> [RecordedEvent] {
        let position = max(position, .zero)
        while watermark.durable <= position {
            if watermark.isClosed || Task.isCancelled { return [] }
            await watermark.wait(past: position)
        }
        // The log's own end: whoever was just told of an event finds it, though followers are woken a little later.
        let durable = log.durablePosition
        let recent: [RecordedEvent]? = core.withLock { core in
            core.recent.reaches(backTo: position)
                ? core.recent.events(after: position, through: durable, limit: limit) : nil
        }
        if let recent { return try personalData?.opened(recent) ?? recent }
        let history = history
        return try await blocking { () throws(EngineError) in
            // One look-up of the place in the log must pay for many events.
            var cursor = try history.cursor(from: Position(position.rawValue + 1), through: durable)
            var events: [RecordedEvent] = []
            while events.count < limit, let event = try cursor.next() { events.append(try history.opened(event)) }
            return events
        }
    }

    /// The events from a position on, in order.
    ///
    /// Ends after `through`, else after what was durable when it was called; with `following` it goes on with what
    /// comes, until the engine is closed. At most a few thousand events are held in between: a slow consumer slows
    /// nobody.
    public func events(from first: Position = 1, through last: Position? = nil, following: Bool = false)
        -> EventSequence
    {
        EventSequence(
            engine: self, first: first, last: following ? last : min(last ?? durablePosition, durablePosition))
    }

    /// The events of a stream after a version, for a caller whose version was behind: at most the latest 1,000.
    func events(
        of stream: EventStream, after expected: StreamVersion, through actual: StreamVersion, before position: Position
    ) async throws(ExecutionError) -> [RecordedEvent] {
        guard expected < actual else { return [] }
        let missing = actual.rawValue.subtractingReportingOverflow(max(expected.rawValue, 0)).partialValue
        let count = Int(min(missing, 1000))
        let belongs = { @Sendable (event: RecordedEvent) in event.stream == stream && event.version <= actual }
        let recent = core.withLock { core in
            core.recent.events(where: belongs, count: count, before: position)
        }
        if let recent { return recent }
        let history = history
        do {
            return try await blocking { () throws(EngineError) in
                try history.latestEvents(of: stream, through: actual, before: position, count: count)
            }
        } catch { throw .unavailable(error) }
    }
}

/// The events of a store in order, as an asynchronous sequence.
public struct EventSequence: AsyncSequence, Sendable {
    public typealias Element = RecordedEvent
    public typealias Failure = EngineError

    let engine: EnrollmentEngine
    let first: Position
    let last: Position?

    public func makeAsyncIterator() -> Iterator { Iterator(engine: engine, next: first, last: last) }

    /// Fetches a few thousand events at a time: one look-up of a place in the log must pay for many.
    public struct Iterator: AsyncIteratorProtocol {
        private static let fetchLimit = 4_096
        let engine: EnrollmentEngine
        var next: Position
        let last: Position?
        var fetched: ArraySlice<RecordedEvent> = []

        init(engine: EnrollmentEngine, next: Position, last: Position?) {
            self.engine = engine
            self.next = Swift.max(next, 1)
            self.last = last
        }

        /// - Throws: ``EngineError`` where the log cannot be read.
        public mutating func next() async throws(EngineError) -> RecordedEvent? {
            try await next(isolation: nil)
        }

        public mutating func next(
            isolation actor: isolated (any _Concurrency.Actor)?
        ) async throws(EngineError) -> RecordedEvent? {
            if let last, next > last { return nil }
            if fetched.isEmpty {
                fetched = try await engine.nextEvents(after: Position(next.rawValue - 1), limit: Self.fetchLimit)[...]
            }
            guard let event = fetched.popFirst() else { return nil }
            next = Position(event.position.rawValue + 1)
            return event
        }
    }
}
