// kill -9 of a writer under load, of openings too, with tailers in other processes.

import ChildProcesses
import EnrollmentTesting
import EventLog
import Glibc

/// Kills the writer of a log again and again, and compares what is left with what was acknowledged.
///
/// A log lives for several kills, and only about a third of them are followed by an inspection: after the others the
/// next writer recovers, and may be killed while it does.
struct KillProof {
    static let name = "kill -9"

    private let budget: ProofBudget
    private var generator: SplitMix64
    private var result: ProofResult
    /// How long openings took lately, so that kills fall into them.
    private var openingMicroseconds = 3000

    init(_ budget: ProofBudget) {
        self.budget = budget
        generator = SplitMix64(seed: budget.seed)
        result = ProofResult(Self.name, budget)
    }

    static func run(_ budget: ProofBudget) throws -> ProofResult {
        var proof = KillProof(budget)
        return try proof.run()
    }

    private mutating func run() throws -> ProofResult {
        let places = Scratch.places
        var number = 0
        while result.reached < budget.figure && Moment.now < budget.deadline && result.failures.count < 5 {
            let scratch = try Scratch(in: places[number % places.count])
            number += 1
            let findings = try tortureLog(in: scratch)
            for finding in findings { result.fail("log \(number) in \(scratch.path): \(finding)") }
            scratch.isKept = !findings.isEmpty
        }
        result.count("logs", number)
        return result.finish()
    }

    /// One log from its creation through its last kill.
    private mutating func tortureLog(in scratch: Scratch) throws -> [String] {
        let log = LogUnderTest(at: scratch.path + "/log", seed: generator.next())
        let tailers = try [[], ["--reopens"]].map { options in
            try ChildProcess([TortureProgram.path, "tailer", log.directory] + options)
        }
        var findings: [String] = []
        let kills = min(6 + generator.below(10), budget.figure - result.reached)
        for kill in 1...kills where findings.isEmpty {
            findings += try killOnce(log)
            for tailer in tailers { findings += Self.take(tailer.lines(until: .now), into: log, &result) }
            if kill == kills || generator.chance(1, in: 3) {
                let end = log.ledger.acknowledgedEnd
                let inspection = log.inspect(verifying: kill == kills, sealing: generator.chance(1, in: 3))
                findings += inspection.findings
                note(inspection.end, inspection.setAside, acknowledged: end)
            }
        }
        for tailer in tailers {
            tailer.closeInput()
            findings += Self.take(tailer.remainingLines(), into: log, &result)
            let ending = tailer.wait()
            if ending != .exited(0) { findings.append("a tailer ended with \(ending)") }
        }
        findings += log.compareAgain()
        result.count("acknowledged batches", log.ledger.acknowledgedBatches)
        return findings
    }

    /// One life of the writer, ended at a moment that the seed chose.
    private mutating func killOnce(_ log: LogUnderTest) throws -> [String] {
        let acknowledged = log.ledger.acknowledgedEnd
        let writer = try log.startWriter([
            "--tasks", "\(1 + generator.below(12))", "--segment-bytes", "\(8192 << generator.below(7))",
            "--seal-duty", "\(generator.pick([10, 50, 100]))",
            "--confirm-milliseconds", "\(generator.pick([0, 1, 5, 20]))",
        ])
        let isEarly = generator.chance(3, in: 10)
        let enough = isEarly ? 0 : generator.below(generator.chance(1, in: 4) ? 400 : 30)
        let pause = isEarly ? generator.below(openingMicroseconds * 3 / 2) : generator.below(12_000)
        var findings: [String] = []
        var seen = 0
        var openingSince = Moment.now
        let patience = Moment.afterSeconds(30)
        while let text = writer.process.readLine(until: patience) {
            findings += log.note([text], of: writer)
            let told = log.told(by: writer)
            if told.failure != nil { break }
            if text == WriterLine.opening.text {
                openingSince = .now
                if isEarly { break }
            } else if told.opened != nil && told.acknowledged.isEmpty {
                openingMicroseconds = max(200, Int(openingSince.secondsAgo * 1e6))
                if enough == 0 { break }
            } else {
                seen += 1
                if seen >= enough { break }
            }
        }
        findings += log.note(writer.process.lines(until: .afterMicroseconds(pause)), of: writer)
        writer.process.kill()
        findings += log.note(writer.process.remainingLines(), of: writer)
        let ending = writer.process.wait()
        let told = log.told(by: writer)
        if let failure = told.failure { findings.append("the writer could not open: \(failure)") }
        if ending != .signalled(SIGKILL) { findings.append("the writer ended with \(ending) before it was killed") }
        result.reached += 1
        result.countSealing(in: log.directory)
        if let opened = told.opened {
            result.count("under load")
            note(opened, 0, acknowledged: acknowledged)
        } else if told.wasOpening {
            result.count("within an opening")
        }
        return findings
    }

    /// Counts a kill that fell between the write of a group and its acknowledgement: the log holds more than was told.
    private mutating func note(_ end: Int64, _ setAside: Int, acknowledged: Int64) {
        if end > acknowledged { result.count("with a written group not yet acknowledged") }
        if setAside > 0 { result.count("with a torn group or file set aside") }
    }

    private static func take(_ lines: [String], into log: LogUnderTest, _ result: inout ProofResult) -> [String] {
        var findings: [String] = []
        for text in lines {
            if let sighting = Sighting(text) {
                log.note(sighting)
                result.count("sightings by tailers")
            } else {
                findings.append("a tailer said: \(text)")
            }
        }
        return findings
    }
}
