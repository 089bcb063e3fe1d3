// The seam to the engine: where rebuilds and checks read events, and where the live projection waits for new ones.

package import EnrollmentEngine
package import EventLog

/// Which log events come from: positions of another log, or of another epoch, mean other events.
package struct LogIdentity: Hashable, Sendable {
    package let storeID: String
    package let epoch: Int64

    package init(storeID: String, epoch: Int64) {
        self.storeID = storeID
        self.epoch = epoch
    }
}

/// Recorded events that can be read again and again, in order.
package protocol EventSource: Sendable {
    var identity: LogIdentity { get }
    func lastPosition() throws -> Position
    /// Whether names and addresses come sealed, because nobody gave the vault that opens them.
    var isLocked: Bool { get }
    /// Gives the events from one position through another, both inclusive, until `body` answers false.
    func forEach(from first: Position, through last: Position, _ body: (RecordedEvent) throws -> Bool) throws
}

extension EventSource {
    package var isLocked: Bool { false }
}

/// New events, as they become durable.
package protocol EventFeed: Sendable {
    var identity: LogIdentity { get }
    /// The last durable position.
    var durablePosition: Position { get }
    /// Whether it opens texts that the log has sealed.
    var opensPersonalTexts: Bool { get }
    /// The events after `position`, at most `limit`; waits for the first, and is empty once the engine has closed.
    func nextEvents(after position: Position, limit: Int) async throws -> [RecordedEvent]
}

extension EventHistory: EventSource {
    package var identity: LogIdentity { LogIdentity(storeID: storeID, epoch: epoch) }

    package func forEach(
        from first: Position, through last: Position, _ body: (RecordedEvent) throws -> Bool
    ) throws {
        guard first <= last else { return }
        var cursor = try cursor(from: first, through: last)
        // Without a vault nothing is opened, and no event copied for it.
        guard personalData != nil else {
            while let event = try cursor.next(), try body(event) {}
            return
        }
        while let event = try cursor.next(), try body(opened(event)) {}
    }
}

extension EventFeed {
    package var opensPersonalTexts: Bool { false }
}

/// The live feed of an engine.
struct EngineFeed: EventFeed {
    private let engine: EnrollmentEngine
    let identity: LogIdentity

    init(_ engine: EnrollmentEngine) {
        self.engine = engine
        identity = engine.history.identity
    }

    var durablePosition: Position { engine.durablePosition }
    var opensPersonalTexts: Bool { engine.personalData != nil }

    func nextEvents(after position: Position, limit: Int) async throws -> [RecordedEvent] {
        try await engine.nextEvents(after: position, limit: limit)
    }
}
