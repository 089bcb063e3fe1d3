// The report as tables.

internal import Enrollment
internal import EventLog

extension AuditReport {
    /// Everything in the report as rows: terms, allocations, overrides, capacity changes, times over capacity, refusals
    /// by code, back-dated entries.
    ///
    /// Times are UTC, waits whole seconds. Rows are made when they are asked for.
    public var tables: [ReportTable] {
        [
            termsTable, allocationsTable, overridesTable, capacityChangesTable, overCapacityTable, refusalsTable,
            backDatedTable,
        ]
    }

    private var termsTable: ReportTable {
        ReportTable(
            "terms", "Terms",
            "term# source_id course# course_title term_number# admission status capacity# enrolled# held# "
                + "applications# approved# rejected# cancelled# pending# refused# overrides# capacity_changes# "
                + "times_over_capacity# median_wait_seconds#",
            count: terms.count
        ) { [terms] index in
            let report = terms[index]
            let term = report.term
            func count(_ status: EnrollmentStatus) -> ReportCell {
                ReportCell(report.allocations.count { $0.status == status })
            }
            return [
                ReportCell(term.id), ReportCell(term.sourceID), ReportCell(term.course), .text(report.courseTitle),
                ReportCell(term.termNumber), .text(term.admission.name), .text(term.status.name),
                ReportCell(term.capacity), ReportCell(term.enrolledCount), ReportCell(term.heldCount),
                ReportCell(report.applications.count), count(.approved), count(.rejected), count(.cancelled),
                count(.pending), ReportCell(report.refusals.values.reduce(0, +)), ReportCell(report.overrides.count),
                ReportCell(report.capacityChanges.count), ReportCell(report.overCapacity.count),
                report.medianWaitSeconds.map { .number($0) } ?? .none,
            ]
        }
    }

    private var allocationsTable: ReportTable {
        // The row at which each term begins, instead of a place for each row.
        var count = 0
        let starts = terms.map { report in
            defer { count += report.allocations.count }
            return count
        }
        return ReportTable(
            "allocations", "Allocation order",
            "term# order# enrollment# user# user_source_id applied_position# applied_at seat# decision "
                + "decided_position# decided_at decided_by wait_seconds# direct overbooked status ended_position# "
                + "ended_at reason",
            count: count
        ) { [terms, userSourceIDs] index in
            // Of terms without allocations, which begin at the same row, the last is not they.
            let term = starts.partitioningIndex { $0 > index } - 1
            let (report, place) = (terms[term], index - starts[term])
            let row = report.allocations[place]
            return [
                ReportCell(report.term.id), ReportCell(place + 1), ReportCell(row.enrollment), ReportCell(row.user),
                ReportCell(userSourceIDs[row.user]), .number(row.applied.position.rawValue),
                ReportCell(row.applied.time.effectiveTime), row.seat.map { ReportCell($0) } ?? .none,
                ReportCell(row.decision?.name), row.decided.map { .number($0.position.rawValue) } ?? .none,
                ReportCell(row.decided?.time.effectiveTime), ReportCell(row.decided?.actor.description),
                row.waitedMicroseconds.map { .number($0 / 1_000_000) } ?? .none, .flag(row.isDirect),
                .flag(row.isOverbooked), .text(row.status.name),
                row.ended.map { .number($0.position.rawValue) } ?? .none, ReportCell(row.ended?.time.effectiveTime),
                ReportCell(row.reason),
            ]
        }
    }

    private var overridesTable: ReportTable {
        let rows = terms.flatMap { report in report.overrides.map { (report.term.id, $0) } }
        return ReportTable(
            "overrides", "Overrides and direct enrollments",
            "term# position# recorded_at effective_at actor enrollment# user# direct overbooked capacity# taken# "
                + "reason", count: rows.count
        ) { index in
            let (term, row) = rows[index]
            return [ReportCell(term)] + row.moment.cells + [
                ReportCell(row.enrollment), ReportCell(row.user), .flag(row.isDirect), .flag(row.isOverbooked),
                ReportCell(row.capacity), ReportCell(row.taken), ReportCell(row.reason),
            ]
        }
    }

    private var capacityChangesTable: ReportTable {
        let rows = terms.flatMap { report in report.capacityChanges.map { (report.term.id, $0) } }
        return ReportTable(
            "capacity-changes", "Capacity changes",
            "term# position# recorded_at effective_at actor from# to# taken# below_taken reason", count: rows.count
        ) { index in
            let (term, row) = rows[index]
            return [ReportCell(term)] + row.moment.cells + [
                ReportCell(row.from), ReportCell(row.to), ReportCell(row.taken), .flag(row.isBelowTaken),
                ReportCell(row.reason),
            ]
        }
    }

    private var overCapacityTable: ReportTable {
        let rows = terms.flatMap { report in report.overCapacity.map { (report.term.id, $0) } }
        return ReportTable(
            "over-capacity", "Times over capacity",
            "term# position# recorded_at effective_at actor cause most_above# end_position# end_recorded_at "
                + "end_effective_at", count: rows.count
        ) { index in
            let (term, row) = rows[index]
            return [ReportCell(term)] + row.start.cells + [
                .text(row.cause.name), ReportCell(row.most),
                row.end.map { .number($0.position.rawValue) } ?? .none, ReportCell(row.end?.time.recordedAt),
                ReportCell(row.end?.time.effectiveAt),
            ]
        }
    }

    private var refusalsTable: ReportTable {
        let rows = terms.flatMap { report in
            report.refusals.sorted { $0.key.rawValue < $1.key.rawValue }.map { (report.term.id, $0.key, $0.value) }
        }
        return ReportTable("refusals", "Refusals", "term# code count#", count: rows.count) { index in
            let (term, code, count) = rows[index]
            return [ReportCell(term), .text(code.name), ReportCell(count)]
        }
    }

    private var backDatedTable: ReportTable {
        ReportTable(
            "back-dated", "Back-dated entries",
            "term# position# recorded_at effective_at actor type enrollment# days_late#", count: backDated.count
        ) { [backDated] index in
            let row = backDated[index]
            let time = row.moment.time
            return [row.term.map { ReportCell($0) } ?? .none] + row.moment.cells + [
                .text(row.type.name), row.enrollment.map { ReportCell($0) } ?? .none,
                .number((time.recordedAt.rawValue - time.effectiveTime.rawValue) / 86_400_000_000),
            ]
        }
    }
}

extension AuditMoment {
    /// Position, both times, and the actor.
    fileprivate var cells: [ReportCell] {
        [
            .number(position.rawValue), ReportCell(time.recordedAt), ReportCell(time.effectiveAt),
            .text(actor.description),
        ]
    }
}

extension TermReport {
    /// The wait that half of the decided applications did not exceed, in whole seconds; nil where none was decided.
    ///
    /// Who was enrolled directly did not wait.
    public var medianWaitSeconds: Int64? {
        let waits = allocations.filter { !$0.isDirect }.compactMap(\.waitedMicroseconds).sorted()
        return waits.isEmpty ? nil : waits[(waits.count - 1) / 2] / 1_000_000
    }
}

extension [Int] {
    /// The first place whose value fulfils what all values behind it fulfil too.
    fileprivate func partitioningIndex(where isBehind: (Int) -> Bool) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
