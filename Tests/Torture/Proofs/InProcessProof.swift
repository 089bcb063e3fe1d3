// The proofs that need no machine but this process, cut into short rounds, so that several threads can share them.

import EnrollmentTesting
import LogProofs

/// A proof of the library LogProofs, run round by round until it has counted to its figure.
///
/// A round depends on seed and number alone, so whichever thread runs it, it comes to the same, and a failure can be
/// seen again by running that one round.
struct InProcessProof: Sendable {
    /// How the command line calls it.
    let key: String
    let name: String
    /// Which of the report's counts the figure is about.
    let unit: String
    /// How far it goes in every build, and in a long run.
    let figures: Figures
    let prove: @Sendable (_ seed: UInt64, _ round: Int) -> ProofReport

    static let all = [
        InProcessProof(key: "crash", name: "crash states", unit: "states", figures: Figures(1_000_000, 20_000_000)) {
            // A script a round; the next seed makes other batches, which tear otherwise.
            var scale = CrashProof.Scale()
            scale.scripts = [Script.small[$1 % Script.small.count]]
            scale.secondEvery = 200
            scale.thirdEvery = 50
            return CrashProof.run(scale, seed: $0 &+ UInt64($1 / Script.small.count))
        },
        InProcessProof(key: "flip", name: "flipped bits", unit: "flips", figures: Figures(500_000, 10_000_000)) {
            var scale = FlipProof.Scale()
            scale.every = 11
            scale.everyInPages = 97
            scale.everyCut = 5
            scale.phase = $1
            return FlipProof.run(scale, seed: $0 &+ UInt64($1 / scale.every))
        },
        InProcessProof(key: "calls", name: "failing calls", unit: "fired", figures: Figures(5_000, 50_000)) {
            CallFailureProof.run(.init(), seed: $0 &+ UInt64($1))
        },
        InProcessProof(key: "syncs", name: "failed syncs", unit: "fired", figures: Figures(500, 5_000)) {
            SyncFailureProof.run(seed: $0 &+ UInt64($1))
        },
        InProcessProof(key: "lies", name: "lying devices", unit: "fired", figures: Figures(1_000, 20_000)) {
            LyingDeviceProof.run(.init(), seed: $0 &+ UInt64($1))
        },
        InProcessProof(key: "stories", name: "random stories", unit: "stories", figures: Figures(300, 10_000)) {
            var scale = StoryProof.Scale()
            scale.seeds = 10
            return StoryProof.run(scale, seed: ($0 &+ UInt64($1)) &* 10)
        },
        InProcessProof(key: "model", name: "model commands", unit: "commands", figures: Figures(3_000_000, 100_000_000))
        {
            let run = ModelRun(seed: $0 &+ UInt64($1), commands: 20_000, invariantsEvery: 8)
            var report = ProofReport("model", seed: $0 &+ UInt64($1))
            report.count("commands", by: run.commands)
            if let failure = run.failure { report.fail(failure) }
            return report
        },
        InProcessProof(
            key: "stores", name: "commands in stores", unit: "commands", figures: Figures(200_000, 5_000_000)
        ) {
            StoreProof.run(seed: $0 &+ UInt64($1))
        },
    ]

    /// Runs some rounds one after the other, to see a failure again.
    func run(_ rounds: Range<Int>, seed: UInt64) -> ProofResult {
        var result = ProofResult(name, ProofBudget(figure: 0, seed: seed))
        for round in rounds { result.add(prove(seed, round), of: self, round) }
        return result.finish()
    }
}

extension ProofResult {
    /// Adds what a round did.
    mutating func add(_ report: ProofReport, of proof: InProcessProof, _ round: Int) {
        for (what, amount) in report.counts.sorted(by: { $0.key < $1.key }) { count(what, amount) }
        for failure in report.failures { fail("round \(round) of \(proof.key): \(failure)") }
        reached = counted(proof.unit)
    }
}
