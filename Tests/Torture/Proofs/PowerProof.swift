// Power cuts on real file systems: everything that was not synced is gone, and what was acknowledged must not be.

import ChildProcesses
import EnrollmentTesting
import EventLog
import Glibc

/// Shuts the file system down under a writer at work, mounts it again, and compares.
struct PowerProof {
    private let format: DiskFormat
    private let budget: ProofBudget
    private var generator: SplitMix64
    private var result: ProofResult

    private init(_ format: DiskFormat, _ budget: ProofBudget) {
        self.format = format
        self.budget = budget
        generator = SplitMix64(seed: budget.seed ^ (format == .ext4 ? 4 : 5))
        result = ProofResult("power cut, \(format.rawValue)", budget)
    }

    static func run(_ format: DiskFormat, _ budget: ProofBudget) throws -> ProofResult {
        var proof = PowerProof(format, budget)
        return try proof.run()
    }

    private mutating func run() throws -> ProofResult {
        result.skipped = format.obstacle
        if result.skipped != nil { return result.finish() }
        while result.reached < budget.figure && Moment.now < budget.deadline && result.failures.count < 5 {
            let disk = try CutDisk(format)
            let findings = try tortureDisk(disk)
            if !findings.isEmpty {
                let image = disk.keep()
                for finding in findings { result.fail("\(image): \(finding)") }
            }
            result.count("disks")
        }
        return result.finish()
    }

    /// One log from its creation through its last cut; about half of the cuts are followed by an inspection, after the
    /// others the next writer recovers and may lose its power while it does.
    private mutating func tortureDisk(_ disk: CutDisk) throws -> [String] {
        let log = LogUnderTest(at: disk.path + "/log", seed: generator.next())
        var findings: [String] = []
        let cuts = min(3 + generator.below(8), budget.figure - result.reached)
        for cut in 1...cuts where findings.isEmpty {
            findings += try cutOnce(disk, log)
            try disk.restorePower()
            result.countSealing(in: log.directory)
            if cut == cuts || generator.chance(1, in: 2) {
                let end = log.ledger.acknowledgedEnd
                let inspection = log.inspect(verifying: cut == cuts, sealing: generator.chance(1, in: 3))
                findings += inspection.findings
                if inspection.end > end { result.count("with a written group not yet acknowledged") }
                if inspection.setAside > 0 { result.count("with a torn group or file set aside") }
                if inspection.rewritten > 0 { result.count("with a whole group written again") }
            }
        }
        result.count("acknowledged batches", log.ledger.acknowledgedBatches)
        return findings
    }

    /// One life of the writer, ended by a cut after some acknowledgements, often after the very first ones: there what
    /// an opening renamed and created is youngest.
    private mutating func cutOnce(_ disk: CutDisk, _ log: LogUnderTest) throws -> [String] {
        let writer = try log.startWriter([
            "--tasks", "\(1 + generator.below(10))", "--segment-bytes", "\(8192 << generator.below(6))",
            "--seal-duty", "\(generator.pick([20, 100]))",
            "--confirm-milliseconds", "\(generator.pick([0, 5, 20]))",
        ])
        let isEarly = generator.chance(1, in: 4)
        let enough = isEarly ? 0 : 1 + generator.below(generator.chance(1, in: 2) ? 4 : 200)
        let pause = generator.below(isEarly ? 4000 : 3000)
        var findings: [String] = []
        var acknowledged = 0
        while let text = writer.process.readLine(until: .afterSeconds(30)) {
            findings += log.note([text], of: writer)
            let told = log.told(by: writer)
            if told.failure != nil { break }
            acknowledged = told.acknowledged.count
            if isEarly && told.wasOpening || acknowledged >= enough && acknowledged > 0 { break }
        }
        if isEarly || generator.chance(1, in: 2) {
            findings += log.note(writer.process.lines(until: .afterMicroseconds(pause)), of: writer)
        }
        if let failure = log.told(by: writer).failure { findings.append("the writer could not open: \(failure)") }
        try disk.cutPower()
        writer.process.kill()
        // What was told after the cut was synced before it.
        let lines = writer.process.remainingLines()
        _ = writer.process.wait()
        findings += log.note(lines.filter { !$0.hasPrefix("failed") }, of: writer)
        result.reached += 1
        if log.told(by: writer).opened == nil { result.count("within an opening") }
        return findings
    }
}
