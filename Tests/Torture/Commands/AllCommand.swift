// `torture all`: every proof at its long scale, within a given time, and a table of how far each came.

import ArgumentParser
import Glibc

/// Runs all proofs, each with its share of the time; what one leaves over goes to those after it.
struct AllCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "all", abstract: "Run every proof within a given time and print a table.",
        discussion: """
            A proof ends when it has reached its figure or used its share of the time. The exit code is 1 if any \
            proof failed, whether it came to its figure or not.
            """)

    @Option(help: "How many minutes all proofs together may take.") var minutes: Double = 5
    @Option(help: "Chooses moments, sizes and contents.") var seed: UInt64 = 1
    @Flag(help: "Run only the proofs that need nothing but this process.") var inMemory = false
    @Option(help: "A Markdown file: its section 'Results' is replaced, or the file is made.") var report: String?

    func validate() throws {
        guard minutes > 0 else { throw ValidationError("--minutes must be above 0") }
    }

    func run() throws {
        PrivateMounts.enter()
        let start = Moment.now
        let deadline = Moment.afterSeconds(minutes * 60)
        var table = ResultTable(seed: seed, minutes: minutes)
        let parts = inMemory ? LongProof.inMemory : LongProof.onTheMachine + LongProof.inMemory
        for (index, part) in parts.enumerated() {
            let weights = parts[index...].reduce(0) { $0 + $1.weight }
            let left = Double(max(0, deadline.nanosecondsLeft)) / 1e9
            let budget = ProofBudget(
                figure: part.figure, seed: seed, deadline: .afterSeconds(left * part.weight / weights))
            let result = try part.run(budget)
            StandardOutput.note(result.summary)
            for failure in result.failures { StandardOutput.note("  FAILED: \(failure)") }
            table.results.append(result)
        }
        table.seconds = start.secondsAgo
        StandardOutput.write(table.text)
        if let report { try table.write(to: report) }
        if !table.results.allSatisfy(\.isGood) { throw ExitCode(1) }
    }
}

/// A proof of the long run: how far it should come, and its share of the time.
struct LongProof {
    let figure: Int
    let weight: Double
    let run: (ProofBudget) throws -> ProofResult

    static var onTheMachine: [LongProof] {
        [
            LongProof(figure: 50, weight: 4, run: SpaceProof.run),
            LongProof(figure: 3000, weight: 14, run: FaultProof.run),
            LongProof(figure: 1000, weight: 14) { try PowerProof.run(.ext4, $0) },
            LongProof(figure: 1000, weight: 14) { try PowerProof.run(.xfs, $0) },
            LongProof(figure: 10_000, weight: 24, run: KillProof.run),
        ]
    }

    static var inMemory: [LongProof] {
        InProcessProof.all.map { LongProof(figure: $0.figure, weight: $0.weight, run: $0.run) }
    }
}
