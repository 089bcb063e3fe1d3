// A capacity race on a scratch store, judged by two checkers.

import ArgumentParser
import CapacityRace
import EnrollmentEngine
import EnrollmentReadModel
import EventLog
import Foundation

struct RaceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "race",
        abstract: "Race many people for few seats on a scratch store, and prove that no seat was sold twice.",
        discussion: """
            Everyone applies, each caller waits until its answer is durable and writes down what it was told. Then two \
            checkers judge. The first replays the log through a naive model and compares every answer with it, and \
            finds what was answered and is not stored, or stored and never asked for. The second asks neither log nor \
            positions: it looks for an order of all operations that explains all answers (linearizability, after Wing \
            and Gong). Log and tables are verified too.

            --kill ends the engine's process with SIGKILL at moments that follow from the seed. Most callers that were \
            waiting ask again under the same command id; one in eight never does.

            Exit codes: 0 all sound; 1 a check failed; 2 the race could not be run; 130 interrupted.

            EXAMPLES
              enroll race
              enroll race --racers 100000 --clients 1024 --kill 20 --report race.html
              enroll race --rate 20000 --seconds 10 --mix cancel=10,read=5,again=2
              enroll race --admission APPROVAL --mix approve=50 --terms 64 --format json
            """)

    @OptionGroup var arguments: RaceArguments
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("Write a page with curves, complete in one file.", valueName: "file.html"))
    var report: String?

    @Option(
        help: ArgumentHelp(
            "Keep store and history in this new directory. Without it they are made in a temporary one, and removed.",
            valueName: "dir"))
    var keep: String?

    func run() async throws {
        let parameters = try arguments.parameters
        let scratch = try ScratchDirectory(keeping: keep)
        defer { scratch.remove() }
        let place = RacePlace(directory: scratch.path)
        do {
            let before = try DiskProbe(in: place.directory)
            let history = try HistoryFile(at: place.history, for: Workload(parameters))
            let kills = try await race(parameters, place, history)
            try Interruption.check()
            let judged = try await judge(history, place, kills)
            let probes = [before, try DiskProbe(in: place.directory)]
            if let report { try write(RaceReport(judged.result, probes: probes, notes: judged.notes).html, to: report) }
            try RaceOutput(judged, probes: probes).write(output)
            if !judged.isSound { throw ExitStatus.refused }
        } catch let error as RaceError {
            throw Failure.couldNotRun(error.description)
        }
    }

    /// Prepares the store and runs the race; gives the times of the kills.
    private func race(
        _ parameters: RaceParameters, _ place: RacePlace, _ history: HistoryFile
    ) async throws -> [Int64] {
        let bar = ProgressBar(label: "race", total: history.workload.visitCount)
        defer { bar.finish() }
        let watch = Task {
            while !Task.isCancelled {
                bar.update(history.begun)
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        defer { watch.cancel() }
        let engine = try await RaceStore.make(at: place.store, for: parameters)
        guard parameters.kills > 0 else {
            try await RacePlace.run(on: engine, history)
            return []
        }
        try await engine.close()
        let words = ["race-process", "--directory", place.directory] + arguments.words
        return try KilledRace(of: try Self.program(), words, writing: history).run { !Interruption.isRequested }
    }

    /// This program's own file.
    private static func program() throws -> String {
        do { return try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") } catch {
            throw Failure.couldNotRun("could not find the program's own file through /proc/self/exe")
        }
    }

    private func judge(_ history: HistoryFile, _ place: RacePlace, _ kills: [Int64]) async throws -> JudgedRace {
        let events = try EventHistory.open(at: place.store)
        let result = RaceResult(of: history, log: try RaceLog(events), kills: kills)
        try Interruption.check()
        let log = try LogVerifier.verify(at: events.layout.logPath) { _ in }
        _ = try await ReadModel.rebuild(from: events, at: events.layout, force: false) { _ in }
        let tables = try await ReadModel.verify(events, at: events.layout) { _ in }
        return JudgedRace(
            result: result, logProblems: log.problems.map { "\($0.path) at byte \($0.offset): \($0.message)" },
            tableProblems: tables.findings.map(\.description) + (try RaceTables.differences(events.layout, result)))
    }

    private func write(_ page: String, to path: String) throws {
        do { try Data(page.utf8).write(to: URL(fileURLWithPath: path)) } catch {
            throw Failure.couldNotRun("could not write the report \(path): \(error.localizedDescription)")
        }
    }
}

/// A race with everything that was checked.
struct JudgedRace {
    let result: RaceResult
    let logProblems: [String]
    let tableProblems: [String]

    var isSound: Bool { result.isSound && logProblems.isEmpty && tableProblems.isEmpty }

    /// What the other checks say, for a reader.
    var notes: [(name: String, isSound: Bool)] {
        [("The log verifies", logProblems.isEmpty), ("Tables agree with the log", tableProblems.isEmpty)]
    }
}

/// The directory of a race: kept where somebody asked for it, else removed at the end.
private struct ScratchDirectory {
    let path: String
    private let isKept: Bool

    init(keeping wanted: String?) throws {
        isKept = wanted != nil
        path = wanted ?? NSTemporaryDirectory() + "enroll-race-" + UUID().uuidString
        guard mkdir(path, 0o700) == 0 else {
            throw Failure.couldNotRun("could not make the directory \(path): \(systemMessage(errno))")
        }
    }

    func remove() {
        guard !isKept else { return }
        do { try FileManager.default.removeItem(atPath: path) } catch {
            writeRemark("could not remove \(path): \(error.localizedDescription)")
        }
    }
}
