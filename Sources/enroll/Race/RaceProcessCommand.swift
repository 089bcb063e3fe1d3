// The part of a race that is killed: opens the store, runs what is left, and writes down what it is told.

import ArgumentParser
import CapacityRace
import EnrollmentEngine

/// Started by `enroll race --kill`, not by people.
struct RaceProcessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "race-process", abstract: "Run what is left of a race.", shouldDisplay: false)

    @OptionGroup var arguments: RaceArguments
    @Option var directory: String

    func run() async throws {
        endWithParent()
        let place = RacePlace(directory: directory)
        let parameters = try arguments.parameters
        let history = try HistoryFile(at: place.history, for: Workload(parameters))
        let engine = try await EnrollmentEngine.open(at: place.store, options: parameters.engineOptions)
        try await RacePlace.run(on: engine, history)
    }
}

/// Where a race keeps what it needs.
struct RacePlace {
    let directory: String
    var store: String { directory + "/store" }
    /// Outside of the store: what clients know survives whatever happens to it.
    var history: String { directory + "/history" }

    /// Runs a race on an engine that is open, and closes it; a request to stop lets nobody new begin.
    static func run(on engine: EnrollmentEngine, _ history: HistoryFile) async throws {
        // A task of its own: what was begun is answered, also when the command is cancelled.
        let race = Task { try await RaceRun(on: engine, writing: history).run() }
        let outcome = await withTaskCancellationHandler {
            await race.result
        } onCancel: {
            history.stop()
        }
        do { try await engine.close() } catch {
            // Where the race has failed, closing repeats its cause.
            if case .success = outcome { throw error }
        }
        try outcome.get()
    }
}
