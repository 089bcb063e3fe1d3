// Checker A, O(n): replays the log through a naive model and compares every answer with it, at its position.

internal import Enrollment
internal import EventLog

/// Compares a history with the log, position by position.
///
/// It finds what was answered and is not stored, what is stored and was never asked for, seats sold twice, answers that
/// the rules do not give at the position that they name, and answers that are older than what was known before.
public struct PositionCheck: Sendable {
    /// Slot n is the operation whose command's id ends with n; nil where nothing was asked.
    private var operations: [Operation?]
    private let commandHigh: UInt64
    private let log: RaceLog
    private var terms: [NaiveTerm]
    private var report = CheckReport()
    /// Where each operation is in the log; 0 where it is not.
    private var storedAt: [Int64]
    /// Answers that are no events, in the order in which the log passes them.
    private var resting: [Int] = []
    private var nextResting = 0
    /// Readings of each term by version, the last to be compared first.
    private var readings: [[Int]] = []
    /// The position of the last event that a reading saw, by its place in the history.
    private var seenPositions: [Int: Int64] = [:]
    /// The most seats that were taken beyond a capacity, at any prefix of the log.
    public private(set) var oversold = 0
    /// Unanswered operations that the log has.
    public private(set) var storedUnknown = 0

    /// Checks the operations of a history against the log that they made.
    ///
    /// `commandHigh` is the first half of every command's id; the second is the operation's place in the history.
    public init(_ operations: [Operation?], commandHigh: UInt64, log: RaceLog) {
        self.operations = operations
        self.commandHigh = commandHigh
        self.log = log
        let terms = max(
            log.entries.map(\.term).max() ?? 0, operations.reduce(0) { max($0, $1?.term ?? 0) })
        self.terms = Array(repeating: NaiveTerm(), count: Int(terms) + 1)
        storedAt = Array(repeating: 0, count: operations.count)
    }

    /// Runs the check.
    ///
    /// - Complexity: O(*n* log *n*) for sorting, else O(*n*).
    public mutating func run() -> CheckReport {
        let start = monotonicNanoseconds()
        sortAnswersThatAreNoEvents()
        var index = 0
        while index < log.entries.count {
            var end = index + 1
            while end < log.entries.count && !log.entries[end].isBatchStart { end += 1 }
            takeBatch(log.entries[index..<end])
            index = end
        }
        compareResting(before: .max)
        for term in terms.indices { compareReadings(of: term, before: nil) }
        findLost()
        sweep()
        report.seconds = Double(monotonicNanoseconds() - start) / 1e9
        return report
    }

    /// The order of the operations in the log, as hints for another checker.
    public func hints() -> [Int64] {
        operations.indices.map { slot in
            if storedAt[slot] > 0 { return storedAt[slot] * 2 }
            guard let operation = operations[slot], operation.outcome != .unknown, operation.kind != .read else {
                return .max
            }
            // After the event that it was decided after.
            return operation.position * 2 + 1
        }
    }

    /// The terms as the whole log makes them; index 0 is nobody's.
    public func seats() -> [(taken: Int, capacity: Int)] { terms.dropFirst().map { ($0.taken, $0.capacity) } }

    /// Who has or holds a seat in a term, with the number of the enrollment.
    public func holders(ofTerm term: Int) -> [Int64: Int64] { terms[term].live.mapValues(\.enrollment) }

    private mutating func sortAnswersThatAreNoEvents() {
        readings = Array(repeating: [], count: terms.count)
        for (slot, operation) in operations.enumerated() {
            guard let operation, operation.outcome != .unknown else { continue }
            if operation.kind == .read {
                readings[Int(operation.term)].append(slot)
            } else if !operation.isRecorded {
                resting.append(slot)
            }
        }
        let all = operations
        resting.sort { (all[$0]?.position ?? 0) < (all[$1]?.position ?? 0) }
        for term in readings.indices { readings[term].sort { (all[$0]?.version ?? 0) > (all[$1]?.version ?? 0) } }
    }

    // The log, batch by batch.

    private mutating func takeBatch(_ batch: ArraySlice<RaceLog.Entry>) {
        guard let first = batch.first, let last = batch.last else { return }
        compareResting(before: first.position)
        let term = Int(first.term)
        if first.version > 0 { compareReadings(of: term, before: first.position) }
        compareWithAsker(batch)
        for entry in batch {
            if !terms[term].fold(entry.content) {
                report.add(
                    .duplicate, "position \(entry.position) cannot follow on what was before it: \(entry.content)")
            }
            guard entry.version > 0 else { continue }
            terms[term].version = entry.version
            terms[term].lastPosition = entry.position
        }
        if terms[term].isOversold {
            oversold = max(oversold, terms[term].taken - terms[term].capacity)
            report.add(
                .oversold,
                "term \(term) has \(terms[term].taken) of \(terms[term].capacity) seats taken at \(last.position)")
        }
    }

    private mutating func compareWithAsker(_ batch: ArraySlice<RaceLog.Entry>) {
        guard let first = batch.first, let last = batch.last else { return }
        if case .scheduled = first.content { return }
        let slot = Int(exactly: first.command.low) ?? -1
        guard first.command.high == commandHigh, operations.indices.contains(slot), let asked = operations[slot]
        else { return report.add(.unasked, "position \(first.position): \(first.content)") }
        if storedAt[slot] > 0 { report.add(.duplicate, "\(asked) is stored again at position \(first.position)") }
        storedAt[slot] = last.position
        if !fits(asked, batch) || asked.term != first.term {
            report.add(.wrongAnswer, "position \(first.position) has \(first.content) for \(asked)")
        }
        if !followsRules(first, asked) {
            report.add(.wrongAnswer, "the rules do not give \(first.content) at position \(first.position)")
        }
        if asked.outcome == .unknown {
            storedUnknown += 1
        } else if asked.position != last.position || !asked.isRecorded {
            report.add(.wrongAnswer, "\(asked), but it is stored at position \(last.position)")
        }
    }

    /// Whether a batch is what was asked for, and as it was answered.
    private func fits(_ asked: Operation, _ batch: ArraySlice<RaceLog.Entry>) -> Bool {
        guard let first = batch.first else { return false }
        let isRefused = asked.outcome == .refused
        switch first.content {
        case .applied(let user, let enrollment):
            return asked.kind == .apply && user == Int64(asked.user) && !isRefused
                && (asked.outcome == .unknown || asked.enrollment == enrollment)
        case .approved(let enrollment): return asked.kind == .approve && asked.enrollment == enrollment && !isRefused
        case .cancelled(let enrollment): return asked.kind == .cancel && asked.enrollment == enrollment && !isRefused
        case .capacity(let capacity):
            return asked.kind == .changeCapacity && capacity == Int(asked.capacity) && !isRefused
        case .refused(let user, let code, let taken, let capacity):
            guard user == Int64(asked.user), asked.outcome != .accepted else { return false }
            guard asked.outcome == .refused else { return true }
            let isFull = code != .termFull || (Int(asked.taken) == taken && Int(asked.capacity) == capacity)
            return asked.code == code && isFull
        case .scheduled, .other: return false
        }
    }

    /// Whether the rules allow, or demand, an event in the state before it.
    private func followsRules(_ entry: RaceLog.Entry, _ asked: Operation) -> Bool {
        let term = terms[Int(entry.term)]
        switch entry.content {
        case .applied(let user, _): return term.refusal(ofApplicationBy: user) == nil
        case .approved(let enrollment): return term.isPending(enrollment)
        case .cancelled(let enrollment): return term.isLive(enrollment)
        case .capacity(let capacity): return capacity >= term.taken
        case .refused(let user, let code, let taken, let capacity):
            guard taken == term.taken, capacity == term.capacity else { return false }
            switch asked.kind {
            case .apply: return term.refusal(ofApplicationBy: user) == code
            case .approve: return code == .invalidEnrollmentTransition && !term.isPending(asked.enrollment)
            case .cancel: return code == .invalidEnrollmentTransition && !term.isLive(asked.enrollment)
            case .changeCapacity, .read: return false
            }
        case .scheduled, .other: return true
        }
    }

    // Answers that are no events.

    /// Compares the answers that were decided after what the model has, and before `position`.
    private mutating func compareResting(before position: Int64) {
        while nextResting < resting.count, let operation = operations[resting[nextResting]],
            operation.position < position
        {
            nextResting += 1
            if !isRight(operation) { report.add(.wrongAnswer, "\(operation)") }
        }
    }

    private func isRight(_ operation: Operation) -> Bool {
        let term = terms[Int(operation.term)]
        guard operation.outcome == .refused else {
            // The one thing that may be accepted without an event: a capacity that is as it was.
            return operation.kind == .changeCapacity && Int(operation.capacity) == term.capacity
        }
        switch (operation.kind, operation.code) {
        case (.apply, .termFull):
            return term.refusal(ofApplicationBy: Int64(operation.user)) == .termFull
                && Int(operation.taken) == term.taken && Int(operation.capacity) == term.capacity
        case (.apply, .alreadyEnrolled):
            return term.refusal(ofApplicationBy: Int64(operation.user)) == .alreadyEnrolled
        case (.cancel, .invalidEnrollmentTransition): return !term.isLive(operation.enrollment)
        case (.approve, .invalidEnrollmentTransition): return !term.isPending(operation.enrollment)
        case (.changeCapacity, .capacityBelowEnrolled):
            return Int(operation.taken) == term.taken && Int(operation.capacity) < term.taken
        default: return false
        }
    }

    /// Compares the readings that saw the term as the model has it, before its next event at `position`.
    private mutating func compareReadings(of term: Int, before position: Int64?) {
        while let slot = readings[term].last, let operation = operations[slot],
            position == nil || operation.version <= terms[term].version
        {
            readings[term].removeLast()
            let now = terms[term]
            let isRight =
                operation.outcome == .accepted && operation.version == now.version && Int(operation.taken) == now.taken
                && Int(operation.capacity) == now.capacity
            if !isRight { report.add(.wrongAnswer, "\(operation)") }
            // It holds until the next event of the term.
            operations[slot]?.position = position.map { $0 - 1 } ?? .max
            seenPositions[slot] = now.lastPosition
        }
    }

    private mutating func findLost() {
        for (slot, operation) in operations.enumerated() {
            guard let operation, operation.outcome != .unknown, operation.isRecorded, storedAt[slot] == 0 else {
                continue
            }
            report.add(.lost, "\(operation)")
        }
    }

    /// Whoever asks after someone else was told gets an answer that is no older.
    private mutating func sweep() {
        // What an answer proves to whoever hears it, and what it may rest on.
        var answered: [(operation: Operation, proves: Int64)] = []
        for (slot, operation) in operations.enumerated() {
            guard let operation, operation.outcome != .unknown else { continue }
            answered.append((operation, seenPositions[slot] ?? operation.position))
        }
        let byEnd = answered.map { (end: $0.operation.end, proves: $0.proves) }.sorted { $0.end < $1.end }
        answered.sort { $0.operation.start < $1.operation.start }
        var next = 0
        var known: Int64 = 0
        for (operation, _) in answered {
            while next < byEnd.count && byEnd[next].end < operation.start {
                known = max(known, byEnd[next].proves)
                next += 1
            }
            if operation.position < known {
                report.add(.stale, "\(operation), asked after position \(known) was known")
            }
        }
    }
}
