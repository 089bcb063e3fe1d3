// Faults in the system calls of the built program: refused, interrupted, or the last thing it ever did.

import ChildProcesses
import EnrollmentTesting
import EventLog
import Glibc

/// Injects one fault after another into writers that create, open or recover a log, then opens it without faults.
struct FaultProof {
    /// The calls of the log, and what may go wrong with each.
    private static let effects: [String: [String]] = [
        "pwrite64": ["error=EIO", "error=ENOSPC", "error=EINTR", "signal=SIGKILL"],
        "fdatasync": ["error=EIO", "error=ENOSPC", "error=EINTR", "signal=SIGKILL"],
        "openat": ["error=EIO", "error=ENOSPC", "error=EMFILE", "error=EINTR", "signal=SIGKILL"],
        "rename": ["error=EIO", "error=ENOSPC", "signal=SIGKILL"],
        "fsync": ["error=EIO", "error=EINTR", "signal=SIGKILL"],
        "pread64": ["error=EIO", "error=EINTR", "signal=SIGKILL"],
        "ftruncate": ["error=EIO", "error=EINTR", "signal=SIGKILL"],
    ]

    private static let weights = ["pwrite64": 4, "fdatasync": 2, "rename": 2, "openat": 2]

    /// How the log stands before the faulty writer comes.
    private enum Scene: String, CaseIterable {
        case missing = "creating", closed = "opening", killed = "recovering"
    }

    private let budget: ProofBudget
    private var generator: SplitMix64
    private var result: ProofResult

    private init(_ budget: ProofBudget) {
        self.budget = budget
        generator = SplitMix64(seed: budget.seed ^ 0xFA)
        result = ProofResult("system call faults", budget)
    }

    static func run(_ budget: ProofBudget) throws -> ProofResult {
        var proof = FaultProof(budget)
        return try proof.run()
    }

    private mutating func run() throws -> ProofResult {
        result.skipped = Strace.obstacle()
        if result.skipped != nil { return result.finish() }
        while result.reached < budget.figure && Moment.now < budget.deadline && result.failures.count < 5 {
            for scene in Scene.allCases where result.reached < budget.figure {
                let scratch = try Scratch(in: Scratch.places.last ?? Scratch.disk)
                try torture(scene, in: scratch)
            }
        }
        return result.finish()
    }

    /// Some faults in copies of one log.
    private mutating func torture(_ scene: Scene, in scratch: Scratch) throws {
        let template = LogUnderTest(at: scratch.path + "/template", seed: generator.next())
        try set(scene, template)
        let probe = try copy(template, scene, to: scratch.path + "/probe")
        let baseline = try runWriter(probe, fault: nil, in: scratch)
        if baseline.ending != .exited(0) { result.fail("\(scene.rawValue) without a fault: \(baseline.ending)") }
        for number in 0..<20 where result.reached < budget.figure && Moment.now < budget.deadline {
            let log = try copy(template, scene, to: scratch.path + "/log-\(number)")
            var findings: [String] = []
            var faults: [SystemCallFault] = []
            // Now and then a second fault meets what the first one left.
            for _ in 0..<(generator.chance(1, in: 4) ? 2 : 1) {
                let fault = draw(from: baseline.trace)
                faults.append(fault)
                let run = try runWriter(log, fault: fault, in: scratch)
                guard run.trace.injected > 0 || run.trace.killed else {
                    result.count("never reached")
                    continue
                }
                findings += run.findings + judge(run, fault)
                result.reached += 1
                result.count(run.ending == .exited(0) ? "overcome" : "ended the writer")
                result.count("while \(scene.rawValue)")
            }
            findings += log.inspect(verifying: true).findings
            let names = faults.map(\.description).joined(separator: ", then ")
            for finding in findings { result.fail("\(scene.rawValue) with \(names) in \(log.directory): \(finding)") }
            if findings.isEmpty { try Scratch.remove(log.directory) } else { scratch.isKept = true }
        }
    }

    /// Brings a log into the state that a scene begins with.
    private mutating func set(_ scene: Scene, _ log: LogUnderTest) throws {
        if scene == .missing { return }
        let writer = try log.startWriter(
            Self.options + (scene == .closed ? ["--batches", "6"] : ["--confirm-milliseconds", "3600000"]))
        if scene == .killed {
            for _ in 0..<(20 + generator.below(40)) {
                guard let line = writer.process.readLine(until: .afterSeconds(30)) else { break }
                for finding in log.note([line], of: writer) { result.fail(finding) }
            }
            writer.process.kill()
        }
        for finding in log.note(writer.process.remainingLines(), of: writer) { result.fail(finding) }
        _ = writer.process.wait()
    }

    private func copy(_ template: LogUnderTest, _ scene: Scene, to directory: String) throws -> LogUnderTest {
        if scene == .missing { return LogUnderTest(at: directory, seed: template.seed) }
        return try LogUnderTest(copying: template, to: directory)
    }

    private mutating func draw(from baseline: Strace.Trace) -> SystemCallFault {
        // What changes the log comes more often than what only looks.
        let calls = baseline.calls.filter { Self.effects[$0.key] != nil }.sorted { $0.key < $1.key }
            .flatMap { call, count in Array(repeating: (call, count), count: Self.weights[call, default: 1]) }
        let (call, count) = calls.isEmpty ? ("pwrite64", 1) : generator.pick(calls)
        // The first calls are those of the opening, where each has a task of its own.
        let reach = generator.chance(1, in: 2) ? min(count, 6) : count
        let effect = generator.pick(Self.effects[call] ?? [])
        // A call that is interrupted for ever is tried again for ever, as it should be.
        let isSticky = effect != "error=EINTR" && effect != "signal=SIGKILL" && generator.chance(1, in: 3)
        return SystemCallFault(call: call, effect: effect, place: 1 + generator.below(reach), isSticky: isSticky)
    }

    private static let options = ["--tasks", "3", "--segment-bytes", "8192", "--seal-duty", "100"]

    /// What one writer did under a fault.
    private struct Run {
        var trace: Strace.Trace
        var ending: ProcessEnding
        var told: Ledger.Life
        var findings: [String]
    }

    private func runWriter(_ log: LogUnderTest, fault: SystemCallFault?, in scratch: Scratch) throws -> Run {
        let writer = try log.startWriter(
            Self.options + ["--batches", "6", "--confirm-milliseconds", "2", "--waits"])
        _ = writer.process.readLine(until: .afterSeconds(20))
        let strace = try Strace(
            of: writer.process, calls: Self.effects.keys.sorted(), fault: fault, into: scratch.path + "/trace")
        writer.process.write("go\n")
        let findings = log.note(writer.process.remainingLines(until: .afterSeconds(30)), of: writer)
        let ending = writer.process.wait(until: .afterSeconds(5))
        return Run(trace: try strace.finish(), ending: ending, told: log.told(by: writer), findings: findings)
    }

    /// What the writer may say about a fault: it fails as itself, and never as damage of the log.
    private func judge(_ run: Run, _ fault: SystemCallFault) -> [String] {
        if fault.effect == "signal=SIGKILL" { return run.ending == .signalled(SIGKILL) ? [] : ["\(run.ending)"] }
        var findings: [String] = []
        guard case .exited(let code) = run.ending, code == 0 || code == 3 else { return ["ended with \(run.ending)"] }
        let isFull = fault.effect == "error=ENOSPC"
        var codes = Set(run.told.refused.values)
        if let failure = run.told.failure { codes.insert(String(failure.prefix { $0 != ":" })) }
        if fault.effect == "error=EINTR" && (code != 0 || !codes.isEmpty) {
            findings.append("an interrupted call became an error: \(codes)")
        }
        for code in codes.subtracting(["io", "indeterminate", "poisoned"]) where !(isFull && code == "diskFull") {
            findings.append("\(fault.effect) was told as \(code): \(run.told.failure ?? "")")
        }
        return findings
    }
}
