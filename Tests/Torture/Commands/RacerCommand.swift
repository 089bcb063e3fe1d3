// The child that runs a capacity race until its disk and it are gone, and goes on with it the next time.

import ArgumentParser
import CapacityRace
import EnrollmentEngine
import EventLog

/// What decides a race whose power is cut.
struct RaceShape {
    /// Callers at a time.
    var clients = 32
    var seats = 2000
    var seed: UInt64 = 1

    /// Four thousand people with cancellations, readings and second tries, and so many kills.
    func parameters(kills: Int) -> RaceParameters {
        var parameters = RaceParameters()
        parameters.racers = 4000
        parameters.seats = seats
        parameters.clients = clients
        parameters.seed = seed
        parameters.kills = kills
        parameters.mix.again = 5
        parameters.mix.cancel = 20
        parameters.mix.read = 5
        return parameters
    }

    /// As the child takes it.
    var words: [String] { ["--clients", "\(clients)", "--seats", "\(seats)", "--seed", "\(seed)"] }
}

struct RacerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "racer", abstract: "Run what is left of a race, and tell how many groups were synced.")

    @Argument(help: "The directory of the store.") var store: String
    @Argument(help: "The file in which the callers write down what they were told.") var history: String
    @Option(help: "Callers at a time.") var clients: Int
    @Option(help: "Seats.") var seats: Int
    @Option(help: "Chooses who comes when.") var seed: UInt64

    func run() async throws {
        endWithParent()
        let parameters = RaceShape(clients: clients, seats: seats, seed: seed).parameters(kills: 0)
        let history = try HistoryFile(at: history, for: Workload(parameters))
        let engine = try await EnrollmentEngine.open(at: store, options: parameters.engineOptions)
        let raced = await Task { try await RaceRun(on: engine, writing: history).run() }.result
        let statistics = engine.statistics().log
        try await engine.close()
        try raced.get()
        StandardOutput.write("\(statistics.groups) groups, \(statistics.syncs) syncs")
    }
}

struct RaceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "race",
        abstract: "Cut the power of a loop-mounted file system under a capacity race; needs root.")

    @Option(help: "The file system of the disk.") var filesystem: DiskFormat = .ext4
    @OptionGroup var options: ProofOptions

    func run() throws {
        PrivateMounts.enter()
        try conclude(try RaceProof.run(filesystem, options.budget))
    }
}
