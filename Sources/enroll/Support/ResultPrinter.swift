// What became of a command, for people or for programs.

import ArgumentParser
import Enrollment
import EnrollmentEngine
import EventLog

/// Writes results to standard output, in the chosen format.
struct ResultPrinter {
    private let isJSON: Bool
    private let output: StandardOutput

    init(_ options: OutputOptions, output: StandardOutput = .shared) {
        isJSON = options.isJSON
        self.output = output
    }

    func write(_ result: Result<Receipt, ExecutionError>, of id: CommandID) throws {
        if isJSON {
            var json = ResultJSON()
            switch result {
            case .success(let receipt): json.append(receipt)
            case .failure(let error): json.append(error, of: id)
            }
            json.endLine()
            return try output.write { $0.append(contentsOf: json.bytes) }
        }
        for line in lines(result, of: id) { try output.writeLine(line) }
    }

    /// A line that was no command.
    func write(_ error: CommandJSONError, line: Int) throws {
        if isJSON {
            var json = ResultJSON()
            json.append(error, line: line)
            json.endLine()
            return try output.write { $0.append(contentsOf: json.bytes) }
        }
        try output.writeLine("\(outcome("invalid"))line \(line): \("\(error)".neutralised)")
    }

    private func lines(_ result: Result<Receipt, ExecutionError>, of id: CommandID) -> [String] {
        switch result {
        case .success(let receipt):
            if receipt.events.isEmpty && !receipt.isReplay {
                return [unrecorded("accepted", "nothing changed", receipt.position, id)]
            }
            let head = outcome(receipt.isReplay ? "replayed" : "accepted")
            return ["\(head)at position \(receipt.position), command \(id)"]
                + receipt.events.map { "  \($0.event.line)" }
        case .failure(let error): return lines(error, of: id)
        }
    }

    private func lines(_ error: ExecutionError, of id: CommandID) -> [String] {
        switch error {
        case .refused(let rejection, let position, nil, false):
            return [unrecorded("refused", "not recorded", position, id), "  \(rejection.line)"]
        case .refused(let rejection, let position, _, let isReplay):
            return [
                outcome(isReplay ? "replayed" : "refused") + "at position \(position), command \(id)",
                "  \(rejection.line)",
            ]
        case .versionConflict(let rejection, let position, let since):
            return [unrecorded("refused", "not recorded", position, id), "  \(rejection.line)"]
                + since.map { "  since: \($0.event.line)" }
        case .commandIDReused(_, let position):
            return [
                outcome("refused") + "command \(id)",
                "  COMMAND_ID_REUSED: position \(position) holds another command with this id",
            ]
        // No answer: the one line on standard error, with which the program ends, says why.
        case .overloaded, .cancelled, .unavailable: return []
        }
    }

    /// An answer that the log does not keep must not look as if it stood at a position.
    private func unrecorded(_ word: String, _ remark: String, _ position: Position, _ id: CommandID) -> String {
        "\(styled(word)), \(remark) (decided after position \(position)), command \(id)"
    }

    private func outcome(_ word: String) -> String {
        styled(word) + String(repeating: " ", count: 10 - word.utf8.count)
    }

    private func styled(_ word: String) -> String {
        let style: Terminal.Style =
            switch word {
            case "accepted": .green
            case "replayed": .yellow
            default: .red
            }
        return Terminal.output.styled(word, style)
    }
}

extension ExecutionError {
    /// Why the store gave no answer, where it gave none.
    var reason: String { (exitCode as? Failure)?.message ?? "\(self)" }

    /// 1 for a business "no", 2 where the store gave no answer; then with the line that says why.
    var exitCode: any Error {
        switch self {
        case .refused, .versionConflict, .commandIDReused: ExitStatus.refused
        case .cancelled: Interrupted()
        case .overloaded: Failure.couldNotRun("too many commands wait for the disk; nothing was executed, try again")
        case .unavailable(let error): Failure(error)
        }
    }
}

extension Event {
    /// `EnrollmentApplied enrollment=41 user=7 term=3`, fit for a terminal.
    var line: String { ([type.name] + fields.map(\.text)).joined(separator: " ") }
}

extension Rejection {
    /// `TERM_FULL capacity=80 taken=80`, fit for a terminal.
    var line: String { ([code.name] + observed.map { text($0.name, $0.value) }).joined(separator: " ") }
}

extension EventField {
    var text: String {
        switch value {
        case .number(let number): "\(name)=\(number)"
        case .text(let text): "\(name)=\(quoted(text))"
        case .flag(let flag): "\(name)=\(flag)"
        case .null: "\(name)=none"
        case .sealed: "\(name)=(sealed)"
        case .observed(let values):
            "\(name)={" + values.map { enroll.text($0.name, $0.value) }.joined(separator: " ") + "}"
        }
    }
}

private func text(_ name: String, _ value: Rejection.Observed) -> String {
    switch value {
    case .number(let number): "\(name)=\(number)"
    case .text(let text): "\(name)=\(quoted(text))"
    }
}

/// A text in quotes where it has blanks, is empty, or could be taken for something else.
func quoted(_ text: String) -> String {
    let safe = text.neutralised
    let needsQuotes = safe.isEmpty || safe.contains { $0 == " " || $0 == "\"" || $0 == "=" }
    return needsQuotes ? "\"\(safe.replacing("\"", with: "\\\""))\"" : safe
}
