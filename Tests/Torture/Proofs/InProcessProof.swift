// The proofs that need no machine but this process, at the scale of a long run.

import LogProofs

/// A proof of the library LogProofs, run with one seed after the other until it has counted to its figure.
struct InProcessProof: Sendable {
    let name: String
    /// Which of the report's counts the figure is about.
    let unit: String
    let figure: Int
    let weight: Double
    let prove: @Sendable (_ seed: UInt64) -> ProofReport

    static let all = [
        InProcessProof(name: "crash states", unit: "states", figure: 20_000_000, weight: 10) {
            // A round must be short, since only between rounds the time is looked at; the next seed tears otherwise.
            var scale = CrashProof.Scale()
            scale.secondEvery = 200
            scale.thirdEvery = 50
            return CrashProof.run(scale, seed: $0)
        },
        InProcessProof(name: "flipped bits", unit: "flips", figure: 10_000_000, weight: 8) {
            var scale = FlipProof.Scale()
            scale.every = 11
            scale.everyInPages = 97
            return FlipProof.run(scale, seed: $0)
        },
        InProcessProof(name: "failing calls", unit: "fired", figure: 50_000, weight: 6) {
            CallFailureProof.run(.init(), seed: $0)
        },
        InProcessProof(name: "failed syncs", unit: "fired", figure: 5_000, weight: 1) {
            SyncFailureProof.run(seed: $0)
        },
        InProcessProof(name: "lying devices", unit: "fired", figure: 20_000, weight: 2) {
            LyingDeviceProof.run(.init(), seed: $0)
        },
        InProcessProof(name: "random stories", unit: "stories", figure: 10_000, weight: 6) {
            var scale = StoryProof.Scale()
            scale.seeds = 20
            return StoryProof.run(scale, seed: $0 &* 20)
        },
    ]

    func run(_ budget: ProofBudget) -> ProofResult {
        var result = ProofResult(name, budget)
        var seed = budget.seed
        repeat {
            let report = prove(seed)
            for (what, amount) in report.counts.sorted(by: { $0.key < $1.key }) { result.count(what, amount) }
            for failure in report.failures { result.fail(failure) }
            result.reached = result.counted(unit)
            seed += 1
        } while result.reached < figure && Moment.now < budget.deadline && result.failures.isEmpty
        return result.finish()
    }
}
