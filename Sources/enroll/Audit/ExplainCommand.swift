// Why somebody was refused or approved, and who was before them.

import ArgumentParser
import Enrollment
import EnrollmentAudit
import EnrollmentEngine
import EventLog

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Explain a decision: the rule, what it saw, and who had the seats.",
        discussion: """
            The decision is made again from the state before it. Shown are the rule, the values that it looked at, \
            and the seats of the term that were taken before, those taken first in front. Of an enrollment, or of a \
            user in a term, the latest decision is explained and the earlier ones are listed. Needs no lock.

            Exit codes: 0 explained; 1 there is no such decision, or the log has another than the rules say; 2 it \
            could not be read.

            EXAMPLES
              enroll explain 4812
              enroll explain --enrollment 41
              enroll explain --user @20260300 --term 3 --format json
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The position of an event, as history and show refusals give it.") var position: Position?
    @Option(help: ArgumentHelp("The number of an enrollment.", valueName: "number")) var enrollment: Int64?
    @Option(help: ArgumentHelp("With --term: a user's number, or @SOURCE-ID.", valueName: "id")) var user: Reference?
    @Option(help: ArgumentHelp("With --user: a term's number, or @SOURCE-ID.", valueName: "id")) var term: Reference?

    func validate() throws {
        let ways = [position != nil, enrollment != nil, user != nil || term != nil].count { $0 }
        if ways != 1 || (user == nil) != (term == nil) {
            throw ValidationError("Give a POSITION, --enrollment NUMBER, or both --user ID and --term ID.")
        }
    }

    func run() throws {
        let history = try StoreVault.history(try store.directory)
        let bar = ProgressBar(label: "explain", total: Int(clamping: try history.lastPosition().rawValue))
        defer { bar.finish() }
        let progress = { (position: Position) in
            bar.update(Int(clamping: position.rawValue))
            try Interruption.check()
        }
        let mentions = try subject(in: history).map { try decisions(about: $0, in: history, progress) } ?? []
        let explanation = try history.explanation(of: position ?? mentions.last?.position ?? 0, progress: progress)
        bar.finish()
        let printer = ExplanationPrinter(explanation, earlier: mentions.dropLast())
        if output.isJSON { try printer.writeJSON() } else { try printer.writeText() }
        if !explanation.isByTheRules { throw ExitStatus.refused }
    }

    private func subject(in history: EventHistory) throws -> DecisionSubject? {
        if let enrollment { return .enrollment(EnrollmentID(enrollment)) }
        guard let user, let term else { return nil }
        if case (.number(let user), .number(let term)) = (user, term) {
            return .attempts(of: UserID(user), in: TermID(term))
        }
        let names = Names(sourceIDs: try history.state())
        return .attempts(of: try names.user(user), in: try names.term(term))
    }

    private func decisions(
        about subject: DecisionSubject, in history: EventHistory, _ progress: (Position) throws -> Void
    ) throws -> [DecisionMention] {
        let mentions = try history.decisions(about: subject, progress: progress)
        if !mentions.isEmpty { return mentions }
        let what =
            switch subject {
            case .enrollment(let id): "there is no enrollment \(id) in this store; 'enroll show enrollments' lists them"
            case .attempts(let user, let term):
                "no decision about user \(user) in term \(term) is recorded; 'enroll history user \(user)' tells all"
            }
        throw Failure(message: what, exitCode: ExitStatus.refused)
    }
}
