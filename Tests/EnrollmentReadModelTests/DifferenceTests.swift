// What changed between two positions, against the tables of both in SQLite.

import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EnrollmentTesting
import EventLog
import Foundation
import GRDB
import Testing

@Suite struct `The differences of the tables` {
    private static let tables = ["users", "courses", "course_terms", "enrollments", "refusals"]

    /// Rows by table and key, as text.
    private func rows(_ log: MemoryLog, _ position: Position, _ scratch: Scratch) throws -> [String: [String: String]] {
        let path = scratch.directory + "/\(position)-\(CommandID.random()).sqlite"
        _ = try Rebuild.materialize(log, .position(position), into: path)
        return try DatabaseQueue(path: path).read { database in
            var found: [String: [String: String]] = [:]
            for table in Self.tables {
                for row in try Row.fetchAll(database, sql: "SELECT * FROM \(table)") {
                    let key = "\(table) \(row[0] as Int64)"
                    for (column, value) in row { found[key, default: [:]][column] = text(value) }
                }
            }
            return found
        }
    }

    private func text(_ value: DatabaseValue) -> String {
        switch value.storage {
        case .int64(let number): String(number)
        case .string(let text): text
        default: "null"
        }
    }

    private func text(_ value: RowDifference.Value?) -> String? {
        switch value {
        case .number(let number): String(number)
        case .text(let text): text
        case .time(let time): String(time.rawValue)
        case .null: "null"
        case nil: nil
        }
    }

    /// What a change of one row set to another would be called, found by SQLite's rows alone.
    private func expected(
        _ before: [String: [String: String]], _ after: [String: [String: String]]
    ) -> [String: [String: [String?]]] {
        var all: [String: [String: [String?]]] = [:]
        for key in Set(before.keys).union(after.keys) where before[key] != after[key] {
            let columns = Set((before[key] ?? [:]).keys).union((after[key] ?? [:]).keys)
            let isChange = before[key] != nil && after[key] != nil
            for column in columns where !isChange || before[key]?[column] != after[key]?[column] {
                all[key, default: [:]][column] = [before[key]?[column], after[key]?[column]]
            }
        }
        return all
    }

    @Test(arguments: [41, 42, 43, 44] as [UInt64])
    func `are those that SQLite's rows at both positions show`(seed: UInt64) async throws {
        try await withScratch { scratch in
            let log = History.random(seed: seed, events: 400).log
            var random = SplitMix64(seed: seed)
            let last = Int(log.lastPosition().rawValue)
            var kinds: Set<RowDifference.Change> = []
            for (from, to) in [(0, last), (last, last)]
                + (0..<8).map({ _ in (random.below(last + 1), random.below(last + 1)) })
            {
                let (from, to) = (Position(Int64(from)), Position(Int64(to)))
                var found: [String: [String: [String?]]] = [:]
                var order: [Int] = []
                let report = try TableDifferences.find(in: log, from: .position(from), to: .position(to)) { row in
                    kinds.insert(row.change)
                    order.append((Self.tables.firstIndex(of: row.table) ?? 9) * 1_000_000 + Int(row.id))
                    for column in row.columns {
                        found["\(row.table) \(row.id)", default: [:]][column.name] =
                            [text(column.before), text(column.after)]
                    }
                    #expect(row.position > min(from, to) && row.position <= max(from, to))
                }
                #expect(found == expected(try rows(log, from, scratch), try rows(log, to, scratch)), "\(from) \(to)")
                #expect(order == order.sorted() && Set(order).count == order.count)
                #expect(report.added + report.removed + report.changed == order.count)
                #expect(report.from == from && report.to == to)
            }
            #expect(kinds == [.added, .removed, .changed])
        }
    }

    @Test func `between times are those between the last positions then`() throws {
        let log = History.random(seed: 45, events: 300).log
        let events = log.events
        let middle = try #require(events.dropFirst(150).first)
        let position = try #require(events.last { $0.time.recordedAt <= middle.time.recordedAt }).position
        let before = Timestamp(microseconds: events[0].time.recordedAt.rawValue - 1)
        let report = try TableDifferences.find(
            in: log, from: .time(before), to: .time(middle.time.recordedAt)
        ) { _ in }
        #expect(report.from == 0 && report.to == position && report.added > 0)
        #expect(throws: ReadModelError.self) {
            _ = try TableDifferences.find(in: log, from: .position(0), to: .position(9999)) { _ in }
        }
    }

    @Test func `can be given up in each reading of the log`() throws {
        struct GivenUp: Error {}
        let log = SyntheticLog(users: 20, terms: 500, enrollments: 3_000)
        let last = log.lastPosition()
        let steps = stride(from: Int64(4096), through: last.rawValue, by: 4096).map { Position($0) }
        #expect(steps.count == 2)
        let end = TableMoment.time(.day(1))
        // A time is looked for first, then rows are folded, then refusals are read; in each the caller is asked.
        for (from, to, expected) in [
            (.position(0), .position(last), steps + steps), (.position(4096), .position(last), steps + [8192]),
            (end, .position(0), steps + steps + steps), (end, end, steps + steps + steps),
        ] as [(TableMoment, TableMoment, [Position])] {
            var asked: [Position] = []
            _ = try TableDifferences.find(in: log, from: from, to: to, progress: { asked.append($0) }) { _ in }
            #expect(asked == expected, "\(from) \(to)")
            for call in expected.indices {
                var calls = 0
                #expect(throws: GivenUp.self) {
                    let progress = { (_: Position) in
                        calls += 1
                        if calls > call { throw GivenUp() }
                    }
                    _ = try TableDifferences.find(in: log, from: from, to: to, progress: progress) { _ in }
                }
            }
        }
    }
}
