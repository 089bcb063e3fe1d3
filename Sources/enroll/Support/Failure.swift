// How the program ends: its exit codes, and the one line that says what happened, where, and what to do.

import ArgumentParser
import EnrollmentAudit
import EnrollmentEngine
import EnrollmentReadModel
import EventLog
import Foundation

/// The exit codes that scripts rely on.
enum ExitStatus {
    /// A business "no", or a check that failed.
    static let refused = ExitCode(1)
    /// The work could not be done: damage, no such store, locked, disk full.
    static let couldNotRun = ExitCode(2)
    static let usage = ExitCode(64)
    static let interrupted = ExitCode(130)
    /// What a shell reports for a program that SIGPIPE ended.
    static let outputClosed = ExitCode(141)
}

/// An end of the program that is told in one line.
struct Failure: Error {
    /// What happened, where, and what to do.
    let message: String
    let exitCode: ExitCode

    /// The work could not be done.
    static func couldNotRun(_ message: String) -> Failure {
        Failure(message: message, exitCode: ExitStatus.couldNotRun)
    }

    /// The arguments make no sense.
    static func usage(_ message: String) -> Failure {
        Failure(message: message, exitCode: ExitStatus.usage)
    }
}

extension Failure {
    /// A failure of the store; its message says where and how to mend it.
    init(_ error: EngineError) {
        guard error.code == .diskFull else {
            self = .couldNotRun(Self.sentence(error.message))
            return
        }
        // The library names the system's call and the log; a person needs the disk.
        self = .couldNotRun("no space is left on the disk\(Self.place(in: error.message)): make space first")
    }
    /// A failure of the read tables; its message says where and how to mend it.
    init(_ error: ReadModelError) {
        guard error.code == .diskFull else {
            self = .couldNotRun(Self.sentence(error.message))
            return
        }
        // The library speaks of its projection, which goes on by itself; whoever makes tables must do so again.
        let place = Self.place(in: error.message)
        self = .couldNotRun("no space is left for the tables\(place); make space and run this again")
    }
    /// A failure of the log; its message says where and how to mend it.
    init(_ error: LogError) { self.init(EngineError(error)) }

    /// A failure of an audit; a log that is not what was signed is a finding.
    init(_ error: AuditError) {
        self.init(
            message: Self.sentence(error.message),
            exitCode: error.code == .contradicted ? ExitStatus.refused : ExitStatus.couldNotRun)
    }

    /// The file that a message names in brackets.
    private static func place(in message: String) -> String {
        message.firstMatch(of: /\[[^\]]*\]/).map { " \($0.output)" } ?? ""
    }

    /// The library's messages are sentences; behind the program's name they begin small and end without a stop.
    static func sentence(_ message: String) -> String {
        let text = message.hasSuffix(".") ? String(message.dropLast()) : message
        // A path or a name keeps its case.
        guard let first = text.first, first.isUppercase, text.dropFirst().first?.isUppercase == false else {
            return text
        }
        return first.lowercased() + text.dropFirst()
    }
}

/// SIGINT or SIGTERM asked the program to stop.
struct Interrupted: Error {}

/// Ends the program: writes the one line where there is something to say, and gives the exit code.
func exitCode(endingWith error: any Error) -> Int32 {
    switch error {
    case let code as ExitCode: return code.rawValue
    case let failure as Failure:
        writeError(failure.message)
        return failure.exitCode.rawValue
    case let error as EngineError: return exitCode(endingWith: Failure(error))
    case let error as ReadModelError where error.code == .cancelled: return exitCode(endingWith: Interrupted())
    case let error as ReadModelError: return exitCode(endingWith: Failure(error))
    case let error as AuditError where error.code == .cancelled: return exitCode(endingWith: Interrupted())
    case let error as AuditError: return exitCode(endingWith: Failure(error))
    case let error as LogError: return exitCode(endingWith: Failure(error))
    case let error as ExecutionError: return exitCode(endingWith: error.exitCode)
    case is OutputClosed: return ExitStatus.outputClosed.rawValue
    case is Interrupted, is CancellationError:
        writeError("interrupted" + (Interruption.mayHaveStored ? "; what was acknowledged before is stored" : ""))
        return ExitStatus.interrupted.rawValue
    default: return exitCode(endingWithParserOr: error)
    }
}

/// Errors of the argument parser, and whatever has no line of its own.
private func exitCode(endingWithParserOr error: any Error) -> Int32 {
    let code = Enroll.exitCode(for: error)
    if code == .success {
        do {
            try StandardOutput.shared.writeLine(Enroll.fullMessage(for: error))
            try StandardOutput.shared.flush()
            return code.rawValue
        } catch { return exitCode(endingWith: error) }
    }
    if code == .validationFailure {
        // The parser's full message ends with the place where help is found; its usage lines are left to that place.
        let lines = Enroll.fullMessage(for: error).split(separator: "\n")
        let hint = lines.last { $0.contains("--help'") }.flatMap { line in
            line.split(separator: "'").first { $0.hasSuffix("--help") }
        }
        let words = Enroll.message(for: error).split(separator: "\n").map { $0.trimmingPrefix { $0 == " " } }
        writeError(Failure.sentence(words.joined(separator: " ")) + "; see '\(hint ?? "enroll --help")'")
        return ExitStatus.usage.rawValue
    }
    writeError("\(error)")
    return ExitStatus.couldNotRun.rawValue
}

private func writeError(_ message: String) {
    let label = Terminal.error.styled("enroll:", .red)
    let text = label + " " + message.neutralised + "\n"
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
