// `torture all`: every proof, to its figure or within a given time, and a table of how far each came.

import ChildProcesses
import ArgumentParser
import Glibc

/// Runs all proofs: those with processes one after the other, and those in memory beside them on other threads.
struct AllCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "all", abstract: "Run every proof and print a table.",
        discussion: """
            The tier 'ci' runs each proof to the figure of every build: a figure that is not reached in time is a \
            failure. The tier 'long' aims at more, and goes as far as the time reaches. The exit code is 1 if any \
            proof failed.
            """)

    @Option(help: "The figures to reach: ci or long.") var tier: Tier = .long
    @Option(help: "How many minutes all proofs together may take; 20 for ci and 5 for long if not given.")
    var minutes: Double?
    @Option(help: "Chooses moments, sizes and contents.") var seed: UInt64 = 1
    @Option(help: "How many threads run the proofs in memory; three for each processor if not given.")
    var lanes: Int?
    @Flag(help: "Run only the proofs that need nothing but this process.") var inMemory = false
    @Option(help: "A Markdown file: its section 'Results' is replaced, or the file is made.") var report: String?

    func validate() throws {
        guard minutes ?? 1 > 0 else { throw ValidationError("--minutes must be above 0") }
        guard 1...256 ~= lanes ?? 1 else { throw ValidationError("--lanes must be from 1 to 256") }
    }

    func run() throws {
        PrivateMounts.enter()
        let start = Moment.now
        let deadline = Moment.afterSeconds((minutes ?? (tier == .ci ? 20 : 5)) * 60)
        let pool = ProofPool(tier, seed: seed, deadline: deadline, lanes: lanes ?? 3 * Self.processors)
        let threads = try pool.start()
        var table = ResultTable(seed: seed)
        if !inMemory { table.results = try runProcesses(until: deadline) }
        for thread in threads { thread.join() }
        for result in pool.results { note(result) }
        table.results += pool.results
        table.seconds = start.secondsAgo
        StandardOutput.write(table.text)
        if let report { try table.write(to: report) }
        let isEnough = tier == .long || table.unreached.isEmpty
        if !isEnough || !table.results.allSatisfy(\.isGood) { throw ExitCode(1) }
    }

    /// Runs the proofs that need processes; what one leaves over of its time goes to those after it.
    private func runProcesses(until deadline: Moment) throws -> [ProofResult] {
        let proofs = ProcessProof.all
        return try proofs.enumerated().map { index, proof in
            let weights = proofs[index...].reduce(0) { $0 + $1.weight }
            let left = Double(max(0, deadline.nanosecondsLeft)) / 1e9
            let share = tier == .ci ? left : left * proof.weight / weights
            let result = try proof.run(
                ProofBudget(figure: proof.figures[tier], seed: seed, deadline: .afterSeconds(share)))
            note(result)
            return result
        }
    }

    private func note(_ result: ProofResult) {
        StandardOutput.note(result.summary)
        for failure in result.failures { StandardOutput.note("  FAILED: \(failure)") }
    }

    private static var processors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}

/// A proof with real processes: how far it should come, and its share of the time.
struct ProcessProof {
    let figures: Figures
    let weight: Double
    let run: (ProofBudget) throws -> ProofResult

    static var all: [ProcessProof] {
        [
            ProcessProof(figures: Figures(8, 50), weight: 1, run: SpaceProof.run),
            ProcessProof(figures: Figures(300, 3000), weight: 22, run: FaultProof.run),
            ProcessProof(figures: Figures(30, 1000), weight: 12) { try PowerProof.run(.ext4, $0) },
            ProcessProof(figures: Figures(30, 1000), weight: 12) { try PowerProof.run(.xfs, $0) },
            ProcessProof(figures: Figures(10, 200), weight: 5) { try RaceProof.run(.ext4, $0) },
            ProcessProof(figures: Figures(10, 200), weight: 5) { try RaceProof.run(.xfs, $0) },
            ProcessProof(figures: Figures(500, 10_000), weight: 50, run: KillProof.run),
        ]
    }
}
