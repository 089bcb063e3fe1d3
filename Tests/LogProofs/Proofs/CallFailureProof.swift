// Every call of a long life fails once, or from then on; also the calls of an opening after a crash.

internal import EventLog
internal import Glibc

/// Hurts each call in turn, then opens the log with a sound device and compares.
package enum CallFailureProof {
    package struct Scale: Sendable {
        /// The lives whose calls fail.
        package var lives = [Script.long]
        /// Of so many crash states of a life, one is opened with failing calls.
        package var openingEvery = 12

        package init() {}
    }

    package static let faults: [(fault: FaultyFileSystem.Fault, isSticky: Bool)] = [
        (.refusal(EIO), false), (.refusal(EIO), true), (.refusal(ENOSPC), false), (.refusal(ENOSPC), true),
        (.refusal(EINTR), false), (.refusal(EINTR), true), (.short, false), (.short, true),
    ]

    /// Runs the proof.
    ///
    /// Counts: `calls`, `pairs` of call and fault, `fired`, `poisoned` lives, `openings` whose calls failed.
    package static func run(_ scale: Scale, seed: UInt64) -> ProofReport {
        var run = CallFailureRun(seed: seed)
        for (number, script) in scale.lives.enumerated() {
            run.life(script, seed: seed &+ UInt64(number))
            run.openings(script, seed: seed &+ UInt64(number), every: max(1, scale.openingEvery))
        }
        return run.report
    }
}

private struct CallFailureRun {
    var report: ProofReport

    init(seed: UInt64) { report = ProofReport("call failure", seed: seed) }

    /// The whole life of a log, from nothing.
    mutating func life(_ script: Script, seed: UInt64) {
        hurt("life \(script.name)", DiskState(), BatchSource(seed: seed), 0) { disk, source, heard in
            let author = Author(script, source, on: disk, heard: heard)
            return (
                author,
                { () throws in
                    try author.create()
                    try author.run()
                    try author.close()
                }
            )
        }
    }

    /// Openings of what crashes leave: torn tails, groups to write again, segments that nobody names.
    mutating func openings(_ script: Script, seed: UInt64, every: Int) {
        let disk = SimulatedDisk()
        disk.recordHistory()
        let author = Author(script, BatchSource(seed: seed), on: FaultyFileSystem(on: disk)) { disk.acknowledge($0) }
        do {
            try author.create()
            try author.run()
            try author.close()
        } catch {
            report.fail("life \(script.name) did not run: \(error)")
            return
        }
        for (place, point) in disk.history.enumerated() where place % every == 0 {
            let crashed = SimulatedDisk.crashed(point, keeping: 0.5, seed: UInt64(place)).state
            var source = author.source
            guard case .records(let count, _) = Oracle(source).writer(SimulatedDisk(crashed)) else { continue }
            source.forget(after: count)
            report.count("openings")
            hurt("opening \(place) of \(script.name)", crashed, source, point.acknowledged) { disk, source, heard in
                let author = Author(Script("after", []), source, on: disk, heard: heard)
                return (
                    author,
                    { () throws in
                        try author.open()
                        try author.run(.append(records: 2, payload: 100))
                        try author.close()
                    }
                )
            }
        }
    }

    private typealias Making = (FaultyFileSystem, BatchSource, @escaping @Sendable (Int) -> Void) -> (
        Author, () throws -> Void
    )

    /// Runs a life without faults to learn its calls, then once for each call and fault.
    private mutating func hurt(
        _ name: String, _ state: DiskState, _ source: BatchSource, _ floor: Int, _ make: Making
    ) {
        let sound = FaultyFileSystem(on: SimulatedDisk(state))
        let (first, body) = make(sound, source, { _ in })
        do { try body() } catch {
            report.fail("\(name) does not run without faults: \(error)")
            return
        }
        try? first.close()
        let trace = sound.trace
        report.count("calls", by: trace.count)
        for (index, call) in trace.enumerated() {
            for (fault, isSticky) in CallFailureProof.faults {
                if fault == .short, !call.hasPrefix("read "), !call.hasPrefix("write ") { continue }
                let step = "\(name), call \(index + 1) (\(call)), \(fault)\(isSticky ? ", sticky" : "")"
                one(step, state, source, floor, make) { $0.fail(index + 1, fault, isSticky: isSticky) }
            }
        }
    }

    private mutating func one(
        _ step: String, _ state: DiskState, _ source: BatchSource, _ floor: Int, _ make: Making,
        _ arm: (FaultyFileSystem) -> Void
    ) {
        let base = SimulatedDisk(state)
        let disk = FaultyFileSystem(on: base)
        arm(disk)
        let (author, body) = make(disk, source, { base.acknowledge($0) })
        var answer: LogError?
        do { try body() } catch let error as LogError {
            answer = error
        } catch {
            report.fail("\(step): \(error)")
        }
        try? author.close()
        report.count("pairs")
        if disk.fired > 0 { report.count("fired") } else { report.fail("\(step): the fault did not fire") }
        if let answer {
            report.count("poisoned")
            if !Self.answers.contains(answer.code) { report.fail("\(step): answered \(answer)") }
        }
        judge(step, base.state, author, max(floor, author.acknowledged), answer, before: source.expected.count)
    }

    private static let answers: Set<LogError.Code> = [
        .io, .diskFull, .indeterminate, .poisoned,
    ]

    /// Opens what is left with a sound device: when only the process died, and after a power cut.
    private mutating func judge(
        _ step: String, _ state: DiskState, _ author: Author, _ acknowledged: Int, _ answer: LogError?, before: Int
    ) {
        let oracle = Oracle(author.source)
        let cut = SimulatedDisk.crashed(state, keeping: 0, seed: 0).state
        for (ending, left) in [("process died", state.afterProcessDeath), ("power cut", cut)] {
            let disk = SimulatedDisk(left)
            let finding = oracle.writer(disk)
            if let wrong = oracle.judge(finding, acknowledged: acknowledged, mayRefuse: false) {
                report.fail("\(step), \(ending): \(wrong)")
            }
            if case .records(let count, _) = finding, answer?.code == .diskFull, count > max(acknowledged, before) {
                report.fail("\(step), \(ending): told that the disk was full, yet the records are stored")
            }
        }
    }
}
