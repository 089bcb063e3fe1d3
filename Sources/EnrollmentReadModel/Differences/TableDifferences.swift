// What changed in the tables between two positions: one fold of the log, which keeps what rows were before.

public import EnrollmentEngine
public import EventLog
internal import Enrollment

extension EventHistory {
    /// Finds the rows of the public tables that differ between two moments.
    ///
    /// Rows come table by table in the order of their keys: users, courses, terms, enrollments, refusals. Where the
    /// second moment is the earlier one, rows that were added meanwhile are removed. Blocking, so not for the
    /// cooperative pool.
    ///
    /// - Parameters:
    ///   - first: the moment to compare with, a position or a time.
    ///   - second: the moment that is compared with it.
    ///   - progress: called now and then with the position that was reached; the log is read once for each moment that
    ///     is a time, once for the rows, and once more between the two moments for refusals.
    ///   - found: called with each row that differs.
    /// - Throws: ``ReadModelError`` with `invalidArgument` where the log does not reach that far and `poisonEvent`
    ///   where it tells an impossible story; `EngineError` where it cannot be read; whatever a closure throws.
    /// - Complexity: O(*n*) in the events; memory for the final rows, and for what those that changed were before.
    public func tableDifferences(
        from first: TableMoment, to second: TableMoment, progress: (Position) throws -> Void = { _ in },
        found: (RowDifference) throws -> Void
    ) throws -> DifferenceReport {
        try TableDifferences.find(in: self, from: first, to: second, progress: progress, found: found)
    }
}

package enum TableDifferences {
    package static func find(
        in source: any EventSource, from first: TableMoment, to second: TableMoment,
        progress: (Position) throws -> Void = { _ in }, found: (RowDifference) throws -> Void
    ) throws -> DifferenceReport {
        func tell(_ position: Position) throws {
            if position.rawValue % 4096 == 0 { try progress(position) }
        }
        let from = try position(of: first, in: source, tell)
        let to = try position(of: second, in: source, tell)
        let (low, high) = (min(from, to), max(from, to))
        var fold = TableFold()
        var earlier = EarlierRows()
        try source.forEach(from: 1, through: high) { event in
            if event.position > low { earlier.keep(what: event.event, changesIn: fold) }
            _ = try fold.apply(event)
            try tell(event.position)
            if event.position == low { earlier.begin(after: fold) }
            return true
        }
        var comparison = RowComparer(report: DifferenceReport(from: from, to: to))
        try comparison.compare(earlier.users, fold.users, from: earlier.userCount, found)
        try comparison.compare(earlier.courses, fold.courses, from: earlier.courseCount, found)
        try comparison.compare(earlier.terms, fold.terms, from: earlier.termCount, found)
        try comparison.compare(earlier.enrollments, fold.enrollments, from: earlier.enrollmentCount, found)
        // Refusals only ever come; read again instead of kept, since there may be many.
        try source.forEach(from: Position(low.rawValue + 1), through: high) { event in
            if case .commandRefused(let refusal) = event.event {
                try comparison.add(
                    FoldedRefusal(refusal, Moment(event)), id: event.position.rawValue, found)
            }
            try tell(event.position)
            return true
        }
        return comparison.report
    }

    private static func position(
        of moment: TableMoment, in source: any EventSource, _ tell: (Position) throws -> Void
    ) throws -> Position {
        let last = try source.lastPosition()
        switch moment {
        case .position(let position):
            guard position >= .zero, position <= last else {
                throw ReadModelError(
                    .invalidArgument, "There is no position \(position): the log ends at \(last).", position: position)
            }
            return position
        case .time(let time):
            var position = Position.zero
            try source.forEach(from: 1, through: last) { event in
                guard event.time.recordedAt <= time else { return false }
                position = event.position
                try tell(position)
                return true
            }
            return position
        }
    }
}

/// What rows were at the lower position, of those that changed since.
private struct EarlierRows {
    var users: [Int: FoldedUser] = [:]
    var courses: [Int: FoldedCourse] = [:]
    var terms: [Int: FoldedTerm] = [:]
    var enrollments: [Int: FoldedEnrollment] = [:]
    private(set) var userCount = 0
    private(set) var courseCount = 0
    private(set) var termCount = 0
    private(set) var enrollmentCount = 0

    /// Rows behind these are new.
    mutating func begin(after fold: TableFold) {
        userCount = fold.users.count
        courseCount = fold.courses.count
        termCount = fold.terms.count
        enrollmentCount = fold.enrollments.count
    }

    /// Keeps the rows that an event will change, unless they are kept already or are new.
    mutating func keep(what event: Event, changesIn fold: TableFold) {
        switch event.stream {
        case .user(let id): keep(id.rawValue, userCount, fold.users, in: \.users)
        case .course(let id):
            keep(id.rawValue, courseCount, fold.courses, in: \.courses)
            // The first publication opens the windows of all terms.
            guard case .coursePublished = event, id.rawValue >= 1, id.rawValue <= Int64(fold.courses.count) else {
                return
            }
            for term in fold.courses[Int(id.rawValue) - 1].terms {
                keep(Int64(term) + 1, termCount, fold.terms, in: \.terms)
            }
        case .term(let id):
            keep(id.rawValue, termCount, fold.terms, in: \.terms)
            switch event {
            case .enrollmentApproved(let enrollment, _, _, _), .enrollmentRejected(let enrollment, _, _, _),
                .enrollmentCancelled(let enrollment, _, _, _, _):
                keep(enrollment.rawValue, enrollmentCount, fold.enrollments, in: \.enrollments)
            default: break
            }
        case .refusals, .attestations: break
        }
    }

    private mutating func keep<Row>(
        _ id: Int64, _ count: Int, _ rows: [Row], in kept: WritableKeyPath<EarlierRows, [Int: Row]>
    ) {
        guard id >= 1, id <= Int64(count) else { return }
        let place = Int(id) - 1
        if self[keyPath: kept][place] == nil { self[keyPath: kept][place] = rows[place] }
    }
}

/// Compares rows with what they were, and counts.
private struct RowComparer {
    typealias Found = (RowDifference) throws -> Void

    private(set) var report: DifferenceReport
    private let isReversed: Bool

    init(report: DifferenceReport) {
        self.report = report
        isReversed = report.from > report.to
    }

    /// The rows that changed, then those from a place on, which are new.
    mutating func compare<Row: FoldedRow>(
        _ earlier: [Int: Row], _ rows: [Row], from first: Int, _ found: Found
    ) throws {
        for place in earlier.keys.sorted() {
            guard let before = earlier[place] else { continue }
            try change(before, rows[place], id: Int64(place) + 1, found)
        }
        for place in first..<max(first, rows.count) { try add(rows[place], id: Int64(place) + 1, found) }
    }

    mutating func add(_ row: some FoldedRow, id: Int64, _ found: Found) throws {
        let values = try RowValues(row, id: id).values
        let columns = zip(type(of: row).table.columns, values).map { name, value in
            RowDifference.Column(name: name, before: isReversed ? value : nil, after: isReversed ? nil : value)
        }
        if isReversed { report.removed += 1 } else { report.added += 1 }
        try tell(row, id, isReversed ? .removed : .added, columns, found)
    }

    private mutating func change(
        _ before: some FoldedRow, _ after: some FoldedRow, id: Int64, _ found: Found
    ) throws {
        let (old, new) = (try RowValues(before, id: id).values, try RowValues(after, id: id).values)
        let names = type(of: after).table.columns
        let columns = names.indices.filter { old[$0] != new[$0] }.map { index in
            RowDifference.Column(
                name: names[index], before: isReversed ? new[index] : old[index],
                after: isReversed ? old[index] : new[index])
        }
        guard !columns.isEmpty else { return }
        report.changed += 1
        try tell(after, id, .changed, columns, found)
    }

    private func tell(
        _ row: some FoldedRow, _ id: Int64, _ change: RowDifference.Change, _ columns: [RowDifference.Column],
        _ found: Found
    ) throws {
        try found(
            RowDifference(
                table: type(of: row).table.rawValue, id: id, change: change, position: Position(row.touchedAt),
                columns: columns))
    }
}
