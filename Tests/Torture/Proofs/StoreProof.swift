// Random histories through whole stores on the disk, answer by answer beside the naive model, with many openings.

import ChildProcesses
import Dispatch
import Enrollment
import EnrollmentEngine
import EnrollmentTesting
import EventLog
import LogProofs
import Synchronization

/// One store from nothing: commands, retries, closings and openings with and without snapshots, all chosen by a seed.
struct StoreProof {
    private static let length = 2000
    /// After so many commands on average the store is closed and opened again.
    private static let lifeLength = 150

    private var report: ProofReport
    private var random: SplitMix64
    private var generator: CommandGenerator
    private var model = NaiveModel()
    private var commands = 0
    private let clock = ManualClock(.day(0))
    /// The last command that the history holds, for retries.
    private var given: CommandEnvelope?

    private init(seed: UInt64) {
        report = ProofReport("stores", seed: seed)
        random = SplitMix64(seed: seed)
        generator = CommandGenerator(seed: seed)
    }

    /// Runs one store's life on a thread that may wait.
    static func run(seed: UInt64) -> ProofReport {
        let box = Mutex(ProofReport("stores", seed: seed))
        let isDone = DispatchSemaphore(value: 0)
        Task.detached {
            var proof = StoreProof(seed: seed)
            await proof.live()
            let report = proof.report
            box.withLock { $0 = report }
            isDone.signal()
        }
        isDone.wait()
        return box.withLock { $0 }
    }

    private mutating func live() async {
        do {
            // In memory a sync costs nothing; every fourth store waits for the disk.
            let places = Scratch.places
            let scratch = try Scratch(in: report.seed % 4 == 0 ? places[0] : places[places.count - 1])
            var engine = try await EnrollmentEngine.create(
                at: scratch.path + "/store", personalData: .plain, options: options(), clock: clock)
            var left = Self.length
            while left > 0 && report.failureCount == 0 {
                let count = min(left, 1 + random.below(2 * Self.lifeLength))
                for _ in 0..<count where report.failureCount == 0 { await give(engine) }
                left -= count
                compare(engine, "before the closing")
                try await engine.close()
                engine = try await EnrollmentEngine.open(at: scratch.path + "/store", options: options(), clock: clock)
                report.count("openings")
                for warning in engine.warnings { report.fail("a warning of a sound store: \(warning)") }
                compare(engine, "after the opening")
            }
            try await engine.close()
            scratch.isKept = report.failureCount > 0
        } catch { report.fail("\(error)") }
    }

    private mutating func options() -> EngineOptions {
        var options = EngineOptions()
        options.snapshots = random.below(3) == 0 ? .off : .after(events: 1 + random.below(400))
        options.log.segmentBytes = 64 << 10
        return options
    }

    /// Gives one command, new or once more, and compares the answer.
    private mutating func give(_ engine: EnrollmentEngine) async {
        if let again = given, random.below(20) == 0 { return await retry(again, engine) }
        let step = engine.read { state in generator.next(in: state) }
        clock.set(step.context.now)
        let envelope = CommandEnvelope(
            id: .random(), actor: step.context.actor, command: step.command, effectiveAt: step.context.effectiveAt,
            expectedVersion: step.context.expectedVersion)
        var expected = model.execute(step.command, step.context)
        // The answer to a stale version tells what came since, and not what was recorded of it.
        if case .refused(.versionConflict, _) = expected, case .refused(let rejection, _) = expected {
            expected = .refused(rejection, recorded: nil)
        }
        commands += 1
        report.count("commands")
        let outcome = await answer(envelope, engine)
        let number = commands
        if outcome != expected {
            report.fail("command \(number), \(step): answered \(outcome), the model \(expected)")
        }
        if case .accepted(let events) = expected, events.isEmpty { return }
        if case .refused(_, recorded: nil) = expected { return }
        given = envelope
    }

    /// The same command with the same id is answered by what was answered first, and changes nothing.
    private mutating func retry(_ envelope: CommandEnvelope, _ engine: EnrollmentEngine) async {
        let before = engine.lastPosition
        var isReplay = false
        do throws(ExecutionError) {
            isReplay = try await engine.submit(envelope).outcome().isReplay
        } catch {
            if case .refused(_, _, _, let isSeen) = error { isReplay = isSeen }
        }
        report.count("retries")
        if !isReplay || engine.lastPosition != before { report.fail("a retry was executed: \(envelope)") }
    }

    private mutating func answer(_ envelope: CommandEnvelope, _ engine: EnrollmentEngine) async -> NaiveModel.Outcome {
        do throws(ExecutionError) {
            return .accepted(try await engine.submit(envelope).outcome().events.map(\.event))
        } catch {
            switch error {
            case .refused(let rejection, _, let refusal, _): return .refused(rejection, recorded: refusal?.refusal)
            case .versionConflict(let rejection, _, _): return .refused(rejection, recorded: nil)
            default:
                let number = commands
                report.fail("command \(number), \(envelope): \(error)")
                return .refused(.unauthorized(envelope.actor), recorded: nil)
            }
        }
    }

    private mutating func compare(_ engine: EnrollmentEngine, _ moment: String) {
        let difference = engine.read { state in
            ModelComparison.firstDifference(copy state, model) ?? (copy state).checkInvariants().first.map { "\($0)" }
        }
        report.count("comparisons")
        let number = commands
        if let difference { report.fail("\(moment), after command \(number): \(difference)") }
    }
}

extension RecordedEvent {
    fileprivate var refusal: Refusal? {
        if case .commandRefused(let refusal) = event { refusal } else { nil }
    }
}
