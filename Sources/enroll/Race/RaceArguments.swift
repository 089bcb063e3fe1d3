// The options of a race, as a person gives them and as one process of it hands them to the next.

import ArgumentParser
import CapacityRace
import Enrollment

/// What happens beside the applications: `cancel=10,read=5`.
struct RaceMix: ExpressibleByArgument {
    private static let fields: [(String, any WritableKeyPath<RaceParameters.Mix, Int> & Sendable)] = [
        ("again", \.again), ("approve", \.approve), ("cancel", \.cancel), ("capacity", \.capacity), ("read", \.read),
    ]

    let mix: RaceParameters.Mix

    init?(argument: String) {
        var mix = RaceParameters.Mix()
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            let halves = part.split(separator: "=", omittingEmptySubsequences: false)
            guard halves.count == 2, let field = Self.fields.first(where: { $0.0 == halves[0] }),
                let percent = Int(halves[1])
            else { return nil }
            mix[keyPath: field.1] = percent
        }
        self.mix = mix
    }

    /// The text that means this mix.
    var text: String { Self.fields.map { "\($0.0)=\(mix[keyPath: $0.1])" }.joined(separator: ",") }
}

/// Whether refusals are events.
enum RaceRefusals: String, ExpressibleByArgument, CaseIterable {
    case recorded
    case transient
}

/// What decides a race.
struct RaceArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Seats in each term.", valueName: "count"))
    var seats = 1000

    @Option(help: ArgumentHelp("People who apply, each for one term.", valueName: "count"))
    var racers = 20_000

    @Option(help: ArgumentHelp("Terms; who applies for which is drawn from the seed.", valueName: "count"))
    var terms = 1

    @Option(help: ArgumentHelp("Callers at a time, each waiting for its answer.", valueName: "count"))
    var clients = 64

    @Option(help: ArgumentHelp("Let nobody begin after so many seconds.", valueName: "count"))
    var seconds: Int?

    @Option(help: ArgumentHelp("Everything random follows from it.", valueName: "number"))
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("FIRST_COME or APPROVAL.", valueName: "admission"))
    var admission = Named(Admission.firstCome)

    @Option(help: ArgumentHelp("recorded as events, or transient: answered and forgotten.", valueName: "how"))
    var refusals = RaceRefusals.recorded

    @Option(help: ArgumentHelp("Kill the engine's process so often, and open the store again.", valueName: "count"))
    var kill = 0

    @Option(
        help: ArgumentHelp(
            "Open loop: so many arrivals a second, at times fixed in advance; latency counts from there. Without it "
                + "callers come back as soon as they are answered.", valueName: "per-second"))
    var rate: Double?

    @Option(
        help: ArgumentHelp(
            "What happens beside applications, in percent of them: again (a second application meanwhile), approve, "
                + "cancel, capacity, read; such as cancel=10,read=5.", valueName: "list"))
    var mix: RaceMix?

    /// - Throws: a usage error where they make no race.
    var parameters: RaceParameters {
        get throws {
            var parameters = RaceParameters()
            parameters.seats = seats
            parameters.racers = racers
            parameters.terms = terms
            parameters.clients = clients
            parameters.seconds = seconds
            parameters.seed = seed
            parameters.admission = admission.value
            parameters.recordsRefusals = refusals == .recorded
            parameters.kills = kill
            parameters.rate = rate
            if let mix { parameters.mix = mix.mix }
            if let problem = parameters.problem { throw ValidationError(problem) }
            return parameters
        }
    }

    func validate() throws { _ = try parameters }

    /// The words that give the same race to another process.
    var words: [String] {
        var words = [
            "--seats", "\(seats)", "--racers", "\(racers)", "--terms", "\(terms)", "--clients", "\(clients)",
            "--seed", "\(seed)", "--admission", admission.value.name, "--refusals", refusals.rawValue,
            "--kill", "\(kill)",
        ]
        if let mix { words += ["--mix", mix.text] }
        if let seconds { words += ["--seconds", "\(seconds)"] }
        if let rate { words += ["--rate", "\(rate)"] }
        return words
    }
}
