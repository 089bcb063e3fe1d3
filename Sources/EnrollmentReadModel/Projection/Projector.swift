// From events to rows, one event after the other, in the transaction of the caller.

internal import Enrollment
internal import EnrollmentEngine
internal import EventLog
internal import GRDB

/// Writes events into the tables by prepared statements that are kept.
///
/// Used only on the one connection that writes, and dropped before it closes.
final class Projector {
    private let statements: [PreparedStatement]
    private let checkpoint: PreparedStatement
    /// Of the event at hand.
    private(set) var moment = Moment.none
    /// Of this transaction: see ``SeatChanges``.
    var seats = SeatChanges()
    /// The last id of `enrollments`; nil until it is looked up.
    var lastEnrollment: Int64?

    init(_ database: Database) throws {
        statements = try ProjectionStatement.allCases.map { try PreparedStatement(database, $0.sql) }
        checkpoint = try PreparedStatement(
            database, "UPDATE projection SET position = ?2 WHERE name = '\(Schema.checkpointName)' AND position = ?1")
    }

    /// Writes events and the new checkpoint; everything stands in the transaction of the caller or not at all.
    ///
    /// - Throws: `poisonEvent` where an event does not fit, `DatabaseError` where SQLite fails.
    func apply(_ events: ArraySlice<RecordedEvent>, after position: Position) throws {
        guard let last = events.last else { return }
        // A transaction that failed, here or in its commit, took back what was remembered of it.
        seats = SeatChanges()
        lastEnrollment = nil
        var index = events.startIndex
        while index < events.endIndex {
            let next = index + 1 < events.endIndex ? events[index + 1] : nil
            let expected = position.rawValue + Int64(index - events.startIndex) + 1
            index += try apply(events[index], expected, followedBy: next)
        }
        try writeSeats()
        checkpoint.bind(1, position.rawValue)
        checkpoint.bind(2, last.position.rawValue)
        try checkpoint.run()
        guard checkpoint.changes == 1 else {
            throw ReadModelError(
                .io, "The checkpoint is not at \(position) any more: something else wrote it. Run `enroll rebuild`.")
        }
    }

    /// Writes one event, or two where they make one row; says how many.
    private func apply(
        _ recorded: RecordedEvent, _ expected: Int64, followedBy next: RecordedEvent?
    ) throws -> Int {
        do {
            guard recorded.position.rawValue == expected else {
                throw PoisonReason("it should have had the position \(expected)")
            }
            moment = Moment(recorded)
            if let next, try applyAndApprove(recorded.event, next) { return 2 }
            try apply(recorded.event)
            return 1
        } catch let error as PoisonReason {
            throw ReadModelError.poison(recorded.position, recorded.event.type, error.reason)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
            throw ReadModelError.poison(
                recorded.position, recorded.event.type, error.message ?? "a constraint of the tables does not hold")
        }
    }

    private func apply(_ event: Event) throws {
        switch event {
        case .userRegistered, .userUpdated, .userRoleChanged, .userActivated, .userDeactivated, .userSuspended,
            .userReinstated, .erasureRequested, .userErased:
            try projectUser(event)
        case .courseCreated, .courseUpdated, .instructorAssigned, .coursePublished, .courseClosed, .courseReopened,
            .courseArchived:
            try writeSeats()
            try projectCourse(event)
        case .termScheduled, .termUpdated, .enrollmentWindowSet, .termCapacityChanged, .termStarted, .termCompleted,
            .termCancelled:
            try writeSeats()
            try projectTerm(event)
        case .enrollmentApplied, .enrollmentApproved, .enrollmentRejected, .enrollmentCancelled, .commandRefused:
            try projectEnrollment(event)
        case .stateAttested: break
        }
    }

    /// Runs a statement that must change exactly one row.
    @inline(__always)
    func one(
        _ key: ProjectionStatement, _ id: some EntityID, _ bindRest: (PreparedStatement) -> Void = { _ in }
    ) throws {
        guard try any(key, id.rawValue, bindRest) == 1 else {
            throw PoisonReason("no row with the id \(id) stands as it must (\(key))")
        }
    }

    /// Runs a statement that may change any number of rows, and says how many.
    @discardableResult @inline(__always)
    func any(
        _ key: ProjectionStatement, _ id: Int64, _ bindRest: (PreparedStatement) -> Void = { _ in }
    ) throws -> Int32 {
        let statement = statements[key.rawValue]
        statement.bind(1, id)
        statement.bind(2, moment.recordedAt)
        statement.bind(3, moment.effectiveAt)
        bindRest(statement)
        try statement.run()
        return statement.changes
    }

    /// The one number that a query gives; nil where it gives no row.
    func number(_ key: ProjectionStatement, _ id: Int64? = nil) throws -> Int64? {
        let statement = statements[key.rawValue]
        if let id { statement.bind(1, id) }
        defer { statement.reset() }
        return try statement.step() ? statement.integer(0) : nil
    }

    /// Writes the counts that have changed since they were last written.
    private func writeSeats() throws {
        for (term, change) in seats.take() {
            let statement = statements[ProjectionStatement.countSeats.rawValue]
            statement.bind(1, term)
            statement.bind(2, change.recordedAt)
            statement.bind(4, change.enrolled)
            statement.bind(5, change.held)
            do { try statement.run() } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
                throw ReadModelError.poison(
                    Position(change.position), change.type, "the counts of term \(term) are wrong before it")
            }
            guard statement.changes == 1 else {
                throw ReadModelError.poison(Position(change.position), change.type, "there is no term \(term)")
            }
        }
    }
}
