// The Open University dataset: every count by another way, twice, and through kills.

import EnrollmentTesting
import Foundation
import Testing

@Suite(.serialized, .enabled(if: RealData.oulad != nil, "needs the OULAD dataset in ENROLL_DATA"))
struct `An import of the Open University dataset` {
    private struct Expected: Decodable {
        struct Counts: Decodable {
            let decided: Int
            let approved: Int
            let cancelled: Int
            let refused: Int
            let skipped: Int
            let undated: Int
            let capacity: Int?
        }

        let users: Int
        let courses: Int
        let terms: Int
        let events: Int
        let total: Counts
        let term: [String: Counts]
    }

    private let words = ["oulad", RealData.oulad ?? ""]

    @Test(.enabled(if: IndependentCounts.hasPython, "needs python3"))
    func `arrives at what a script counts from the files alone`() throws {
        let expected = try IndependentCounts.of("oulad_counts.py", [words[1]], as: Expected.self)
        let store = try TemporaryStore.empty(timeZone: "Europe/London")
        let dryRun = try store.importing(words + ["--dry-run"])
        #expect(try store.rowCount(["users"]) == 0)
        let counts = try store.importing(words)
        #expect(counts.events == expected.events)
        #expect(counts.position == expected.events)
        #expect(counts.refused == ["TERM_FULL": expected.total.refused])
        #expect(counts.skipped == ["APPLICATION_REFUSED": expected.total.skipped])
        #expect(counts.noted == expected.total.undated)
        #expect(counts.rows == expected.total.decided + expected.terms)
        #expect(dryRun.accepted == counts.accepted)
        #expect(dryRun.refused == counts.refused)
        #expect(dryRun.skipped == counts.skipped)
        #expect(dryRun.events == counts.events)

        #expect(try store.rowCount(["users"]) == expected.users)
        #expect(try store.rowCount(["courses"]) == expected.courses)
        let terms = try store.terms()
        #expect(terms.count == expected.terms)
        for (name, counts) in expected.term {
            let term = try #require(terms[name])
            #expect(term.capacity == counts.capacity, "\(name)")
            #expect(term.enrolledCount == counts.approved, "\(name)")
            #expect(term.status == "COMPLETED")
            let cancelled = try store.rowCount(["enrollments", "--term", "@" + name, "--status", "CANCELLED"])
            #expect(cancelled == counts.cancelled, "\(name)")
            #expect(try store.rowCount(["refusals", "--term", "@" + name]) == counts.refused, "\(name)")
        }
    }

    @Test func `changes nothing the second time`() throws {
        let store = try TemporaryStore.empty()
        let reports = try TemporaryDirectory()
        let first = try store.importing(words + ["--report", reports.path + "/first"])
        let tables = try store.tables(at: first.position)
        let second = try store.importing(words + ["--report", reports.path + "/second"])
        #expect(second.position == first.position)
        #expect(second.events == 0)
        #expect(second.accepted == 0)
        #expect(second.replayed == first.accepted + first.refused.values.reduce(0, +))
        #expect(second.replayedRefusals == first.refused)
        #expect(try store.tables(at: second.position) == tables)
        #expect(try reports.text("first") == reports.text("second"))
    }

    @Test func `sealed, takes at most seven and a half bytes an event beside the command ids`() throws {
        // Names and addresses as they are: under seals they do not compress.
        let store = try TemporaryStore.empty(personalData: "plain")
        let imported = try store.importing(words)
        #expect(try Program.run(["log", "seal"], in: store).exitCode == 0)
        struct Figures: Decodable {
            let bytes: Int
            let events: Int
            let commands: Int
            let segments: Int
            let sealedSegments: Int
        }
        let text = try Program.run(["log", "stat", "--format", "json"], in: store).output
        let figures = try JSONDecoder().decode(Figures.self, from: Data(text.utf8))
        #expect(figures.events == imported.position)
        #expect(figures.segments == 1 && figures.sealedSegments == 1)
        let withoutIDs = Double(figures.bytes - 16 * figures.commands) / Double(figures.events)
        #expect(withoutIDs <= 7.5, "\(figures)")
        #expect(try Program.run(["log", "verify"], in: store).exitCode == 0)
    }

    @Test(arguments: [20_260_209 as UInt64])
    func `goes on after ten kills as if there had been none`(seed: UInt64) throws {
        let undisturbed = try TemporaryStore.empty()
        let disturbed = try undisturbed.copied()
        let empty = undisturbed.logBytes
        let whole = try undisturbed.importing(words)
        let size = undisturbed.logBytes - empty
        var random = SplitMix64(seed: seed)
        var kills = 0
        for place in (1...10).map({ _ in random.below(90) }).sorted() {
            let bytes = empty + 1 + size * place / 100
            if let outcome = try disturbed.importing(words, signalled: SIGKILL, atLogBytes: bytes) {
                #expect(outcome.exitCode == SIGKILL)
                kills += 1
            }
        }
        #expect(kills >= 5, "most kills must land before the end")
        let last = try disturbed.importing(words)
        #expect(last.position == whole.position)
        #expect(try disturbed.tables(at: last.position) == undisturbed.tables(at: whole.position))
    }
}
