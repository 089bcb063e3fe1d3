// The capacity race on the engine: every command is on disk before its caller goes on.

import Enrollment
import EnrollmentEngine
import EventLog
import Foundation
import Histogram
import Synchronization

/// How the callers come.
enum Arrival: Sendable {
    /// Each waits for its answer before it asks again.
    case closed
    /// Each sends a thousand commands at once, and waits for all.
    case bulk
    /// So many a second at times fixed in advance, whatever the engine does; a latency begins when its time came.
    case open(perSecond: Int)
}

struct Race: Sendable {
    let workload: Workload
    let callers: Int
    var refusals = EngineOptions.Refusals.recorded
    var arrival = Arrival.closed
    /// After so long no further attempt begins.
    var seconds = 60.0

    /// What was seen, and what the engine holds afterwards.
    struct Result {
        var attempts = 0
        var accepted = 0
        var full = 0
        var failed = 0
        var seconds = 0.0
        var processorSeconds = 0.0
        var syncs: Int64 = 0
        var seatsTaken = 0
        var peopleEnrolled = 0
        var latencies = Histogram<UInt64>(
            highestTrackableValue: 60_000_000_000, numberOfSignificantValueDigits: .three)

        /// Microseconds that so many per cent of the answers took at most.
        func microseconds(_ percentile: Double) -> Double {
            Double(latencies.valueAtPercentile(percentile)) / 1000
        }
    }

    /// Makes a store, runs the race on it, checks it and removes it.
    func run(in directory: String) async throws -> Result {
        let store = directory + "/race-\(CommandID.random())"
        defer { try? FileManager.default.removeItem(atPath: store) }
        var options = EngineOptions()
        options.refusals = refusals
        let engine = try await EnrollmentEngine.create(at: store, personalData: .plain, options: options)
        try await School(engine).make(workload)
        let result = try await run(on: engine)
        try await engine.close()
        return result
    }

    /// Runs on an engine that holds the workload's people and terms.
    func run(on engine: EnrollmentEngine) async throws -> Result {
        // Made before the clock runs: a bulk caller has its commands at hand.
        let envelopes = if case .bulk = arrival { (0..<workload.attempts).map(envelope) } else { [CommandEnvelope]() }
        let answers = Answers(capacity: workload.attempts, seconds: Double(seconds))
        let before = engine.statistics().log
        let processor = processorSeconds()
        let start = ContinuousClock.now
        switch arrival {
        case .closed: await closed(engine, answers)
        case .bulk: await bulk(envelopes, engine, answers)
        case .open(let rate): await open(engine, answers, perSecond: rate)
        }
        var result = answers.result()
        result.seconds = (ContinuousClock.now - start).seconds
        result.processorSeconds = processorSeconds() - processor
        result.syncs = engine.statistics().log.syncs - before.syncs
        let terms = Set((0..<workload.terms).map { TermID(Int64($0 + 1)) })
        (result.seatsTaken, result.peopleEnrolled) = engine.read { state in
            let seats = terms.reduce(0) { sum, id in
                let count = state[id]?.enrolledCount ?? 0
                return count <= workload.seats ? sum + count : sum
            }
            // By the enrollments themselves, so that a count that went wrong would show.
            var pairs = Set<[Int64]>()
            for row in state.enrollments where row.status == .approved && terms.contains(row.term) {
                pairs.insert([row.user.rawValue, row.term.rawValue])
            }
            return (seats, pairs.count)
        }
        return result
    }

    /// Whether the store holds what the callers were told, and all seats are taken where everybody came.
    func holds(_ result: Result) -> Bool {
        result.failed == 0 && result.seatsTaken == result.accepted && result.peopleEnrolled == result.accepted
            && (result.attempts < workload.attempts || result.accepted == workload.expected)
    }

    private func closed(_ engine: EnrollmentEngine, _ answers: Answers) async {
        await withDiscardingTaskGroup { group in
            for _ in 0..<callers {
                group.addTask {
                    while let (attempt, begin) = answers.next() {
                        await self.attempt(attempt, engine, answers, since: begin)
                    }
                }
            }
        }
    }

    private func attempt(
        _ attempt: Int, _ engine: EnrollmentEngine, _ answers: Answers, since begin: Int64
    ) async {
        let user = workload.user(of: attempt)
        var answer = Answer.accepted
        do {
            _ = try await engine.execute(
                .applyEnrollment(user: user, term: workload.term(of: attempt)), by: .user(user))
        } catch {
            answer = Answer(error)
        }
        answers.note(attempt, answer, nanoseconds: monotonicNanoseconds() - begin)
    }

    private func envelope(_ attempt: Int) -> CommandEnvelope {
        let user = workload.user(of: attempt)
        return CommandEnvelope(
            id: .random(), actor: .user(user),
            command: .applyEnrollment(user: user, term: workload.term(of: attempt)))
    }

    private func bulk(_ envelopes: [CommandEnvelope], _ engine: EnrollmentEngine, _ answers: Answers) async {
        await withDiscardingTaskGroup { group in
            for _ in 0..<callers {
                group.addTask {
                    while let (attempts, begin) = answers.next(1000) {
                        let results = await engine.execute(contentsOf: Array(envelopes[attempts]))
                        let took = monotonicNanoseconds() - begin
                        for (attempt, result) in zip(attempts, results) {
                            answers.note(attempt, Answer(result), nanoseconds: took)
                        }
                    }
                }
            }
        }
    }

    private func open(_ engine: EnrollmentEngine, _ answers: Answers, perSecond rate: Int) async {
        await withDiscardingTaskGroup { group in
            let start = monotonicNanoseconds()
            while let (attempt, now) = answers.next() {
                let due = start + Int64(attempt) * 1_000_000_000 / Int64(rate)
                // A sleep, not a suspension: this task is the world outside. Late is never early.
                if due - now > 20_000 { usleep(UInt32((due - now) / 1000)) }
                group.addTask { await self.attempt(attempt, engine, answers, since: due) }
            }
        }
    }
}

/// The processor's time that this process has had, in seconds.
func processorSeconds() -> Double {
    var usage = rusage()
    getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
}
