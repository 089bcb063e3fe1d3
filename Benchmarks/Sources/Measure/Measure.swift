// Measures the engine; what it finds goes out as lines of JSON, one a figure and run.
//
//   Measure race VARIANT WORKLOAD CALLERS SECONDS DIRECTORY   as the peers' programs, see ../../Peers
//   Measure engine --enroll PROGRAM --scratch DIR --json FILE [--oulad DIR] [--runs N] [--minutes M]
//   Measure proofs --scratch DIR [--runs N] [--events N]
//   Measure sealing --scratch DIR [--runs N] [--people N]

import Foundation

@main
struct Measure {
    static func main() async {
        do {
            let arguments = Array(CommandLine.arguments.dropFirst())
            switch arguments.first {
            case "race": try await race(Array(arguments.dropFirst()))
            case "proofs": try await ProofSuite(Array(arguments.dropFirst())).run()
            case "sealing": try await SealingSuite(Array(arguments.dropFirst())).run()
            case "engine": try await EngineSuite(Options(Array(arguments.dropFirst()))).run()
            default: throw Failure("usage: Measure race … | Measure engine … | Measure proofs … | Measure sealing …")
            }
        } catch {
            say("Measure: \(error)")
            exit(3)
        }
    }

    /// Variants: `recorded`, `transient`, `bulk`, `open-RATE`.
    private static func race(_ arguments: [String]) async throws {
        guard arguments.count == 5, let callers = Int(arguments[2]), let seconds = Double(arguments[3]) else {
            throw Failure("usage: Measure race VARIANT WORKLOAD CALLERS SECONDS DIRECTORY")
        }
        guard (1...100_000).contains(callers) else { throw Failure("\(callers) callers are not 1 to 100,000") }
        let variant = arguments[0]
        var race = Race(workload: try .named(arguments[1]), callers: callers)
        race.seconds = seconds
        switch variant {
        case "recorded": break
        case "transient": race.refusals = .transient
        case "bulk": race.arrival = .bulk
        default:
            guard variant.hasPrefix("open-"), let rate = Int(variant.dropFirst(5)), rate > 0 else {
                throw Failure("no variant is called \(variant)")
            }
            race.arrival = .open(perSecond: rate)
        }
        // The first race of a process pays for what all later ones find warm.
        _ = try await Race(workload: try .named("hot1k"), callers: callers).run(in: arguments[4])
        let result = try await race.run(in: arguments[4])
        print(RaceLine(race, variant, result).text)
        guard race.holds(result) else { throw Failure("the race is not as it should be: \(result)") }
    }
}

func say(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
}

/// A race as the peers print theirs.
struct RaceLine {
    let text: String

    init(_ race: Race, _ variant: String, _ result: Race.Result) {
        func number(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
        let fields: [(String, String)] = [
            ("peer", "\"enroll\""), ("variant", "\"\(variant)\""), ("workload", "\"\(race.workload.name)\""),
            ("callers", "\(race.callers)"), ("attempts", "\(result.attempts)"),
            ("whole", "\(result.attempts == race.workload.attempts)"), ("seconds", number(result.seconds, 4)),
            ("attempts_per_s", number(Double(result.attempts) / result.seconds, 0)),
            ("accepted", "\(result.accepted)"),
            ("accepted_per_s", number(Double(result.accepted) / result.seconds, 0)), ("full", "\(result.full)"),
            ("failed", "\(result.failed)"), ("retries", "0"), ("p50_us", number(result.microseconds(50), 1)),
            ("p99_us", number(result.microseconds(99), 1)), ("p999_us", number(result.microseconds(99.9), 1)),
            ("max_us", number(result.microseconds(100), 1)), ("client_cpu_s", number(result.processorSeconds, 3)),
            ("syncs", "\(result.syncs)"), ("seats_taken", "\(result.seatsTaken)"),
            ("people_enrolled", "\(result.peopleEnrolled)"), ("invariant", "\(race.holds(result))"),
        ]
        text = "{" + fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }
}
