// The exhaustive proof of small scope: a crash after every call, with every survivor of what was not synced.

internal import EventLog

/// Lives small scripts, crashes after every call, and judges every disk that can be left.
///
/// A reader reads it; a writer recovers it, reads it, appends to it and closes it; a reader finds all of that. What a
/// reader saw just before the power failed must be there, too. Some disks live on, and crash again.
///
/// The first generation is the crash of the script, the second the crash of the opening, append and close that
/// follow. Both are exhaustive where `secondEvery` is 1. The third is sampled: of every `thirdEvery`-th disk of the
/// second, one more life and one crash in it.
package enum CrashProof {
    package struct Scale: Sendable {
        package var scripts = Script.small
        /// See ``Survivors/combinedSectors``.
        package var combinedSectors = 4
        /// Of so many distinct disks of the first generation, one lives on.
        package var secondEvery = 1
        /// Of so many distinct disks of the second generation, one lives on; 0 for none.
        package var thirdEvery = 50

        package init() {}
    }

    /// Runs the proof.
    ///
    /// Counts: `crash points`; `subsets` of pending parts that were covered; `states`, the distinct disks, each judged
    /// by recovering it and appending again; `met again`, disks that an earlier crash point of the same life had left,
    /// whose answers were judged again by what was acknowledged at this one; `second lives`, `third lives`.
    package static func run(_ scale: Scale, seed: UInt64) -> ProofReport {
        var run = CrashRun(scale, seed: seed)
        for (number, script) in scale.scripts.enumerated() {
            run.firstGeneration(script, seed: seed &+ UInt64(number))
        }
        return run.report
    }
}

private struct CrashRun {
    var report: ProofReport
    private let scale: CrashProof.Scale
    private let survivors: Survivors

    init(_ scale: CrashProof.Scale, seed: UInt64) {
        self.scale = scale
        report = ProofReport("crash", seed: seed)
        survivors = Survivors(combinedSectors: scale.combinedSectors)
    }

    /// What happens to each disk that has not been met before.
    private typealias Life = (inout CrashRun, DiskState, @escaping Step) -> Finding
    /// Says where a run is; only a failure builds the text.
    private typealias Step = () -> String

    mutating func firstGeneration(_ script: Script, seed: UInt64) {
        let disk = SimulatedDisk()
        disk.recordHistory()
        let author = Author(script, BatchSource(seed: seed), on: FaultyFileSystem(on: disk)) { disk.acknowledge($0) }
        do {
            try author.create()
            try author.run()
            try author.close()
        } catch {
            report.fail("script \(script.name) did not run: \(error)")
            return
        }
        report.count("scripts")
        let source = author.source
        let options = script.options
        let every = max(1, scale.secondEvery)
        var distinct = 0
        let oracle = Oracle(source)
        crash(disk.history, oracle, { script.name }) { run, state, step in
            distinct += 1
            guard distinct % every == 0 else { return run.append(state, source, oracle, step) }
            run.report.count("second lives")
            return run.secondGeneration(state, source, options, step)
        }
    }

    /// Opens a disk, appends, closes; then crashes after each call of that.
    private mutating func secondGeneration(
        _ state: DiskState, _ source: BatchSource, _ options: LogOptions, _ step: @escaping Step
    ) -> Finding {
        guard let (finding, history, next) = live(state, source, options, step) else { return .refused(.notFound, "") }
        guard let next else { return finding }
        let every = scale.thirdEvery
        var distinct = 0
        let oracle = Oracle(next)
        crash(history, oracle, step) { run, state, step in
            distinct += 1
            guard every > 0, distinct % every == 0 else { return run.append(state, next, oracle, step) }
            run.report.count("third lives")
            return run.thirdGeneration(state, next, options, step, distinct)
        }
        return finding
    }

    /// One more life, and one crash in it, at a place that depends on the number alone.
    private mutating func thirdGeneration(
        _ state: DiskState, _ source: BatchSource, _ options: LogOptions, _ step: @escaping Step, _ number: Int
    ) -> Finding {
        guard let (finding, history, next) = live(state, source, options, step) else { return .refused(.notFound, "") }
        guard let next else { return finding }
        let point = history[number % history.count]
        let disk = SimulatedDisk.crashed(point, keeping: Double(number % 3) / 2, seed: UInt64(number))
        let oracle = Oracle(next)
        let last: Step = { "\(step()) / \(point.call)" }
        judge(append(disk.state, next, oracle, last), point, oracle, last)
        report.count("states")
        return finding
    }

    /// Recovers a disk, reads it, appends a batch and closes; what a reader finds then must be all of it.
    private mutating func append(
        _ state: DiskState, _ source: BatchSource, _ oracle: Oracle, _ step: Step
    ) -> Finding {
        let disk = SimulatedDisk(state)
        var after = source
        let finding = oracle.writer(disk) { log in
            after.forget(after: Int(log.lastPosition.rawValue))
            try after.append(1, to: log, records: 2, payload: 60)
            try log.close()
        }
        guard case .records = finding else { return finding }
        let next = Oracle(after)
        let found = next.reader(SimulatedDisk(disk.state.afterProcessDeath))
        if let wrong = next.judge(found, acknowledged: after.expected.count, mayRefuse: false) {
            report.fail("\(step()): after one more batch a reader: \(wrong)")
        }
        return finding
    }

    /// Opens, appends one batch and closes, recording every call; no source where there is no log to write to.
    private mutating func live(
        _ state: DiskState, _ source: BatchSource, _ options: LogOptions, _ step: @escaping Step
    ) -> (Finding, [DiskState], BatchSource?)? {
        let disk = SimulatedDisk(state)
        disk.recordHistory()
        var source = source
        let finding = Oracle(source).writer(disk, options) { log in
            source.forget(after: Int(log.lastPosition.rawValue))
            disk.acknowledge(source.expected.count)
            log.onDurable { disk.acknowledge(Int($0.rawValue)) }
            try source.append(1, to: log, records: 2, payload: 60)
            try log.close()
        }
        guard case .records = finding else { return (finding, [], nil) }
        let again = SimulatedDisk(disk.state.afterProcessDeath)
        let oracle = Oracle(source)
        if let wrong = oracle.judge(oracle.reader(again), acknowledged: source.expected.count, mayRefuse: false) {
            report.fail("\(step()): after the next life a reader: \(wrong)")
        }
        if let problem = problem(again) { report.fail("\(step()): after the next life \(problem)") }
        return (finding, disk.history, source)
    }

    /// What the verifier finds on a log that was closed.
    private func problem(_ disk: SimulatedDisk) -> String? {
        do {
            return try LogVerifier.verify(at: logPath, fileSystem: disk).problems.first.map { "\($0)" }
        } catch {
            return "\(error)"
        }
    }

    /// Crashes in every state of a history.
    private mutating func crash(
        _ history: [DiskState], _ oracle: Oracle, _ step: @escaping Step, _ life: @escaping Life
    ) {
        var known: [Int: (writer: Finding, reader: Finding)] = [:]
        for (place, point) in history.enumerated() {
            report.count("crash points")
            // A reader in another process may have looked just before the power failed.
            let before = oracle.reader(SimulatedDisk(point.afterProcessDeath))
            if let wrong = oracle.judge(before, acknowledged: 0, mayRefuse: false) {
                report.fail("\(step()) / \(place) \(point.call): a reader before the crash: \(wrong)")
            }
            var outcomes: [Survivors.Outcome] = []
            survivors.forEach(of: point) { outcomes.append($0) }
            for outcome in outcomes {
                report.count("subsets", by: outcome.subsets)
                let step: Step = { "\(step()) / \(place) \(point.call), disk \(outcome.hash)" }
                let finding: (writer: Finding, reader: Finding)
                if let old = known[outcome.hash] {
                    finding = old
                    report.count("met again")
                } else {
                    report.count("states")
                    let reader = oracle.reader(SimulatedDisk(outcome.state))
                    finding = (life(&self, outcome.state, step), reader)
                    known[outcome.hash] = finding
                }
                judge(finding.writer, point, oracle, step)
                judgeReader(finding.reader, finding.writer, oracle, step)
                judgeReader(before, finding.writer, oracle, step)
            }
        }
    }

    private mutating func judge(_ finding: Finding, _ point: DiskState, _ oracle: Oracle, _ step: Step) {
        if let wrong = oracle.judge(finding, acknowledged: point.acknowledged, mayRefuse: false) {
            report.fail("\(step()): \(wrong)")
        }
    }

    /// A reader that came before the next writer must not have seen what the writer then drops.
    private mutating func judgeReader(_ reader: Finding, _ writer: Finding, _ oracle: Oracle, _ step: Step) {
        if let wrong = oracle.judge(reader, acknowledged: 0, mayRefuse: false) {
            report.fail("\(step()): reader: \(wrong)")
        }
        if case .records(let seen, _) = reader, case .records(let kept, _) = writer, seen > kept {
            report.fail("\(step()): a reader saw \(seen) records, the next writer keeps \(kept)")
        }
    }
}
