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
    private var moment = Moment.none

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
        var expected = position.rawValue + 1
        for recorded in events {
            do {
                guard recorded.position.rawValue == expected else {
                    throw PoisonReason("it should have had the position \(expected)")
                }
                moment = Moment(recorded)
                try apply(recorded.event)
            } catch let error as PoisonReason {
                throw ReadModelError.poison(recorded, error.reason)
            } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
                throw ReadModelError.poison(recorded, error.message ?? "a constraint of the tables does not hold")
            }
            expected += 1
        }
        checkpoint.bind(1, position.rawValue)
        checkpoint.bind(2, last.position.rawValue)
        try checkpoint.run()
        guard checkpoint.changes == 1 else {
            throw ReadModelError(
                .io, "The checkpoint is not at \(position) any more: something else wrote it. Run `enroll rebuild`.")
        }
    }

    private func apply(_ event: Event) throws {
        switch event {
        case .userRegistered, .userUpdated, .userRoleChanged, .userActivated, .userDeactivated, .userSuspended,
            .userReinstated:
            try projectUser(event)
        case .courseCreated, .courseUpdated, .instructorAssigned, .coursePublished, .courseClosed, .courseReopened,
            .courseArchived:
            try projectCourse(event)
        case .termScheduled, .termUpdated, .enrollmentWindowSet, .termCapacityChanged, .termStarted, .termCompleted,
            .termCancelled:
            try projectTerm(event)
        case .enrollmentApplied, .enrollmentApproved, .enrollmentRejected, .enrollmentCancelled, .commandRefused:
            try projectEnrollment(event)
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

    var position: Int64 { moment.position }
}
