// One run of `submit`: a thread decides line after line, a task writes each result once it is durable.

import Enrollment
import EnrollmentEngine
import EventLog
import Foundation

/// Decides lines in their order, with many of them waiting for the disk at the same time.
struct SubmitRun {
    /// Lines that may wait for the disk at once; enough to keep two groups full.
    private static let mostInFlight = 8192

    private let engine: EnrollmentEngine
    private let printer: ResultPrinter
    private let stopsOnRefusal: Bool
    private let queue: SubmitQueue
    private var report = SubmitReport()

    /// Decides all lines.
    ///
    /// With `stopsOnRefusal` each line waits for the answer to the one before: what is decided cannot be taken back.
    ///
    /// - Throws: ``Failure`` where the input cannot be read or the store gives no answer, ``OutputClosed``.
    static func run(
        _ lines: LineSource, on engine: EnrollmentEngine, printer: ResultPrinter, stopsOnRefusal: Bool
    ) async throws -> SubmitReport {
        var run = SubmitRun(engine, printer: printer, stopsOnRefusal: stopsOnRefusal)
        return try await run.run(lines)
    }

    private init(_ engine: EnrollmentEngine, printer: ResultPrinter, stopsOnRefusal: Bool) {
        self.engine = engine
        self.printer = printer
        self.stopsOnRefusal = stopsOnRefusal
        queue = SubmitQueue(bound: stopsOnRefusal ? 1 : Self.mostInFlight)
    }

    private mutating func run(_ lines: LineSource) async throws -> SubmitReport {
        startReader(lines)
        let bar = ProgressBar(label: "submit", total: 0)
        defer {
            bar.finish()
            queue.stop()
        }
        while let item = await queue.next() {
            let position = try await finish(item)
            // Written as soon as it is durable: before waiting for a line or for the disk.
            if queue.isEmpty || position >= engine.durablePosition { try StandardOutput.shared.flush() }
            queue.freeSlot()
            bar.update(report.lines)
            if stopsOnRefusal && report.hasNo { break }
        }
        return report
    }

    /// Gives the position that the answer rests on.
    private mutating func finish(_ item: SubmitQueue.Item) async throws -> Position {
        switch item {
        case .decided(let submission, let id):
            let result: Result<Receipt, ExecutionError>
            do { result = .success(try await submission.outcome()) } catch { result = .failure(error) }
            return try write(result, of: id)
        case .waitsForRoom(let envelope):
            let result = await engine.execute(contentsOf: [envelope])[0]
            queue.resumeReader()
            if case .failure(.cancelled) = result { throw Interrupted() }
            return try write(result, of: envelope.id)
        case .invalid(let error, let line):
            report.invalid += 1
            try printer.write(error, line: line)
            return .zero
        case .failed(let error, let id): return try write(.failure(error), of: id)
        case .unreadable(let failure): throw failure
        }
    }

    private mutating func write(_ result: Result<Receipt, ExecutionError>, of id: CommandID) throws -> Position {
        try printer.write(result, of: id)
        switch result {
        case .success(let receipt):
            if receipt.isReplay { report.replayed += 1 } else { report.accepted += 1 }
            return receipt.position
        case .failure(.refused(_, let position, _, let isReplay)):
            if isReplay { report.replayed += 1 } else { report.refused += 1 }
            report.hasRefusal = true
            return position
        case .failure(.versionConflict(_, let position, _)), .failure(.commandIDReused(_, let position)):
            report.refused += 1
            report.hasRefusal = true
            return position
        case .failure(.unavailable(let error)):
            throw Failure.couldNotRun(
                "\(Failure(error).message); lines answered before: \(report.lines), all of them stored; "
                    + "send the others again, with the same commandIDs")
        case .failure(let error): throw error.exitCode
        }
    }

    private func startReader(_ lines: LineSource) {
        let json = CommandJSON(calendar: engine.calendar, sourceIDs: engine)
        let thread = Thread { [engine, queue] in
            lines.forEach { number, line in
                guard queue.waitForSlot() else { return false }
                return Self.decide(line, number, engine, json, queue)
            } onFailure: {
                queue.push(.unreadable($0))
            }
            queue.end()
        }
        thread.stackSize = 1 << 20
        thread.start()
    }

    /// Decides one line; false where nothing more can be decided.
    private static func decide(
        _ line: LineReader.Line, _ number: Int, _ engine: EnrollmentEngine, _ json: CommandJSON, _ queue: SubmitQueue
    ) -> Bool {
        guard case .text(let bytes) = line else {
            let limit = LineReader.longestLineBytes >> 20
            queue.push(.invalid(CommandJSONError(reason: "the line is longer than \(limit) MiB"), line: number))
            return true
        }
        let envelope: CommandEnvelope
        do { envelope = try json.decode(bytes) } catch {
            queue.push(.invalid(error, line: number))
            return true
        }
        do {
            queue.push(.decided(try engine.submit(envelope), envelope.id))
        } catch .overloaded {
            queue.push(.waitsForRoom(envelope))
            queue.waitForRoom()
        } catch {
            queue.push(.failed(error, envelope.id))
            return false
        }
        return true
    }
}

/// What a run came to.
struct SubmitReport {
    var accepted = 0
    var refused = 0
    var replayed = 0
    var invalid = 0
    /// Also where the refusal is an answer of an earlier time.
    var hasRefusal = false

    var lines: Int { accepted + refused + replayed + invalid }
    var hasNo: Bool { hasRefusal || invalid > 0 }

    var summary: String {
        "\(counted(lines, "line")): \(accepted) accepted, \(refused) refused, \(replayed) replayed, \(invalid) invalid"
    }
}
