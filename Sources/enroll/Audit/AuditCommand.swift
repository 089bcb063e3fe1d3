// What an auditor asks about the history as a whole.

import ArgumentParser

struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Judge the history as a whole.",
        subcommands: [AuditDecisions.self, AuditAttestations.self, AuditReportCommand.self])
}
