// One log, the processes that use it, and what they told: shared by the proofs that end a writer by force.

import ChildProcesses
import EventLog

/// A log with its ledger.
final class LogUnderTest {
    let directory: String
    let seed: UInt64
    private(set) var ledger: Ledger
    /// What the last inspection read.
    private var inspected: [LogRecord] = []

    init(at directory: String, seed: UInt64) {
        self.directory = directory
        self.seed = seed
        ledger = Ledger(seed: seed)
    }

    /// A copy of a log and its history, to end in another way.
    init(copying other: LogUnderTest, to directory: String) throws {
        try Scratch.copy(other.directory, to: directory)
        self.directory = directory
        seed = other.seed
        ledger = other.ledger
    }

    /// Starts the next life of the writer.
    func startWriter(_ options: [String] = []) throws -> RunningWriter {
        let life = ledger.begin()
        let process = try ChildProcess(
            [TortureProgram.path, "writer", directory, "--seed", "\(seed)", "--life", "\(life)"] + options)
        return RunningWriter(process, life: life)
    }

    func note(_ line: WriterLine, of writer: RunningWriter) { ledger.note(line, in: writer.life) }

    func note(_ sighting: Sighting) { ledger.note(sighting) }

    /// What a life told so far.
    func told(by writer: RunningWriter) -> Ledger.Life { ledger.lives[writer.life] }

    /// Takes in lines; what is no line of a writer is a finding.
    func note(_ lines: [String], of writer: RunningWriter) -> [String] {
        var strange: [String] = []
        for text in lines {
            if let line = WriterLine(text) {
                note(line, of: writer)
            } else {
                strange.append("the writer said: \(text)")
            }
        }
        return strange
    }

    /// What opening the log in this process found.
    struct Inspection {
        var findings: [String] = []
        var rewritten = 0
        var setAside = 0
        var end: Int64 = 0
    }

    /// Opens the log for writing as an application would, compares it with the ledger, and closes it.
    ///
    /// - Parameter sealing: whether everything is sealed besides, and compared again.
    func inspect(verifying: Bool = false, sealing: Bool = false) -> Inspection {
        var inspection = Inspection()
        do {
            let log = try EventLog.open(at: directory)
            inspection.rewritten = log.recovery.rewrittenRecords
            inspection.setAside = log.recovery.setAside.count
            inspection.end = log.lastPosition.rawValue
            ledger.noteShown(inspection.end)
            inspected = try Self.records(log.reader())
            inspection.findings += compare(inspected)
            if sealing {
                _ = try log.seal()
                let sealed = try Self.records(log.reader())
                if sealed != inspected { inspection.findings.append("sealing changed what the log holds") }
            }
            if let failure = log.sealingFailure, failure.code != .diskFull {
                inspection.findings.append("sealing gave up: \(failure)")
            }
            try log.close()
            if verifying {
                let report = try LogVerifier.verify(at: directory)
                inspection.findings += report.problems.map { "verification: \($0.path) at \($0.offset): \($0.message)" }
            }
        } catch  where error.code == .notFound && !hasBeenOpened {
            // It was cut short before its creation; nothing was promised yet.
        } catch {
            inspection.findings.append("reopening: \(error)")
        }
        return inspection
    }

    private static func records(_ reader: LogReader) throws(LogError) -> [LogRecord] {
        var cursor = try reader.records(from: .zero)
        var records: [LogRecord] = []
        while let record = try cursor.next() { records.append(record) }
        return records
    }

    /// Compares what the last inspection read with what was told since.
    func compareAgain() -> [String] { compare(inspected) }

    /// One broken promise breaks many others; the first few tell what happened.
    private func compare(_ records: [LogRecord]) -> [String] {
        let findings = ledger.findings(in: records)
        return findings.count <= 4 ? findings : findings.prefix(4) + ["and \(findings.count - 4) more like these"]
    }

    /// Reads the log without opening it for writing, and compares.
    func read() -> [String] {
        do {
            return compare(try Self.records(LogReader.open(at: directory)))
        } catch {
            return ["reading: \(error)"]
        }
    }

    /// Whether anybody was promised anything yet, at least that there is a log.
    var hasBeenOpened: Bool { ledger.lives.contains { $0.opened != nil } }
}

/// A life of the writer that runs.
final class RunningWriter {
    let process: ChildProcess
    let life: Int

    init(_ process: ChildProcess, life: Int) {
        self.process = process
        self.life = life
    }
}
