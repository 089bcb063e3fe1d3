// What a proof tells: how much it did, and every failure with what it takes to see it again.

/// The result of one proof: a value, so that a test and a long-running program judge it alike.
package struct ProofReport: Sendable, CustomStringConvertible {
    /// The proof's name.
    package let proof: String
    /// The seed that runs it again.
    package let seed: UInt64
    /// How often each thing was done: states, flips, calls, faults fired.
    package private(set) var counts: [String: Int] = [:]
    /// The first failures, each with seed and step.
    package private(set) var failures: [String] = []
    /// All failures, those beyond the kept ones too.
    package private(set) var failureCount = 0

    private static let keptFailures = 40

    package init(_ proof: String, seed: UInt64) {
        self.proof = proof
        self.seed = seed
    }

    /// How often a thing was done; 0 for a thing that never was.
    package subscript(what: String) -> Int { counts[what, default: 0] }

    package mutating func count(_ what: String, by amount: Int = 1) {
        counts[what] = counts[what, default: 0].addingReportingOverflow(amount).partialValue
    }

    package mutating func fail(_ text: @autoclosure () -> String) {
        failureCount += 1
        if failures.count < Self.keptFailures { failures.append("\(proof), seed \(seed): \(text())") }
    }

    /// Adds the counts and failures of another run.
    package mutating func add(_ other: ProofReport) {
        for (what, amount) in other.counts { count(what, by: amount) }
        failureCount += other.failureCount
        failures.append(contentsOf: other.failures.prefix(max(0, Self.keptFailures - failures.count)))
    }

    package var description: String {
        let figures = counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        let verdict =
            failureCount == 0 ? "no failure" : "\(failureCount) failures:\n" + failures.joined(separator: "\n")
        return "\(proof), seed \(seed): \(figures); \(verdict)"
    }
}
