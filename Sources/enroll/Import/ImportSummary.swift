// The counts of an import, for people and for programs.

import ArgumentParser
import Enrollment
import EnrollmentEngine
import EventLog

/// Why a step was not carried out.
enum SkipReason: String, Sendable, CaseIterable {
    case applicationRefused = "APPLICATION_REFUSED"
    case notDecidedAgain = "NOT_DECIDED_AGAIN"

    var explanation: String {
        switch self {
        case .applicationRefused: "there is no enrollment, since the application was refused"
        case .notDecidedAgain:
            "a later row is stored already, and rows are decided in their order; new rows belong at the end"
        }
    }
}

/// How a run ended.
enum ImportEnd: String, Sendable {
    case complete
    case interrupted
    case stoppedOnRefusal
    /// The store gave no more answers.
    case failed
}

/// What became of the steps of a plan.
struct ImportSummary: Sendable {
    private(set) var rows = 0
    private(set) var steps = 0
    private(set) var accepted = 0
    /// Events that this run added, or would add.
    private(set) var events = 0
    private(set) var refused: [RejectionCode: Int] = [:]
    /// Stored by an earlier run; the refused ones among them by their code.
    private(set) var replayed = 0
    private(set) var replayedRefusals: [RejectionCode: Int] = [:]
    /// Was so already, by another way.
    private(set) var present = 0
    private(set) var skipped: [SkipReason: Int] = [:]
    private(set) var invalid = 0
    private(set) var noted = 0
    var end = ImportEnd.complete
    /// Why it ended, where it failed.
    private(set) var failure: ExecutionError?

    var refusedCount: Int { refused.values.reduce(0, +) }

    mutating func fail(_ error: ExecutionError) {
        end = .failed
        failure = error
    }

    mutating func count(_ plan: ImportPlan) {
        rows = plan.rowCount
        steps = plan.steps.count
        invalid = plan.invalidCount
        noted = plan.notedCount
    }

    mutating func count(_ outcome: StepOutcome, of request: ImportRequest) {
        switch outcome {
        case .accepted(events: 0), .present: present += 1
        case .accepted(let count):
            accepted += 1
            events += count
        case .refused(let rejection):
            refused[rejection.code, default: 0] += 1
            if rejection.isRecorded && request.kind.isAboutEnrollment { events += 1 }
        case .unknown(let code, _): refused[code, default: 0] += 1
        case .replayed(let rejection):
            replayed += 1
            if let rejection { replayedRefusals[rejection.code, default: 0] += 1 }
        case .skipped(let reason): skipped[reason, default: 0] += 1
        }
    }
}

extension ImportSummary {
    /// How the program ends after it.
    var exitCode: ExitCode {
        switch end {
        case .interrupted: ExitStatus.interrupted
        case .failed: ExitStatus.couldNotRun
        case .stoppedOnRefusal: ExitStatus.refused
        case .complete: invalid > 0 ? ExitStatus.refused : .success
        }
    }

    /// Names and counts in the order in which people read them.
    var entries: [(name: String, value: String)] {
        var entries = [("rows", rows), ("steps", steps), ("accepted", accepted)]
        entries += refused.sorted { $0.key.name < $1.key.name }.map { ("refused " + $0.key.name, $0.value) }
        entries.append(("stored before", replayed))
        entries += replayedRefusals.sorted { $0.key.name < $1.key.name }
            .map { ("  refused then " + $0.key.name, $0.value) }
        entries.append(("already so", present))
        entries += SkipReason.allCases.compactMap { reason in
            skipped[reason].map { ("skipped " + reason.rawValue, $0) }
        }
        entries += [("invalid", invalid), ("read with an assumption", noted), ("new events", events)]
        return entries.map { ($0, String($1)) }
    }
}

/// The one line that programs read.
struct ImportResult: Encodable {
    let `import`: String
    let dryRun: Bool
    let end: String
    let rows: Int
    let steps: Int
    let accepted: Int
    let refused: [String: Int]
    let replayed: Int
    let replayedRefusals: [String: Int]
    let present: Int
    let skipped: [String: Int]
    let invalid: Int
    let noted: Int
    let events: Int
    /// The last position afterwards; of a dry run, the one that it started from.
    let position: Int64

    init(_ summary: ImportSummary, kind: String, isDryRun: Bool, position: Position) {
        `import` = kind
        dryRun = isDryRun
        end = summary.end.rawValue
        rows = summary.rows
        steps = summary.steps
        accepted = summary.accepted
        refused = Dictionary(uniqueKeysWithValues: summary.refused.map { ($0.key.name, $0.value) })
        replayed = summary.replayed
        replayedRefusals = Dictionary(uniqueKeysWithValues: summary.replayedRefusals.map { ($0.key.name, $0.value) })
        present = summary.present
        skipped = Dictionary(uniqueKeysWithValues: summary.skipped.map { ($0.key.rawValue, $0.value) })
        invalid = summary.invalid
        noted = summary.noted
        events = summary.events
        self.position = position.rawValue
    }
}
