// A long history that is computed rather than stored: for measurements, where a log in memory would be the cost.

import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EnrollmentTesting
import EventLog

/// Users, terms, then enrollments.
///
/// Either three events a row, by three commands: application, approval, cancellation; or, where terms take who comes
/// first, two by one.
struct SyntheticLog: EventSource, EventFeed {
    var admission = Admission.approval
    let users: Int64
    let terms: Int64
    let enrollments: Int64
    let identity = LogIdentity(storeID: "5af3", epoch: 1)

    private var prelude: Int64 { users + 2 + terms }
    private var eventsPerRow: Int64 { admission == .firstCome ? 2 : 3 }
    var durablePosition: Position { Position(prelude + eventsPerRow * enrollments) }
    func lastPosition() -> Position { durablePosition }

    func forEach(from first: Position, through last: Position, _ body: (RecordedEvent) throws -> Bool) throws {
        for position in stride(from: first.rawValue, through: min(last, durablePosition).rawValue, by: 1) {
            guard try body(event(at: position)) else { return }
        }
    }

    func nextEvents(after position: Position, limit: Int) async throws -> [RecordedEvent] {
        let end = min(durablePosition.rawValue, position.rawValue + Int64(limit))
        return position.rawValue >= end ? [] : (position.rawValue + 1...end).map(event(at:))
    }

    private func event(at position: Int64) -> RecordedEvent {
        let event = content(at: position)
        return RecordedEvent(
            position: Position(position), stream: event.stream, version: 1,
            time: EventTime(recordedAt: Timestamp.day(0).advanced(microseconds: position)), actor: .system,
            commandID: CommandID(high: 0, low: UInt64(position)),
            isBatchStart: position <= prelude || admission != .firstCome || (position - prelude) % 2 == 1,
            event: event)
    }

    private func content(at position: Int64) -> Event {
        if position <= users {
            return .userRegistered(
                UserID(position), email: "student\(position)@example.org", name: "Student \(position)",
                role: .student, sourceID: "\(position &* 7919)")
        }
        if position == users + 1 {
            return .courseCreated(1, title: "Course", description: "", category: "", instructor: nil, sourceID: nil)
        }
        if position == users + 2 { return .coursePublished(1) }
        if position <= prelude {
            let term = position - users - 2
            return .termScheduled(
                TermID(term), course: 1, termNumber: Int(term), dates: .days(100, 200), capacity: Int(Int32.max),
                admission: admission, sourceID: nil)
        }
        if admission == .firstCome {
            let (number, place) = (position - prelude - 1).quotientAndRemainder(dividingBy: 2)
            let (user, term) = (UserID(number % users + 1), TermID(number / users % terms + 1))
            return place == 0
                ? .enrollmentApplied(EnrollmentID(number + 1), user: user, term: term, direct: false)
                : .enrollmentApproved(EnrollmentID(number + 1), term: term, overbooked: false, reason: nil)
        }
        // Everybody applies to the terms in turn, some thousands of applications before the first decision.
        let (step, place) = (position - prelude - 1).quotientAndRemainder(dividingBy: 3 * 4_096)
        let width = min(4_096, enrollments - step * 4_096)
        let id = EnrollmentID(step * 4_096 + place % width + 1)
        let number = id.rawValue - 1
        let term = TermID(number / users % terms + 1)
        switch place / width {
        case 0: return .enrollmentApplied(id, user: UserID(number % users + 1), term: term, direct: false)
        case 1: return .enrollmentApproved(id, term: term, overbooked: false, reason: nil)
        default:
            return .enrollmentCancelled(id, term: term, previous: .approved, cause: .bySelf, reason: nil)
        }
    }
}
