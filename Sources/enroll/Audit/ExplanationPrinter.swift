// An explanation, for people or for programs.

import Enrollment
import EnrollmentAudit
import EnrollmentEngine
import EventLog

/// Writes one explanation to standard output.
struct ExplanationPrinter {
    private let explanation: Explanation
    private let earlier: ArraySlice<DecisionMention>

    /// `earlier` are other decisions about the same subject.
    init(_ explanation: Explanation, earlier: ArraySlice<DecisionMention>) {
        self.explanation = explanation
        self.earlier = earlier
    }

    func writeText() throws {
        let command = explanation.command
        var rows = [
            ("position", explanation.position.description),
            ("recorded", explanation.time.recordedAt.description),
        ]
        if let effectiveAt = explanation.time.effectiveAt { rows.append(("effective", effectiveAt.description)) }
        rows += [
            ("command", "\(command.command.kind.name), by \(command.actor), id \(command.id)"),
            ("decided", explanation.refusal.map { "refused: \($0.line)" } ?? "accepted"),
        ]
        rows += explanation.recorded.map { ("", $0.event.line) }
        rows.append(("rule", explanation.rule))
        rows.append(("decided again", verdict))
        rows += explanation.seen.values.map { ("  \($0.name)", $0.value.description) }
        try writeList(rows)
        try writeSeats()
        try writeEarlier()
    }

    private var verdict: String {
        explanation.isByTheRules
            ? "the same, by what it saw:" : "OTHERWISE: the rules say \(explanation.ruling.summary), by what it saw:"
    }

    private func writeSeats() throws {
        guard !explanation.seats.isEmpty else { return }
        try StandardOutput.shared.writeLine("")
        var table = Table([
            .number("SEAT"), .number("POSITION"), .text("RECORDED"), .number("USER"), .number("ENROLLMENT"),
            .text("TAKEN BY"), .text("ACTOR"), .text("STATUS"),
        ])
        for (index, seat) in explanation.seats.enumerated() {
            try table.append([
                "\(index + 1)", seat.position.description, seat.time.recordedAt.description, seat.user.description,
                seat.enrollment.description, seat.type.name, seat.actor.description, status(of: seat),
            ])
        }
        try table.finish(emptyRemark: "")
    }

    private func status(of seat: TakenSeat) -> String {
        (seat.isApproved ? EnrollmentStatus.approved : .pending).name + (seat.isOverbooked ? ", overbooked" : "")
    }

    private func writeEarlier() throws {
        guard !earlier.isEmpty else { return }
        try StandardOutput.shared.writeLine("")
        try StandardOutput.shared.writeLine("earlier decisions; 'enroll explain POSITION' explains each:")
        for mention in earlier {
            let code = mention.code.map { " \($0.name)" } ?? ""
            try StandardOutput.shared.writeLine(
                "  \(mention.position)  \(mention.recordedAt)  \(mention.actor)  \(mention.type.name)\(code)")
        }
    }

    func writeJSON() throws {
        var writer = JSONWriter()
        writer.openObject()
        writer.field("position", explanation.position.rawValue)
        writer.field("recordedAt", explanation.time.recordedAt.description)
        if let effectiveAt = explanation.time.effectiveAt { writer.field("effectiveAt", effectiveAt.description) }
        writer.field("command", explanation.command.command.kind.name)
        writer.field("commandID", explanation.command.id.description)
        writer.field("actor", explanation.command.actor.description)
        writer.field("outcome", explanation.refusal == nil ? "accepted" : "refused")
        if let refusal = explanation.refusal {
            writer.field("code", refusal.code.name)
            writer.openObject("observed")
            writer.append(refusal.observed)
            writer.closeObject()
        }
        writer.openArray("events")
        for event in explanation.recorded {
            writer.openObject()
            writer.field("position", event.position.rawValue)
            writer.field("type", event.event.type.name)
            writer.closeObject()
        }
        writer.closeArray()
        writer.field("rule", explanation.rule)
        writer.field("byTheRules", explanation.isByTheRules)
        if !explanation.isByTheRules { writer.field("rulesSay", explanation.ruling.summary) }
        writer.openObject("seen")
        writer.append(explanation.seen.values)
        writer.closeObject()
        append(seatsTo: &writer)
        append(earlierTo: &writer)
        writer.closeObject()
        try StandardOutput.shared.write(writer)
    }

    private func append(seatsTo writer: inout JSONWriter) {
        writer.openArray("seats")
        for seat in explanation.seats {
            writer.openObject()
            writer.field("position", seat.position.rawValue)
            writer.field("recordedAt", seat.time.recordedAt.description)
            writer.field("user", seat.user.rawValue)
            writer.field("enrollment", seat.enrollment.rawValue)
            writer.field("takenBy", seat.type.name)
            writer.field("actor", seat.actor.description)
            writer.field("approved", seat.isApproved)
            writer.field("overbooked", seat.isOverbooked)
            writer.closeObject()
        }
        writer.closeArray()
    }

    private func append(earlierTo writer: inout JSONWriter) {
        writer.openArray("earlier")
        for mention in earlier {
            writer.openObject()
            writer.field("position", mention.position.rawValue)
            writer.field("recordedAt", mention.recordedAt.description)
            writer.field("actor", mention.actor.description)
            writer.field("type", mention.type.name)
            if let code = mention.code { writer.field("code", code.name) }
            writer.closeObject()
        }
        writer.closeArray()
    }
}
