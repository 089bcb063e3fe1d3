// Polled seat counts: afterwards every section stands as it was polled last.

import Foundation
import Testing

@Suite(.enabled(if: RealData.seats != nil, "needs the UCSD seat counts in ENROLL_DATA"))
struct `An import of polled seat counts` {
    private struct Expected: Decodable {
        struct Poll: Decodable {
            let enrolled: Int
            let capacity: Int
        }

        let rows: Int
        let users: Int
        let courses: Int
        let sections: Int
        let zeroTotals: Int
        let capacityChanges: Int
        let belowTaken: Int
        let cutsBelowTaken: Int
        let drops: Int
        let additions: Int
        let overridden: Int
        let overbookedInRawData: Int
        let events: Int
        let last: [String: Poll]
    }

    @Test(.enabled(if: IndependentCounts.hasPython, "needs python3"))
    func `leaves every section as it was polled last`() throws {
        let file = RealData.seats ?? ""
        let expected = try IndependentCounts.of("seats_counts.py", [file], as: Expected.self)
        // As the raw data says by itself.
        #expect(expected.sections == 349)
        #expect(expected.overbookedInRawData == 59)
        #expect(expected.cutsBelowTaken == 18)
        let store = try TemporaryStore.empty(timeZone: "America/Los_Angeles")
        let report = try TemporaryDirectory()
        let counts = try store.importing(["seats", file, "--report", report.path + "/report"])
        #expect(counts.rows == expected.rows)
        #expect(counts.refused.isEmpty && counts.skipped.isEmpty && counts.invalid == 0)
        #expect(counts.noted == expected.zeroTotals)
        #expect(counts.events == expected.events)
        let lines = try report.text("report").split(separator: "\n").dropFirst()
        #expect(lines.count == expected.zeroTotals)
        #expect(lines.allSatisfy { $0.contains(",NO_SEATS,") })

        #expect(try store.rowCount(["users"]) == expected.users)
        #expect(try store.rowCount(["courses"]) == expected.courses)
        #expect(try store.rowCount(["enrollments"]) == expected.additions)
        #expect(try store.rowCount(["enrollments", "--status", "CANCELLED"]) == expected.drops)
        let terms = try store.terms()
        #expect(terms.count == expected.sections)
        for (name, poll) in expected.last {
            let term = try #require(terms[name])
            #expect(term.enrolledCount == poll.enrolled, "\(name)")
            #expect(term.capacity == poll.capacity, "\(name)")
        }
        try check(store, expected)

        let second = try store.importing(["seats", file])
        #expect(second.events == 0)
        #expect(second.position == counts.position)
        #expect(second.replayed == counts.accepted)
    }

    /// Capacity changes and overrides, counted from the events.
    private func check(_ store: TemporaryStore, _ expected: Expected) throws {
        let events = try Program.run(["log", "dump", "--format", "json"], in: store).lines
        let changes = events.filter { $0.contains(#""TermCapacityChanged""#) }
        #expect(changes.count == expected.capacityChanges)
        #expect(changes.count { $0.contains(#""reason":"as polled""#) } == expected.belowTaken)
        #expect(events.count { $0.contains(#""overbooked":true"#) } == expected.overridden)
    }
}
