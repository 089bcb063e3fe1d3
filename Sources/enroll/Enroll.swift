// Start here: the root command, and what the process does before and after any subcommand.

import ArgumentParser
import Foundation

@main
enum Program {
    static func main() async {
        prepareProcess()
        do {
            try await Interruption.guarding(run)
        } catch {
            exit(exitCode(endingWith: error))
        }
    }

    @Sendable
    private static func run() async throws {
        try SubcommandNames.check(Array(CommandLine.arguments.dropFirst()))
        var command = try Enroll.parseAsRoot()
        do {
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            // What was gathered before the failure is a result too.
            if !(error is OutputClosed) { try StandardOutput.shared.flush() }
            throw error
        }
        try StandardOutput.shared.flush()
    }

    /// A closed pipe and a file-size limit become errors of the write instead of an end without a word, and no file
    /// that the program makes is for others to read.
    private static func prepareProcess() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        umask(0o077)
    }
}

/// The root command: only names the subcommands.
struct Enroll: ParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "enroll",
        abstract: "Course enrollment on an event log: every seat given once, every decision on record.",
        discussion: """
            A store is a directory: give it with --store DIR, or once and for all in ENROLL_STORE. Users, courses and \
            terms are named by number, or by the outside world's id after an @.

            Exit codes: 0 done; 1 a business no, or a check that failed; 2 could not run; 64 wrong usage; 130 \
            interrupted.

              enroll init --store ./spring --time-zone Asia/Seoul
              export ENROLL_STORE=./spring
              enroll user register --email kim@example.org --name 김하늘
              enroll status
            """,
        version: version,
        groupedSubcommands: [
            CommandGroup(
                name: "STORE",
                subcommands: [
                    InitCommand.self, StatusCommand.self, BackupCommand.self, RestoreCommand.self, VaultCommand.self,
                ]),
            CommandGroup(
                name: "COMMAND",
                subcommands: [
                    UserCommand.self, CourseCommand.self, TermCommand.self, ApplyCommand.self, ApproveCommand.self,
                    RejectCommand.self, CancelCommand.self, EnrollDirectlyCommand.self, SubmitCommand.self,
                    ImportCommand.self, EraseCommand.self,
                ]),
            CommandGroup(
                name: "LOOK",
                subcommands: [
                    ShowCommand.self, HistoryCommand.self, TailCommand.self, ReplayCommand.self, LogCommand.self,
                ]),
            CommandGroup(
                name: "AUDIT",
                subcommands: [ExplainCommand.self, DiffCommand.self, AuditCommand.self, ExportCommand.self]),
            CommandGroup(
                name: "PROOF",
                subcommands: [
                    KeygenCommand.self, AttestCommand.self, CheckpointCommand.self, ProveCommand.self,
                    VerifyProofCommand.self,
                ]),
            CommandGroup(
                name: "CHECK",
                subcommands: [VerifyCommand.self, RebuildCommand.self, RaceCommand.self, RaceProcessCommand.self]),
        ])
}
