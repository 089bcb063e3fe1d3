// What every proof takes and gives: how far to go, and how far it came.

import ChildProcesses
import Glibc

/// How far a proof goes: to its figure, or to its deadline if that comes first.
struct ProofBudget {
    var figure: Int
    var seed: UInt64
    var deadline: Moment

    init(figure: Int, seed: UInt64, deadline: Moment = .afterSeconds(24 * 3600)) {
        self.figure = figure
        self.seed = seed
        self.deadline = deadline
    }
}

/// One row of the table.
struct ProofResult {
    let name: String
    let figure: Int
    let seed: UInt64
    var reached = 0
    var seconds = 0.0
    var failures: [String] = []
    /// Counts that show what the proof met, such as kills during recovery.
    var counts: [(name: String, count: Int)] = []
    /// Why the proof could not run here.
    var skipped: String?

    private let start = Moment.now

    init(_ name: String, _ budget: ProofBudget) {
        self.name = name
        figure = budget.figure
        seed = budget.seed
    }

    mutating func count(_ name: String, _ more: Int = 1) {
        if let index = counts.firstIndex(where: { $0.name == name }) {
            counts[index].count += more
        } else {
            counts.append((name, more))
        }
    }

    func counted(_ name: String) -> Int { counts.first { $0.name == name }?.count ?? 0 }

    mutating func fail(_ reason: String) { failures.append(reason) }

    mutating func finish() -> ProofResult {
        seconds = start.secondsAgo
        return self
    }

    /// Whether nothing failed; a skipped proof is good only where skipping is allowed.
    var isGood: Bool { failures.isEmpty && (skipped == nil || !Self.mustNotSkip) }

    /// Where root is, a proof that skips itself would hide that nothing was proven.
    private static var mustNotSkip: Bool { getenv("ENROLL_REQUIRE_ROOT_TESTS").map { String(cString: $0) } == "1" }

    /// The row in words, as a single proof prints it.
    var summary: String {
        if let skipped { return "\(name): SKIPPED, \(skipped)" }
        let details = counts.map { "\($0.count) \($0.name)" }.joined(separator: ", ")
        let tenths = Int(seconds * 10)
        return "\(name): \(reached) of \(figure), seed \(seed), \(tenths / 10).\(tenths % 10) s, "
            + "\(failures.count) failures" + (details.isEmpty ? "" : " (\(details))")
    }
}
