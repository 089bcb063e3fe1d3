// Many random histories through the comparison: what was reached on the way, and the smallest history that fails.

import Enrollment

/// The outcome of a run of random histories.
public struct ModelRun: Sendable {
    /// How many commands were compared.
    public private(set) var commands = 0
    /// What they reached.
    public private(set) var coverage = ModelCoverage()
    /// The first difference, with its seed and the shrunk history that leads to it; nil where there was none.
    public private(set) var failure: String?

    /// Runs histories of `length` commands until `commands` are done, or one fails.
    ///
    /// The invariants are checked after every `invariantsEvery` commands, and always at a history's end.
    public init(seed: UInt64, commands total: Int, length: Int = 400, invariantsEvery: Int = 1) {
        var seeds = SplitMix64(seed: seed)
        while commands < total {
            let historySeed = seeds.next()
            // Sealed texts are half of the truth.
            var generator = CommandGenerator(seed: historySeed, sealsTexts: historySeed % 2 == 0)
            var comparison = ModelComparison()
            var history: [ModelStep] = []
            for number in 1...length {
                let step = generator.next(in: comparison.state)
                history.append(step)
                let isChecked = number % invariantsEvery == 0 || number == length
                let (outcome, difference) = comparison.run(step, checksInvariants: isChecked)
                coverage.count(step.command.kind, outcome)
                commands += 1
                guard let difference else { continue }
                failure = Self.report(seed: seed, historySeed: historySeed, history, difference)
                return
            }
        }
    }

    private static func report(
        seed: UInt64, historySeed: UInt64, _ history: [ModelStep], _ difference: String
    ) -> String {
        let shortest = shrunk(history) { firstDifference(in: $0) != nil }
        let lines = shortest.enumerated().map { "\($0 + 1). \($1)" }.joined(separator: "\n")
        return """
            seed \(seed), history \(historySeed), command \(history.count): \(difference)
            shrunk to \(shortest.count) commands, which end in: \(firstDifference(in: shortest) ?? "no difference")
            \(lines)
            """
    }

    /// The first difference that a history leads to, from nothing; nil where there is none.
    public static func firstDifference(in history: [ModelStep]) -> String? {
        var comparison = ModelComparison()
        for step in history {
            if let difference = comparison.run(step).difference { return difference }
        }
        return nil
    }
}

/// The elements that are enough to keep `isFailing` true, none of which can be left out alone: delta debugging
/// (Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002).
///
/// - Complexity: O(n²) calls of `isFailing` at worst, usually O(n log n).
public func shrunk<Element>(_ elements: [Element], while isFailing: ([Element]) -> Bool) -> [Element] {
    var shortest = elements
    var size = shortest.count / 2
    while size > 0 {
        var start = 0
        var removedAny = false
        while start < shortest.count {
            let rest = Array(shortest[..<start] + shortest[min(start + size, shortest.count)...])
            if isFailing(rest) {
                shortest = rest
                removedAny = true
            } else {
                start += size
            }
        }
        // At single elements go round until nothing more can go.
        size = size == 1 && removedAny ? 1 : size / 2
    }
    return shortest
}
