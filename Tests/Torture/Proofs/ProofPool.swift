// Threads that share the rounds of the proofs in memory: always those of the proof that is furthest from its figure.

import ChildProcesses
import Glibc
import LogProofs
import Synchronization

/// Rounds of several proofs, handed out to whoever asks, until each proof has come to its figure.
final class ProofPool: Sendable {
    /// One proof on its way.
    private struct Entry {
        let proof: InProcessProof
        var result: ProofResult
        var begun = 0
        var finished = 0
        var laneSeconds = 0.0

        /// How far the rounds that have begun will bring the proof, as far as the finished ones tell; until one has
        /// finished nobody knows how little is missing.
        var share: Double {
            guard finished > 0 else { return begun == 0 ? 0 : 0.999 }
            return Double(begun) * Double(max(1, result.reached)) / Double(finished) / Double(result.figure)
        }

        /// Whether all rounds that were thought to suffice have come to too little.
        var isShort: Bool { !isDone && begun == finished }

        var isDone: Bool { result.reached >= result.figure || !result.failures.isEmpty }
    }

    private let entries: Mutex<[Entry]>
    private let seed: UInt64
    private let deadline: Moment
    let lanes: Int

    init(_ tier: Tier, seed: UInt64, deadline: Moment, lanes: Int) {
        self.seed = seed
        self.deadline = deadline
        self.lanes = lanes
        entries = Mutex(
            InProcessProof.all.map { proof in
                let budget = ProofBudget(figure: proof.figures[tier], seed: seed, deadline: deadline)
                return Entry(proof: proof, result: ProofResult(proof.name, budget))
            })
    }

    /// What the proofs came to.
    ///
    /// Their seconds are a share of the time on the clock, since they ran side by side.
    var results: [ProofResult] {
        entries.withLock { entries in
            entries.map { entry in
                var result = entry.result
                result.seconds = entry.laneSeconds / Double(lanes)
                return result
            }
        }
    }

    /// Starts the threads; each ends when no round is left for it.
    ///
    /// There are more than processors, since a round often waits for a thread of the log's own. They give way to
    /// everything else, so that processes of other proofs keep their pace.
    func start() throws -> [WorkThread] {
        try (0..<lanes).map { _ in
            try WorkThread {
                setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
                while let (number, round) = self.take() { self.run(number, round) }
            }
        }
    }

    private func take() -> (number: Int, round: Int)? {
        guard Moment.now < deadline else { return nil }
        return entries.withLock { entries in
            let open = entries.indices.filter { !entries[$0].isDone && entries[$0].share < 1 }
            let next = open.min { entries[$0].share < entries[$1].share } ?? entries.firstIndex(where: \.isShort)
            guard let next else { return nil }
            defer { entries[next].begun += 1 }
            return (next, entries[next].begun)
        }
    }

    private func run(_ number: Int, _ round: Int) {
        let proof = entries.withLock { $0[number].proof }
        let start = Moment.now
        let report = proof.prove(seed, round)
        let failures = entries.withLock { entries in
            let before = entries[number].result.failures.count
            entries[number].result.add(report, of: proof, round)
            entries[number].finished += 1
            entries[number].laneSeconds += start.secondsAgo
            return entries[number].result.failures.dropFirst(before)
        }
        for failure in failures { StandardOutput.note("  FAILED: \(failure)") }
    }
}
