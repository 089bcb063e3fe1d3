// Start here: what a capacity race is asked to be. Workload/ plans it, Run/ runs it, Check/ judges it, Report/ shows
// it.

public import Enrollment

/// Everything that decides a race; the same parameters always make the same plan.
public struct RaceParameters: Hashable, Sendable {
    /// What happens beside the applications, each in percent of them.
    public struct Mix: Hashable, Sendable {
        /// Racers who apply a second time while the first application may still be under way.
        public var again = 0
        /// Accepted applications that an operator approves, where the term wants approval.
        public var approve = 0
        /// Accepted applications that are cancelled afterwards; half of those apply once more.
        public var cancel = 0
        /// Changes of a term's capacity, by up to a tenth.
        public var capacity = 0
        /// Readings of a term's seats.
        public var read = 0

        /// Makes the mix in which everyone only applies.
        public init() {}
    }

    /// Seats in each term.
    public var seats = 1000
    /// People who apply, each for one term.
    public var racers = 20_000
    /// How many terms there are; 1 to ``maximumTerms``.
    public var terms = 1
    /// Callers at a time, each of which waits for its answer.
    public var clients = 64
    /// After so many seconds nobody new begins; nil where everyone is served.
    public var seconds: Int?
    /// What the plan is drawn from: the same seed gives the same plan.
    public var seed: UInt64 = 1
    /// How the terms give out their seats.
    public var admission = Admission.firstCome
    /// Whether refusals become events.
    public var recordsRefusals = true
    /// How often the engine's process is killed and the store opened again.
    public var kills = 0
    /// Arrivals a second, fixed in advance; nil where each caller comes back as soon as it is answered.
    public var rate: Double?
    /// What clients do beside applying.
    public var mix = Mix()

    /// Makes the parameters of the default race.
    public init() {}

    /// The most clients that call at the same time.
    public static let maximumClients = 4096
    /// The most people who apply.
    public static let maximumRacers = 10_000_000
    /// The most seats.
    public static let maximumSeats = 10_000_000
    /// The most terms.
    public static let maximumTerms = 10_000
    /// The most kills of the process.
    public static let maximumKills = 1000
    /// The longest race, in seconds.
    public static let maximumSeconds = 86_400

    /// What is wrong with the parameters, by the names that the program gives them; nil where they make a race.
    public var problem: String? {
        func outside(_ name: String, _ value: Int, _ range: ClosedRange<Int>) -> String? {
            range.contains(value) ? nil : "\(name) is \(value); it must be \(range.lowerBound) to \(range.upperBound)"
        }
        let numbers: [(String, Int, ClosedRange<Int>)] = [
            ("--seats", seats, 1...Self.maximumSeats), ("--racers", racers, 1...Self.maximumRacers),
            ("--terms", terms, 1...Self.maximumTerms), ("--clients", clients, 1...Self.maximumClients),
            ("--kill", kills, 0...Self.maximumKills), ("--seconds", seconds ?? 1, 1...Self.maximumSeconds),
            ("--mix again", mix.again, 0...100), ("--mix approve", mix.approve, 0...100),
            ("--mix cancel", mix.cancel, 0...100), ("--mix capacity", mix.capacity, 0...100),
            ("--mix read", mix.read, 0...100),
        ]
        for (name, value, range) in numbers {
            if let problem = outside(name, value, range) { return problem }
        }
        if let rate, !(rate >= 1 && rate <= 10_000_000) { return "--rate is \(rate); it must be 1 to 10000000" }
        if admission == .selection {
            return "--admission SELECTION is no race: applications there take no seat; use FIRST_COME or APPROVAL"
        }
        if mix.approve > 0 && admission != .approval {
            return "--mix approve needs --admission APPROVAL: elsewhere an application is approved at once"
        }
        return nil
    }
}
