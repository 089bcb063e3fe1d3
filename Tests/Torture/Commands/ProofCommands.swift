// The commands of single proofs; each prints its result and exits 1 where it failed.

import ChildProcesses
import ArgumentParser
import Glibc

/// What the commands of single proofs share.
struct ProofOptions: ParsableArguments {
    @Option(help: "How many cycles to run.") var cycles = 100
    @Option(help: "Chooses moments, sizes and contents.") var seed: UInt64 = 1
    @Option(help: "Stop after so many minutes at the latest.") var minutes: Double = 1440

    var budget: ProofBudget {
        ProofBudget(figure: cycles, seed: seed, deadline: .afterSeconds(minutes * 60))
    }

    func validate() throws {
        guard cycles > 0, minutes > 0 else { throw ValidationError("--cycles and --minutes must be above 0") }
    }
}

struct KillCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kill", abstract: "Kill the writer under load and while it opens.")

    @OptionGroup var options: ProofOptions

    func run() throws { try conclude(try KillProof.run(options.budget)) }
}

extension DiskFormat: ExpressibleByArgument {}

struct PowerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "power", abstract: "Cut the power of a loop-mounted file system under the writer; needs root.")

    @Option(help: "The file system of the disk.") var filesystem: DiskFormat = .ext4
    @OptionGroup var options: ProofOptions

    func run() throws {
        PrivateMounts.enter()
        try conclude(try PowerProof.run(filesystem, options.budget))
    }
}

struct SpaceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "space", abstract: "Fill a small disk, free it, and open the log again; needs root.")

    @OptionGroup var options: ProofOptions

    func run() throws {
        PrivateMounts.enter()
        try conclude(try SpaceProof.run(options.budget))
    }
}

struct FaultsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "faults", abstract: "Inject faults into the writer's system calls; needs strace.")

    @OptionGroup var options: ProofOptions

    func run() throws { try conclude(try FaultProof.run(options.budget)) }
}

struct MemoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "memory", abstract: "Run rounds of a proof in memory, to see a failure again.")

    @Argument(help: "The proof: \(InProcessProof.all.map(\.key).joined(separator: ", ")).") var proof: String
    @Option(help: "Chooses what happens, with the number of the round.") var seed: UInt64 = 1
    @Option(help: "The first round.") var round = 0
    @Option(help: "How many rounds to run.") var rounds = 1

    func validate() throws {
        guard chosen != nil else { throw ValidationError("There is no proof '\(proof)'.") }
        guard round >= 0, rounds > 0 else { throw ValidationError("--rounds must be above 0, --round not below") }
    }

    private var chosen: InProcessProof? { InProcessProof.all.first { $0.key == proof } }

    func run() throws {
        guard let chosen else { return }
        try conclude(chosen.run(round..<round + rounds, seed: seed))
    }
}

/// Prints a result, and fails where the proof did, or where it was skipped although it must not be.
func conclude(_ result: ProofResult) throws {
    StandardOutput.write(result.summary)
    for failure in result.failures { StandardOutput.write("  FAILED: \(failure)") }
    if !result.isGood { throw ExitCode(1) }
}
