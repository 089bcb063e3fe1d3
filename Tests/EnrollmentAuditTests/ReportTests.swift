// What the report says about terms, against a history told by hand, and against the state of random ones.

import Enrollment
import EnrollmentEngine
import EnrollmentTesting
import EventLog
import Testing

@testable import EnrollmentAudit
@testable import Pages

@Suite struct `The audit report` {
    /// Two seats under APPROVAL; students are the users 2 to 5.
    private func store() async throws -> AuditStore {
        let store = try await AuditStore.furnished(capacity: 2, students: 4)  // 1 to 8
        try await store.give(.applyEnrollment(user: 2, term: 1), by: .user(2), at: .day(1))  // 9
        try await store.give(.applyEnrollment(user: 3, term: 1), at: .day(2), effectiveAt: .day(1, hour: 12))  // 10
        try await store.give(.applyEnrollment(user: 4, term: 1), by: .user(4), at: .day(2))  // 11, refused
        try await store.give(.approveEnrollment(1, reason: "=1+1"), at: .day(3))  // 12
        try await store.give(
            .changeTermCapacity(1, to: 1, allowOverbooked: true, reason: "<b>room</b>"), at: .day(4))  // 13
        try await store.give(.cancelEnrollment(2), by: .user(3), at: .day(5))  // 14
        try await store.give(
            .enrollDirectly(user: 4, term: 1, override: true, reason: "thesis"), at: .day(6))  // 15, 16
        try await store.give(.cancelEnrollment(1, reason: "=2+2, gone"), by: .user(2), at: .day(7))  // 17
        try await store.give(.applyEnrollment(user: 5, term: 1), by: .user(5), at: .day(8))  // 18, refused
        try await store.give(.changeTermCapacity(1, to: 3), at: .day(9))  // 19
        try await store.give(.applyEnrollment(user: 5, term: 1), by: .user(5), at: .day(10))  // 20
        return store
    }

    @Test func `tells the allocation order, and how long each waited`() async throws {
        let report = try await store().history().auditReport()
        let rows = try #require(report.terms.first).allocations
        #expect(rows.map(\.user) == [2, 3, 4, 5])
        #expect(rows.map(\.seat) == [1, 2, 2, 2])
        #expect(rows.map(\.decision) == [.approved, .cancelled, .approved, nil])
        #expect(rows.map(\.status) == [.cancelled, .cancelled, .approved, .pending])
        #expect(rows.map { $0.waitedMicroseconds.map { $0 / 3_600_000_000 } } == [48, 84, 0, nil])
        #expect(rows.map(\.isDirect) == [false, false, true, false])
        #expect(rows.map(\.isOverbooked) == [false, false, true, false])
        #expect(rows[0].ended?.position == 17 && rows[1].ended == nil)
    }

    @Test func `tells what was out of the ordinary`() async throws {
        let report = try await store().history().auditReport(on: 1)
        let term = try #require(report.terms.first)
        #expect(term.refusals == [.termFull: 2])
        let override = try #require(term.overrides.only)
        #expect(override.moment.position == 16 && override.isDirect && override.isOverbooked)
        #expect(override.capacity == 1 && override.taken == 2 && override.reason == "thesis")
        #expect(term.capacityChanges.map(\.to) == [1, 3])
        #expect(term.capacityChanges.map(\.isBelowTaken) == [true, false])
        #expect(term.overCapacity.map(\.start.position) == [13, 15])
        #expect(term.overCapacity.map(\.cause) == [.termCapacityChanged, .enrollmentApplied])
        #expect(term.overCapacity.map { $0.end?.position } == [14, 17])
        #expect(term.overCapacity.map(\.most) == [1, 1])
        #expect(report.backDated.map(\.moment.position) == [10])
        #expect(term.seats.last?.taken == 2 && term.seats.last?.capacity == 3)
        #expect(term.applications.map(\.isAccepted) == [true, true, false, false, true])
        #expect(term.medianWaitSeconds == 172_800)
    }

    @Test func `tells what was back-dated of users and courses too, unless one term is asked for`() async throws {
        let store = try await store()
        try await store.give(.suspendUser(2), at: .day(11), effectiveAt: .day(3))  // 21
        try await store.give(.updateCourse(1, title: "Logic II"), at: .day(12), effectiveAt: .day(11))  // 22
        let history = try await store.history()
        let report = try history.auditReport()
        #expect(report.backDated.map(\.moment.position) == [10, 21, 22])
        #expect(report.backDated.map(\.term) == [1, nil, nil])
        let table = try #require(report.tables.first { $0.name == "back-dated" })
        #expect(table.row(1)[0] == .none && table.row(1)[5] == .text("UserSuspended"), "\(table.row(1))")
        #expect(try history.auditReport(on: 1).backDated.map(\.moment.position) == [10])
    }

    @Test func `ends where it was asked to, and knows its terms`() async throws {
        let history = try await store().history()
        let early = try history.auditReport(through: 12)
        #expect(early.position == 12)
        #expect(early.terms.first?.allocations.map(\.status) == [.approved, .pending])
        #expect(code { _ = try history.auditReport(on: 2) } == .notFound)
    }

    @Test(arguments: [21, 22, 23] as [UInt64])
    func `agrees with the state of a random history`(seed: UInt64) async throws {
        let history = try await AuditStore.random(seed: seed, commands: 600).history()
        let state = try history.state()
        let report = try history.auditReport()
        #expect(report.terms.map(\.term) == state.terms)
        var seats = 0
        for term in report.terms {
            let rows = state.enrollments.filter { $0.term == term.term.id }
            #expect(term.allocations.map(\.enrollment) == rows.map(\.id))
            #expect(term.allocations.map(\.status) == rows.map(\.status))
            #expect(term.seats.last?.taken == term.term.taken)
            #expect(term.seats.last?.capacity == term.term.capacity)
            let isOver = term.term.taken > term.term.capacity
            #expect((term.overCapacity.last.map { $0.end == nil } ?? false) == isOver)
            seats += term.term.taken
        }
        let events = try history.events()
        let dated = events.filter { $0.time.effectiveAt != nil }
        #expect(report.backDated.map(\.moment.position) == dated.map(\.position))
        let refused = events.count { $0.event.type == .commandRefused }
        #expect(report.terms.reduce(0) { $0 + $1.refusals.values.reduce(0, +) } == refused)
        #expect(seats > 0 && refused > 10 && !dated.isEmpty)
    }

    @Test func `has tables whose rows fill their columns`() async throws {
        let report = try await AuditStore.random(seed: 24, commands: 600).history().auditReport()
        for table in report.tables {
            #expect(table.count > 0 || table.name == "over-capacity", "\(table.name)")
            for row in 0..<table.count { #expect(table.row(row).count == table.columns.count, "\(table.name)") }
        }
    }

    @Test func `writes CSV that no spreadsheet computes`() async throws {
        let report = try await store().history().auditReport()
        let table = try #require(report.tables.first { $0.name == "allocations" })
        var bytes: [UInt8] = []
        table.appendCSVHeader(to: &bytes)
        table.appendCSVRow(0, to: &bytes)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.hasPrefix("term,order,enrollment,user,user_source_id,applied_position,"))
        #expect(text.hasSuffix(",CANCELLED,17,2027-01-08T00:00:00Z,\"'=2+2, gone\"\r\n"), "\(text)")
        #expect(text.utf8.count { $0 == UInt8(ascii: "\n") } == 2)
        for (field, expected) in [
            ("plain", "plain"), ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@x", "'@x"), ("\tx", "'\tx"),
            ("\rx", "\"'\rx\""), ("a,b", "\"a,b\""), ("say \"so\"", "\"say \"\"so\"\"\""), ("a\nb", "\"a\nb\""),
            ("a=b", "a=b"), ("", ""), ("a\"\u{301},=1", "\"a\"\"\u{301},=1\""),
        ] { #expect(Array(csvField(field).utf8) == Array(expected.utf8)) }
    }

    @Test(arguments: [
        ("a<b>&\"c\"", "a&lt;b&gt;&amp;&quot;c&quot;"), ("\u{600}<img\u{600}>", "\u{600}&lt;img\u{600}&gt;"),
        ("<\u{301}&\u{301}\"\u{301}", "&lt;\u{301}&amp;\u{301}&quot;\u{301}"), ("가나 é", "가나 é"), ("", ""),
    ])
    func `shows text as it is, whatever joins a sign to a letter`(text: String, expected: String) {
        #expect(Array(escaped(text).utf8) == Array(expected.utf8))
    }

    @Test(arguments: [
        EventTime(recordedAt: Timestamp(microseconds: .max)),
        EventTime(recordedAt: Timestamp(microseconds: .max - 1), effectiveAt: Timestamp(microseconds: .min)),
        EventTime(recordedAt: .day(400), effectiveAt: Timestamp(microseconds: .max)),
    ])
    func `refuses a time that no calendar has, instead of computing with it`(time: EventTime) async throws {
        let store = try await store()
        try await store.plant { log in
            try log.plant(
                .changeTermCapacity(1, to: 99), by: .system,
                [.termCapacityChanged(1, from: 3, to: 99, taken: 2, reason: nil)], at: time)
        }
        let history = try await store.history()
        let error = #expect(throws: AuditError.self) { try history.auditReport() }
        #expect(error?.message.contains("years 1 to 9999") == true)
    }

    @Test func `makes a page that loads nothing and runs nothing`() async throws {
        let html = ReportPage(try await store().history().auditReport()).html
        #expect(html.hasPrefix("<!doctype html>") && html.contains("<svg viewBox="))
        #expect(html.contains("&lt;b&gt;room&lt;/b&gt;") && !html.contains("<b>room</b>"))
        for word in ["<script", "src=", "href=", "url(", "@import", "http"] { #expect(!html.contains(word), "\(word)") }
        for title in ["Seats", "Applications", "Decision delay", "Capacity changes", "Times over capacity"] {
            #expect(html.contains("<h2>\(title)</h2>"), "\(title)")
        }
        // A time in two lines makes every row of a table as high.
        #expect(html.contains(/<td class="time">[-0-9]{10}T[:0-9]{8}Z<\/td>/) && !html.contains(/\.[0-9]{6}Z/))
        #expect(html.contains("<h2>Refusals</h2>\n<div class=\"wide narrow\">"))
    }

    @Test func `draws no empty chart`() async throws {
        let html = ReportPage(try await AuditStore().history().auditReport()).html
        #expect(!html.contains("<svg") && html.contains("No applications."))
    }

    @Test func `keeps the words at a point within the chart`() {
        func chart(at x: Double) -> String {
            var chart = Chart(x: .linear("x", to: 10), y: .linear("y", to: 10))
            chart.dot(Point(x: x, y: 5), "a long label")
            return chart.svg(label: "a point")
        }
        let end = "text-anchor=\"end\">a long label"
        #expect(!chart(at: 5).contains(end) && chart(at: 9).contains(end) && chart(at: 10).contains(end))
    }
}

@Suite struct `The curves of a report` {
    private func point(_ time: Int64, _ taken: Int, _ capacity: Int) -> SeatPoint {
        SeatPoint(time: time, taken: taken, capacity: capacity)
    }

    @Test func `add up over terms at every instant`() {
        let sum = ReportSeries.sum([
            [point(1, 0, 10), point(5, 3, 10), point(9, 1, 4)], [point(2, 1, 2), point(5, 2, 2)],
        ])
        #expect(
            sum == [point(1, 0, 10), point(2, 1, 12), point(5, 4, 12), point(5, 5, 12), point(9, 3, 6)])
    }

    @Test(arguments: [31, 32] as [UInt64])
    func `keep their ends and extremes where they are thinned`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let points = (0..<50_000).map { point(Int64($0), random.below(1000), 500) }
        let thinned = ReportSeries.thinned(points, parts: 100)
        #expect(thinned.count <= 303 && thinned.count >= 100)
        #expect(thinned.last == points.last)
        #expect(thinned.map(\.taken).max() == points.map(\.taken).max())
        #expect(thinned.map(\.taken).min() == points.map(\.taken).min())
        #expect(thinned.map(\.time) == thinned.map(\.time).sorted())
        #expect(ReportSeries.thinned(Array(points.prefix(300)), parts: 100) == Array(points.prefix(300)))
    }

    @Test func `count applications in whole minutes, or in longer times where there would be too many`() throws {
        let minute: Int64 = 60_000_000
        func times(_ minutes: [Int64]) -> [ApplicationTime] {
            minutes.enumerated().map { index, number in
                ApplicationTime(
                    time: EventTime(recordedAt: Timestamp(microseconds: number * minute + 7)),
                    isAccepted: index % 2 == 0)
            }
        }
        let few = try #require(ReportSeries.applications(times([10, 10, 12]), by: .recorded, parts: 50))
        #expect(few.start == 10 * minute && few.width == minute)
        #expect(few.accepted == [1, 0, 1] && few.refused == [1, 0, 0])
        let many = try #require(ReportSeries.applications(times([0, 3000, 6000]), by: .recorded, parts: 50))
        #expect(many.width == 360 * minute && many.accepted.reduce(0, +) == 2 && many.refused.reduce(0, +) == 1)
        #expect(ReportSeries.applications(times([1]), by: .effective, parts: 50) == nil)
    }
}

extension Array {
    fileprivate var only: Element? { count == 1 ? self[0] : nil }
}
