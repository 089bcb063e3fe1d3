// A disk that fills up: a clear error, reads go on, nothing is lost, and space alone heals it.

import ChildProcesses
import EnrollmentTesting
import EventLog

/// Fills a small disk until the writer is refused, reads, frees space, opens again; several times for each log.
struct SpaceProof {
    private let budget: ProofBudget
    private var generator: SplitMix64
    private var result: ProofResult

    private init(_ budget: ProofBudget) {
        self.budget = budget
        generator = SplitMix64(seed: budget.seed ^ 0xF)
        result = ProofResult("disk full", budget)
    }

    static func run(_ budget: ProofBudget) throws -> ProofResult {
        var proof = SpaceProof(budget)
        return try proof.run()
    }

    private mutating func run() throws -> ProofResult {
        result.skipped = SmallDisk.obstacle
        if result.skipped != nil { return result.finish() }
        while result.reached < budget.figure && Moment.now < budget.deadline && result.failures.count < 5 {
            let disk = try SmallDisk(kibibytes: generator.pick([64, 96, 128, 256, 512, 1024, 3072]))
            let log = LogUnderTest(at: disk.path + "/log", seed: generator.next())
            let cycles = min(2 + generator.below(5), budget.figure - result.reached)
            var findings: [String] = []
            for _ in 1...cycles where findings.isEmpty {
                let size = disk.kibibytes
                findings += try fill(disk, log)
                for finding in findings { result.fail("disk of \(size) KiB: \(finding)") }
            }
            result.count("acknowledged batches", log.ledger.acknowledgedBatches)
            result.count("disks")
        }
        return result.finish()
    }

    /// One cycle: fill, read, free, open again without any repair.
    private mutating func fill(_ disk: SmallDisk, _ log: LogUnderTest) throws -> [String] {
        let writer = try log.startWriter([
            "--tasks", "\(1 + generator.below(8))", "--segment-bytes", "\(16_384 << generator.below(5))",
            "--confirm-milliseconds", "\(generator.pick([0, 5, 20]))",
        ])
        var findings = log.note(writer.process.remainingLines(), of: writer)
        let ending = writer.process.wait()
        if case .exited = ending {} else { findings.append("the writer ended with \(ending)") }
        let told = log.told(by: writer)
        findings += Self.judge(told)
        if told.opened == nil { result.count("full already while opening") }
        if log.hasBeenOpened {
            findings += log.read()
            findings += openingWhileFull(log)
        }
        try disk.grow(byKibibytes: 64 + generator.below(512))
        findings += log.inspect(verifying: true).findings
        result.reached += 1
        return findings
    }

    /// A full disk must be called one, and nothing else may be the matter.
    private static func judge(_ told: Ledger.Life) -> [String] {
        guard told.opened != nil else {
            guard let failure = told.failure else { return ["the writer neither opened the log nor said why"] }
            return failure.hasPrefix("diskFull:") ? [] : ["the writer could not open: \(failure)"]
        }
        var findings: [String] = []
        let codes = Set(told.refused.values)
        if !codes.contains("diskFull") { findings.append("no caller was told that the disk is full: \(codes)") }
        for (name, code) in told.refused where code != "diskFull" && code != "poisoned" {
            findings.append("\(name) was refused as \(code)")
        }
        return findings
    }

    /// An opening may work or be refused for want of space, and must harm nothing.
    private mutating func openingWhileFull(_ log: LogUnderTest) -> [String] {
        do {
            try EventLog.open(at: log.directory).close()
        } catch  where error.code == .diskFull {
            result.count("openings refused while full")
        } catch {
            return ["opening while the disk is full: \(error)"]
        }
        return log.read()
    }
}
