// What an import will do: requests in a fixed order, each with the row that asks for it and an id made from that row.

import Enrollment
import EventLog

/// One command to come.
struct ImportStep: Sendable {
    let source: LineReference
    let id: CommandID
    let request: ImportRequest
    /// The source id of a user with an operator's powers; nil for the system itself.
    var actor: String?
    var effectiveAt: Timestamp?
    /// Whether the step belongs to a journal, whose rows mean something only in their order.
    var isInJournal = false
}

/// The steps of one import, the same for the same input on every run.
struct ImportPlan: Sendable {
    /// The import's name, such as `oulad`.
    let kind: String
    private(set) var steps: [ImportStep] = []
    /// What the report says whatever is decided: malformed rows, and rows that were read with an assumption.
    private(set) var lines: [ReportLine] = []
    private(set) var rowCount = 0
    private(set) var invalidCount = 0
    private(set) var notedCount = 0
    private(set) var applicationCount = 0
    private(set) var cancellationCount = 0

    init(kind: String) { self.kind = kind }

    mutating func append(_ step: ImportStep) {
        if step.request.application != nil { applicationCount += 1 }
        if case .cancel = step.request { cancellationCount += 1 }
        steps.append(step)
    }

    /// Takes over how many rows a table has, and what is wrong with some of them.
    mutating func count(_ table: CSVTable) {
        rowCount += table.rows.count + table.malformedCount
        invalidCount += table.faults.count
        for fault in table.faults.sorted(by: { $0.line < $1.line }) {
            lines.append(ReportLine(fault))
        }
    }

    /// Says that a row was read with an assumption.
    mutating func note(_ source: LineReference, what: String, code: String, observed: String) {
        notedCount += 1
        lines.append(ReportLine(source: source, what: what, code: code, observed: observed))
    }

    /// The cancellations in the input that are too many, if they are, in words.
    ///
    /// An input that ends most of what there is, is more often a mistake than a wish.
    func excessOfCancellations(over ratio: Double, in state: EnrollmentState) -> String? {
        let ended = cancellationCount + endedByTerms(in: state)
        let live = state.liveEnrollmentCount
        guard Double(ended) > ratio * Double(live + applicationCount) else { return nil }
        return "\(ended) cancellations against \(live) live enrollments and \(applicationCount) applications "
            + "in the input are more than \(ratio) of them"
    }

    private func endedByTerms(in state: EnrollmentState) -> Int {
        steps.reduce(0) { sum, step in
            guard case .cancelTerm(let sourceID, _) = step.request,
                let term = state.term(sourceID: sourceID).flatMap({ state[$0] }), !term.status.isFinal
            else { return sum }
            return sum + term.enrolledCount + term.pendingCount
        }
    }
}
