// What sealing personal texts costs: registrations and a race, with a vault and without, in turn.

import Enrollment
import EnrollmentEngine
import EnrollmentVault
import EventLog
import Foundation

/// `Measure sealing --scratch DIR [--runs N] [--people N]`: prints a table for people.
struct SealingSuite {
    private let scratch: String
    private let runs: Int
    private let people: Int

    init(_ arguments: [String]) throws {
        let options = try SuiteOptions(arguments, numbers: ["--runs": 5, "--people": 20_000])
        scratch = options.scratch
        runs = try options.number("--runs")
        people = try options.number("--people")
    }

    private struct Figures {
        var wall: [Double] = []
        var processor: [Double] = []
    }

    func run() async throws {
        for (name, callers) in [("one by one", 1), ("64 callers", 64), ("1,000 at once", 0)] {
            try await compare("registration, \(name)") { try await register($0, callers: callers) }
        }
        for callers in [64, 1_024] {
            try await compare("race hot200k, \(callers) callers") { try await race($0, callers: callers) }
        }
    }

    /// In turn, so that whatever drifts meets both alike.
    private func compare(_ name: String, _ measure: (Bool) async throws -> (Int, Double, Double)) async throws {
        var figures = [false: Figures(), true: Figures()]
        // The first of a process pays for what all later ones find warm.
        for seals in [false, true] { _ = try await measure(seals) }
        for run in 0..<runs {
            for seals in run.isMultiple(of: 2) ? [false, true] : [true, false] {
                let (count, wall, processor) = try await measure(seals)
                figures[seals]?.wall.append(wall * 1e6 / Double(count))
                figures[seals]?.processor.append(processor * 1e6 / Double(count))
            }
        }
        for seals in [false, true] {
            print(
                "\(name), \(seals ? "sealed" : "plain"):", "\(spread(figures[seals]?.wall, 2)) µs each,",
                "\(spread(figures[seals]?.processor, 2)) µs of processors")
        }
    }

    /// `callers` of 0: a thousand commands a call.
    private func register(_ seals: Bool, callers: Int) async throws -> (Int, Double, Double) {
        let count = callers == 1 ? people / 20 : people
        return try await withEngine(seals) { engine in
            let commands = (0..<count).map {
                Command.registerUser(email: "u\($0)@example.org", name: "User \($0)", role: .student)
            }
            let processor = processorSeconds()
            let start = ContinuousClock.now
            if callers == 0 {
                for first in stride(from: 0, to: count, by: 1_000) {
                    try await School(engine).execute(Array(commands[first..<min(count, first + 1_000)]))
                }
            } else {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for caller in 0..<callers {
                        group.addTask {
                            for index in stride(from: caller, to: count, by: callers) {
                                _ = try await engine.execute(commands[index], by: .system)
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
            return (count, (ContinuousClock.now - start).seconds, processorSeconds() - processor)
        }
    }

    private func race(_ seals: Bool, callers: Int) async throws -> (Int, Double, Double) {
        try await withEngine(seals) { engine in
            let race = Race(workload: try .named("hot200k"), callers: callers)
            try await School(engine).make(race.workload)
            let result = try await race.run(on: engine)
            guard race.holds(result) else { throw Failure("the race is not as it should be: \(result)") }
            return (result.attempts, result.seconds, result.processorSeconds)
        }
    }

    private func withEngine<Value>(
        _ seals: Bool, _ body: (EnrollmentEngine) async throws -> Value
    ) async throws -> Value {
        let store = scratch + "/sealing-\(CommandID.random())"
        defer { try? FileManager.default.removeItem(atPath: store) }
        let engine = try await EnrollmentEngine.create(
            at: store, personalData: seals ? .sealed(wrapping: LocalKey()) : .plain)
        let value = try await body(engine)
        try await engine.close()
        return value
    }
}
