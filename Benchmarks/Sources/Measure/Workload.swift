// Who applies for what: the same workloads as in Peers/common/race.h, and some of any size for the growth curves.

import Enrollment

/// Attempts are numbered; each number is a person and a term, and a person applies at most once for a term.
struct Workload: Sendable {
    let name: String
    let terms: Int
    let seats: Int
    let people: Int
    let attempts: Int

    private static let known = [
        Workload(name: "hot20k", terms: 1, seats: 20_000, people: 20_000, attempts: 20_000),
        Workload(name: "hot1k", terms: 1, seats: 1000, people: 20_000, attempts: 20_000),
        Workload(name: "t64", terms: 64, seats: 1000, people: 20_000, attempts: 80_000),
        Workload(name: "hot200k", terms: 1, seats: 200_000, people: 200_000, attempts: 200_000),
    ]

    /// One of the known ones, or `terms-N`: 40,000 people, each with a seat in one of N terms.
    static func named(_ name: String) throws -> Workload {
        if let workload = known.first(where: { $0.name == name }) { return workload }
        let parts = name.split(separator: "-")
        guard parts.count == 2, parts[0] == "terms", let terms = Int(parts[1]), (1...100_000).contains(terms) else {
            throw Failure("no workload is called \(name)")
        }
        return Workload(name: name, terms: terms, seats: 40_000, people: 40_000, attempts: 40_000)
    }

    func user(of attempt: Int) -> UserID { UserID(Int64(attempt % people + 1)) }

    func term(of attempt: Int) -> TermID {
        terms == 1 ? 1 : TermID(Int64((attempt % people + 16 * (attempt / people)) % terms + 1))
    }

    /// How many must be let in when everybody has applied.
    var expected: Int {
        var applied: [TermID: Int] = [:]
        for attempt in 0..<attempts { applied[term(of: attempt), default: 0] += 1 }
        return applied.values.reduce(0) { $0 + min($1, seats) }
    }
}
