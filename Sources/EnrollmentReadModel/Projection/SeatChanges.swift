// What a transaction has done to the seats of terms, before it is written.
//
// Every event about an enrollment changes the counts of its term, and most of a busy hour's events are about a few
// terms. Written at once, each would be a second row to find and change; summed up, a transaction changes each term
// once. Nobody sees the difference: readers see whole transactions.

internal import Enrollment

/// The changes of counts by term.
struct SeatChanges {
    struct Change {
        var enrolled: Int64 = 0
        var held: Int64 = 0
        /// Of the last event that changed a count: what `updated_at` becomes, and what is named where it cannot be.
        var recordedAt: Int64
        var position: Int64
        var type: EventType
    }

    private var changes: [Int64: Change] = [:]
    /// Whether pending applications hold a seat, by term, as far as it was looked up.
    private var holdsSeats: [Int64: Bool] = [:]

    mutating func add(_ term: TermID, enrolled: Int64, held: Int64, _ type: EventType, _ moment: Moment) {
        var change =
            changes[term.rawValue]
            ?? Change(recordedAt: moment.recordedAt, position: moment.position, type: type)
        change.enrolled += enrolled
        change.held += held
        change.recordedAt = moment.recordedAt
        change.position = moment.position
        change.type = type
        changes[term.rawValue] = change
    }

    /// Whether a pending application holds a seat in the term; looked up once until an event changes terms.
    mutating func holds(_ term: TermID, lookUp: () throws -> Bool) rethrows -> Bool {
        if let known = holdsSeats[term.rawValue] { return known }
        let holds = try lookUp()
        holdsSeats[term.rawValue] = holds
        return holds
    }

    /// Gives the changes to be written, in the order of the terms, and forgets everything.
    mutating func take() -> [(term: Int64, change: Change)] {
        if changes.isEmpty && holdsSeats.isEmpty { return [] }
        defer { self = SeatChanges() }
        return changes.sorted { $0.key < $1.key }.map { (term: $0.key, change: $0.value) }
    }
}
