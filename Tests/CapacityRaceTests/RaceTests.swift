// Races on true stores, small and in this process.

import Enrollment
import EnrollmentEngine
import Foundation
import Testing

@testable import CapacityRace

@Suite struct `A race` {
    private static let shapes: [RaceParameters] = {
        var plain = RaceParameters()
        plain.racers = 600
        plain.seats = 40
        plain.terms = 3
        plain.clients = 16
        var mixed = plain
        mixed.seed = 2
        mixed.recordsRefusals = false
        mixed.mix.again = 20
        mixed.mix.cancel = 30
        mixed.mix.capacity = 5
        mixed.mix.read = 20
        var approved = mixed
        approved.seed = 3
        approved.admission = .approval
        approved.mix.approve = 50
        var paced = mixed
        paced.seed = 4
        paced.rate = 20_000
        var crowded = plain
        crowded.seed = 5
        crowded.clients = 1024
        return [plain, mixed, approved, paced, crowded]
    }()

    @Test(arguments: shapes)
    func `is answered whole, and sound for both checkers`(_ parameters: RaceParameters) async throws {
        #expect(parameters.problem == nil)
        let result = try await Scratch.race(parameters)
        #expect(result.positions.isSound, "\(result.positions.findings)")
        #expect(result.order.isSound, "\(result.order.findings)")
        #expect(result.unknown == 0)
        #expect(result.attempts == result.accepted + result.refused)
        #expect(result.attempts >= parameters.racers)
        #expect(result.seats.count == parameters.terms)
        #expect(result.latencies.count == result.attempts)
        #expect((-1...1).contains(result.fairness.correlation))
        for (seats, holders) in zip(result.seats, result.holders) {
            #expect(seats.taken <= seats.capacity && seats.taken == holders.count)
            // More apply than there are seats.
            if parameters.mix.cancel == 0 { #expect(seats.taken == parameters.seats) }
        }
    }

    @Test func `stops taking people when its time is over`() async throws {
        var parameters = RaceParameters()
        parameters.racers = 3000
        parameters.rate = 1000
        parameters.seconds = 1
        parameters.clients = 8
        let result = try await Scratch.race(parameters)
        #expect(result.isSound)
        // At a thousand a second; a Poisson process strays by a few dozen.
        #expect((500...1500).contains(result.attempts))
    }

    @Test func `is planned the same from the same seed, and otherwise from another`() {
        var parameters = RaceParameters()
        parameters.racers = 100
        parameters.rate = 100
        let plan = Workload(parameters)
        let again = Workload(parameters)
        parameters.seed = 2
        let other = Workload(parameters)
        #expect(plan.visits.map(\.user) == again.visits.map(\.user) && plan.arrivals == again.arrivals)
        #expect(plan.visits.map(\.user) != other.visits.map(\.user) && plan.arrivals != other.arrivals)
        #expect(plan.visits.map(\.user).sorted() == (1...100).map { Int32($0) })
    }

    @Test func `refuses parameters that make no race, and says which`() {
        func problem(_ change: (inout RaceParameters) -> Void) -> String {
            var parameters = RaceParameters()
            change(&parameters)
            return parameters.problem ?? ""
        }
        #expect(problem { $0.clients = 4097 }.contains("--clients is 4097; it must be 1 to 4096"))
        #expect(problem { $0.racers = 10_000_001 }.contains("--racers"))
        #expect(problem { $0.seats = 0 }.contains("--seats"))
        #expect(problem { $0.terms = 0 }.contains("--terms"))
        #expect(problem { $0.kills = -1 }.contains("--kill"))
        #expect(problem { $0.seconds = 0 }.contains("--seconds"))
        #expect(problem { $0.mix.cancel = 101 }.contains("--mix cancel"))
        #expect(problem { $0.rate = .nan }.contains("--rate"))
        #expect(problem { $0.admission = .selection }.contains("SELECTION"))
        #expect(problem { $0.mix.approve = 1 }.contains("APPROVAL"))
    }

    @Test func `has a page with its curves, its numbers and nothing from elsewhere`() async throws {
        var parameters = RaceParameters()
        parameters.racers = 400
        parameters.seats = 30
        parameters.seed = 4711
        parameters.mix.cancel = 10
        let result = try await Scratch.race(parameters)
        let probe = try Scratch.with { try DiskProbe(in: $0, writes: 3) }
        let page = RaceReport(result, probes: [probe, probe], notes: [("The <log> verifies", true)]).html
        #expect(page.hasPrefix("<!doctype html>"))
        for words in ["Seats", "Throughput", "Latency", "Fairness", "4711", "oversold", "sound", "4 KiB append"] {
            #expect(page.contains(words), "\(words)")
        }
        #expect(page.components(separatedBy: "<svg ").count == 5)
        #expect(page.contains("The &lt;log&gt; verifies"))
        // Of fewer than a thousand operations none is slower than 99.9 %.
        #expect(page.contains(">p99 ") && !page.contains(">p99.9 "))
        for outside in ["<script", "http:", "https:", "url(", "@import", "<link", "src="] {
            #expect(!page.contains(outside), "\(outside)")
        }
        #expect(page.contains("prefers-color-scheme: dark"))
    }

    @Test func `that failed says so on its page`() async throws {
        var parameters = RaceParameters()
        parameters.racers = 50
        parameters.seats = 5
        let result = try await Scratch.race(parameters) { log in log.entries.removeLast() }
        #expect(!result.isSound && result.lost == 1)
        let page = RaceReport(result, probes: []).html
        #expect(page.contains("A check failed") && page.contains("lost: apply of user"))
        #expect(!page.contains("No seat was sold twice"))
    }
}
