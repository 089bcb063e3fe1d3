// What the log says about a race: the batches of its commands, in order, as plain values.

public import EnrollmentEngine
internal import Enrollment
internal import EventLog

/// The log of a race.
public struct RaceLog: Sendable {
    enum Content: Hashable, Sendable {
        case scheduled(capacity: Int)
        case applied(user: Int64, enrollment: Int64)
        case approved(enrollment: Int64)
        case cancelled(enrollment: Int64)
        case capacity(to: Int)
        case refused(user: Int64, RejectionCode, taken: Int, capacity: Int)
        /// Something that no race asks for.
        case other
    }

    struct Entry: Hashable, Sendable {
        var position: Int64
        var command: CommandID
        /// 0 where the event is about no term.
        var term: Int32
        /// The version of the term's stream; 0 for refusals, which are a stream of their own.
        var version: Int64
        /// When it was recorded, in microseconds since 1970.
        var time: Int64
        var isBatchStart: Bool
        var content: Content
    }

    /// Events about terms, in order; users and courses come before the race.
    var entries: [Entry] = []
    var lastPosition: Int64 = 0

    init() {}

    /// Reads the log of a store.
    ///
    /// - Throws: `damaged` or `io`.
    public init(_ history: EventHistory) throws(EngineError) {
        var cursor = try history.cursor()
        while let recorded = try cursor.next() {
            lastPosition = recorded.position.rawValue
            append(recorded)
        }
    }

    private mutating func append(_ recorded: RecordedEvent) {
        var entry = Entry(
            position: recorded.position.rawValue, command: recorded.commandID, term: 0,
            version: recorded.version.rawValue, time: recorded.time.recordedAt.rawValue,
            isBatchStart: recorded.isBatchStart, content: .other)
        func place(_ term: TermID, _ content: Content) {
            entry.term = Int32(clamping: term.rawValue)
            entry.content = content
        }
        switch recorded.event {
        case .userRegistered, .courseCreated, .coursePublished: return
        case .termScheduled(let term, _, _, _, let capacity, _, _): place(term, .scheduled(capacity: capacity))
        case .enrollmentApplied(let id, let user, let term, direct: false):
            place(term, .applied(user: user.rawValue, enrollment: id.rawValue))
        case .enrollmentApproved(let id, let term, overbooked: false, _):
            place(term, .approved(enrollment: id.rawValue))
        case .enrollmentCancelled(let id, let term, _, _, _): place(term, .cancelled(enrollment: id.rawValue))
        case .termCapacityChanged(let term, _, let to, _, _): place(term, .capacity(to: to))
        case .commandRefused(let refusal):
            entry.version = 0
            place(
                refusal.term,
                .refused(
                    user: refusal.user.rawValue, refusal.rejection.code, taken: refusal.taken,
                    capacity: refusal.capacity))
        default: break
        }
        entries.append(entry)
    }
}
