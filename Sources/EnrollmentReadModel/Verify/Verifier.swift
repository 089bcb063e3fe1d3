// The check of the read tables: SQLite's own, the invariants, and every row against the log.

public import EnrollmentEngine
internal import EventLog
internal import GRDB

extension ReadModel {
    /// Checks the read tables of a store: the file, the invariants, and every row against a fresh fold of the log
    /// through the tables' own checkpoint.
    ///
    /// Reads one snapshot of the tables while the projection may go on writing. Invariants, by number: 1 enrolled
    /// counts, 2 held counts, 3 seats within capacity but for overrides and cuts, 4 one live enrollment per user and
    /// term, 5 no count below 0, 6 `processed_at` unless PENDING, 7 no live enrollment in a cancelled term and no
    /// pending one in a completed term, 8 archived courses have only final terms, 9 e-mail addresses unique and
    /// normalised, 10 term numbers unique, dates in order, capacity positive, 11 every reference exists. That only
    /// allowed transitions occur is checked by the fold. Names and addresses of a store that seals are compared only
    /// where the history has its vault.
    ///
    /// - Throws: where it could not check: `notFound`, `foreign`, `otherEpoch`, `aheadOfLog`, `newerSchema`,
    ///   `olderSchema`, `damaged`, `log`, and `poisonEvent` where the log itself tells an impossible story.
    /// - Complexity: O(*n*) in events and rows; memory for the final rows.
    public static func verify(
        _ history: EventHistory, at layout: StoreLayout, progress: (@Sendable (RebuildProgress) throws -> Void)? = nil
    ) async throws(ReadModelError) -> VerificationReport {
        try await offThePool { () throws(ReadModelError) in
            try Verifier.run(history, path: layout.readTablesPath, progress: progress)
        }
    }
}

/// The blocking work behind ``ReadModel/verify(_:at:progress:)``.
package enum Verifier {
    package static func run(
        _ source: any EventSource, path: String, progress: (@Sendable (RebuildProgress) throws -> Void)? = nil
    ) throws(ReadModelError) -> VerificationReport {
        let start = ContinuousClock.now
        let tables = try ReadTables.open(path: path)
        return try translating("checking the read tables", path: path) {
            // One transaction: everything that is compared is of the same moment.
            try tables.reader.read { database in
                let checkpoint = try Connection.checkpoint(database, path: path)
                try Connection.check(checkpoint, is: source.identity, path: path)
                try Connection.check(checkpoint, within: try source.lastPosition(), path: path)
                var findings = Findings()
                try checkFile(database, &findings)
                let (fold, rows) = try compare(source, checkpoint.position, database, &findings, progress)
                try checkInvariants(database, fold, &findings)
                try findings.nameEvents(source)
                return VerificationReport(
                    checkpoint: checkpoint, findings: findings.kept, findingCount: findings.count,
                    rowsCompared: rows, seconds: start.secondsSince)
            }
        }
    }

    /// SQLite's view of the file, and whether every table, index and view is as this version makes it.
    private static func checkFile(_ database: Database, _ findings: inout Findings) throws {
        for message in try String.fetchAll(database, sql: "PRAGMA integrity_check") where message != "ok" {
            findings.addIntegrity(message)
        }
        let sql = "SELECT type || ' ' || name, sql FROM sqlite_schema WHERE sql IS NOT NULL"
        let live = try [String: String](uniqueKeysWithValues: Row.fetchAll(database, sql: sql).map { ($0[0], $0[1]) })
        let expected = try DatabaseQueue().write { fresh in
            for sql in Schema.tables + Schema.indexes + Schema.views { try fresh.execute(sql: sql) }
            return try [String: String](uniqueKeysWithValues: Row.fetchAll(fresh, sql: sql).map { ($0[0], $0[1]) })
        }
        for name in Set(live.keys).union(expected.keys).sorted() where live[name] != expected[name] {
            let what = live[name] == nil ? "is missing" : expected[name] == nil ? "does not belong here" : "was altered"
            findings.addIntegrity("the \(name) \(what)")
        }
    }

    private static func compare(
        _ source: any EventSource, _ position: Position, _ database: Database, _ findings: inout Findings,
        _ progress: (@Sendable (RebuildProgress) throws -> Void)?
    ) throws -> (fold: TableFold, rows: Int64) {
        var fold = TableFold()
        var refusals = try TableComparison(database, .refusals)
        try source.forEach(from: 1, through: position) { recorded in
            if let refusal = try fold.apply(recorded) {
                try refusals.compare(refusal, id: refusal.touchedAt, &findings)
            }
            if recorded.position.rawValue % 65_536 == 0 {
                try progress?(RebuildProgress(phase: .folding, position: recorded.position, through: position))
            }
            return true
        }
        guard fold.position == position else {
            throw ReadModelError(.log, "The log gave events through \(fold.position) only, not through \(position).")
        }
        try refusals.finish(&findings)
        var rows = refusals.rows
        rows += try compare(fold.users, database, &findings, leavingOut: source.isLocked ? ["email", "name"] : [])
        rows += try compare(fold.courses, database, &findings)
        rows += try compare(fold.terms, database, &findings)
        rows += try compare(fold.enrollments, database, &findings)
        rows += try compare(fold.terms.map(\.windowBasis), database, &findings)
        var publications = try TableComparison(database, .publications)
        for (place, course) in fold.courses.enumerated() {
            guard let row = course.publication else { continue }
            try publications.compare(row, id: Int64(place) + 1, &findings)
        }
        try publications.finish(&findings)
        return (fold, rows + publications.rows)
    }

    private static func compare<Row: FoldedRow>(
        _ rows: [Row], _ database: Database, _ findings: inout Findings, leavingOut unknown: Set<String> = []
    ) throws -> Int64 {
        var comparison = try TableComparison(database, Row.table, leavingOut: unknown)
        var id: Int64 = 0
        for row in rows {
            id += 1
            try comparison.compare(row, id: id, &findings)
        }
        try comparison.finish(&findings)
        return id
    }

    private static func checkInvariants(_ database: Database, _ fold: TableFold, _ findings: inout Findings) throws {
        for query in InvariantQuery.all {
            let statement = try PreparedStatement(database, query.sql)
            while try statement.step() {
                let id = statement.integer(0)
                findings.add(
                    .invariant(query.number), query.table, id, statement.text(1),
                    touchedAt: fold.touchedAt(query.table, id))
            }
        }
        let sql = "SELECT id, capacity, enrolled_count + held_count FROM course_terms"
        let statement = try PreparedStatement(
            database, sql + " WHERE enrolled_count + held_count > capacity ORDER BY id")
        while try statement.step() {
            let id = statement.integer(0)
            if id >= 1, id <= Int64(fold.terms.count), fold.terms[Int(id) - 1].isOverCapacity { continue }
            findings.add(
                .invariant(3), .terms, id,
                "\(statement.integer(2)) of \(statement.integer(1)) seats are taken, by no override and no cut",
                touchedAt: fold.touchedAt(.terms, id))
        }
        for oversold in fold.oversold {
            findings.add(
                .invariant(3), .terms, oversold.term,
                "a seat was given without an override: \(oversold.taken) of \(oversold.capacity) taken",
                touchedAt: oversold.position)
        }
    }
}

extension TableFold {
    /// The position of the last event that touched a row, where the fold has it.
    func touchedAt(_ table: TableName, _ id: Int64) -> Int64? {
        func row(_ rows: [some FoldedRow]) -> Int64? {
            id >= 1 && id <= Int64(rows.count) ? rows[Int(id) - 1].touchedAt : nil
        }
        return switch table {
        case .users: row(users)
        case .courses, .publications: row(courses)
        case .terms, .windowBasis: row(terms)
        case .enrollments: row(enrollments)
        case .refusals: id
        case .projection: nil
        }
    }
}
