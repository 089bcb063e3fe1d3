// Who does what, in which order, when: drawn from the seed before the race begins.

internal import EnrollmentTesting
internal import EventLog

/// The plan of a race: its visits, in the order in which they arrive.
///
/// A visit is what one caller does in one go: an application with what follows from it, a change of capacity, or a
/// reading. Whether something follows depends on the answers, how it would go is fixed here.
public struct Workload: Sendable {
    enum Kind: UInt8, Sendable {
        case application
        case capacity
        case reading
    }

    struct Visit: Sendable {
        let kind: Kind
        /// From 1, as the store numbers them; 0 where nobody applies.
        let user: Int32
        let term: Int32
        /// The capacity to set.
        let capacity: Int32
    }

    /// What one visit does at most, one after the other: apply, approve, cancel, apply again.
    static let stepsPerVisit = 4

    /// What was planned for.
    public let parameters: RaceParameters
    let visits: [Visit]
    /// When each visit arrives, in nanoseconds after the start; empty where callers come back by themselves.
    let arrivals: [Int64]

    /// Draws a plan from the seed of the parameters.
    public init(_ parameters: RaceParameters) {
        self.parameters = parameters
        var random = SplitMix64(seed: parameters.seed)
        var racers = (1...max(1, parameters.racers)).map { Int32($0) }
        racers.shuffle(using: &random)
        var visits: [Visit] = []
        visits.reserveCapacity(racers.count)
        for racer in racers {
            let term = Int32(random.below(parameters.terms) + 1)
            visits.append(Visit(kind: .application, user: racer, term: term, capacity: 0))
            if random.chance(parameters.mix.again, in: 100) {
                visits.append(Visit(kind: .application, user: racer, term: term, capacity: 0))
            }
            if random.chance(parameters.mix.read, in: 100) {
                let term = Int32(random.below(parameters.terms) + 1)
                visits.append(Visit(kind: .reading, user: 0, term: term, capacity: 0))
            }
            if random.chance(parameters.mix.capacity, in: 100) {
                let most = max(1, parameters.seats / 10)
                let capacity = max(1, parameters.seats - most + random.below(2 * most + 1))
                let term = Int32(random.below(parameters.terms) + 1)
                visits.append(Visit(kind: .capacity, user: 0, term: term, capacity: Int32(capacity)))
            }
        }
        self.visits = visits
        arrivals = Self.arrivals(visits.count, parameters.rate, &random)
    }

    /// How many visits there are to be made.
    public var visitCount: Int { visits.count }

    /// Gaps between arrivals that are drawn as a Poisson process has them: people do not arrive in step.
    private static func arrivals(_ count: Int, _ rate: Double?, _ random: inout SplitMix64) -> [Int64] {
        guard let rate else { return [] }
        var time = 0.0
        return (0..<count).map { _ in
            let unit = Double(random.next() >> 11) / 9_007_199_254_740_992
            time += -logarithm(1 - unit) * 1e9 / rate
            return Int64(time)
        }
    }

    /// Whether something happens that happens in `percent` of cases; the same answer every time.
    func happens(_ percent: Int, to visit: Int, step: Int) -> Bool {
        guard percent > 0 else { return false }
        let seed = parameters.seed ^ UInt64(visit) &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(step) << 56
        var random = SplitMix64(seed: seed)
        return random.chance(percent, in: 100)
    }

    /// The identity of a step's command: a retry, also by another process, carries the same one.
    func commandID(ofSlot slot: Int) -> CommandID {
        var random = SplitMix64(seed: parameters.seed)
        return CommandID(high: random.next(), low: UInt64(slot))
    }
}
