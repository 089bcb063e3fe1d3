// Start here: the proofs of the event log that need real processes, real disks and real time.

import ArgumentParser

/// The root command: only names the subcommands.
@main
struct Torture: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "torture",
        abstract: "Prove on the real machine that the event log keeps what it acknowledged.",
        discussion: """
            Each proof says how far it came and what it met, and exits 1 on any failure. What a batch holds follows \
            from the seed; moments of kills depend on the machine as well.
            """,
        subcommands: [
            AllCommand.self, KillCommand.self, PowerCommand.self, SpaceCommand.self, FaultsCommand.self,
            RaceCommand.self, MemoryCommand.self, WriterCommand.self, TailerCommand.self, RacerCommand.self,
        ])
}
