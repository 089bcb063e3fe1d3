// One transaction of an embedder's projection: events, what could not be applied, and the checkpoint.

internal import Enrollment
internal import EnrollmentEngine
internal import EventLog
internal import GRDB

/// Writes events by a projection in the transaction of the caller.
struct OwnTablesWriter {
    private let projection: any Projection
    private let database: Database
    private let poison: ProjectionOptions.Poison

    init(_ projection: any Projection, _ database: Database, _ poison: ProjectionOptions.Poison) {
        self.projection = projection
        self.database = database
        self.poison = poison
    }

    /// - Throws: `poisonEvent` where an event cannot be applied and must not be skipped; `log` where events are
    ///   missing; what SQLite failed with.
    func write(_ events: ArraySlice<RecordedEvent>, after position: Position) throws {
        var last = position
        for event in events {
            guard event.position.rawValue == last.rawValue + 1 else {
                throw ReadModelError(
                    .log, "Position \(event.position) came after \(last): check the log with `enroll log verify`.")
            }
            try write(event)
            last = event.position
        }
        try ProjectionCheckpoint.move(database, projection.name, from: position, to: last)
    }

    private func write(_ event: RecordedEvent) throws {
        do {
            switch poison {
            case .stops: try projection.apply(event, in: database)
            case .isQuarantined:
                // Takes back what was written before the event turned out not to fit.
                try database.inSavepoint {
                    try projection.apply(event, in: database)
                    return .commit
                }
            }
        } catch let error where Self.isPoison(error) {
            // A conflict clause may have ended the transaction, and the events before with it: nothing may follow.
            guard poison == .isQuarantined, database.isInsideTransaction else { throw stop(at: event, error) }
            try ProjectionCheckpoint.quarantine(
                database, projection.name,
                QuarantinedEvent(position: event.position, type: event.event.type.name, error: "\(error)"))
        }
        guard database.isInsideTransaction else {
            throw stop(at: event, PoisonReason("it ended the transaction, which is not the projection's"))
        }
    }

    /// Whether an error tells of the event and not of the machine, which may do better the next time.
    private static func isPoison(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return !(error is CancellationError) }
        return [.SQLITE_CONSTRAINT, .SQLITE_ERROR, .SQLITE_MISMATCH, .SQLITE_MISUSE, .SQLITE_RANGE, .SQLITE_TOOBIG]
            .contains(error.resultCode)
    }

    private func stop(at event: RecordedEvent, _ error: any Error) -> ReadModelError {
        ReadModelError(
            .poisonEvent,
            """
            The projection \(projection.name) cannot apply the \(event.event.type.name) at position \
            \(event.position): \((error as? PoisonReason)?.reason ?? "\(error)"). Its tables stay as of the command \
            before. Mend the projection and run it again, or choose to quarantine such events.
            """, position: event.position, cause: error)
    }
}
