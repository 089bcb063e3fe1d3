// Long random lives: writer, sealer, readers, tailers, backups, clock, crashes and faults, all from one seed.

internal import EnrollmentTesting
internal import EventLog
internal import Glibc

/// Lives one long random story a seed.
///
/// The story waits for the committer at every step, and makes groups of several batches behind a gate, so the same
/// seed makes the same calls in the same order. Identities of logs and segments are drawn by the product itself; no
/// judgement depends on them.
package enum StoryProof {
    package struct Scale: Sendable {
        package var seeds = 300
        package var steps = 45

        package init() {}
    }

    /// Runs the stories of `scale.seeds` seeds, beginning with `seed`.
    ///
    /// Counts: `stories` and every kind of step; `batches`, `groups of several`, `recoveries`, `set aside` and
    /// `rewritten`; `sealed segments`, `crashes within a sealing`; `tailed records`, `tailed across a sealing`, `tailed
    /// across a new segment`; `backups`, `backups beside a group`, `restores`, `tailers told of a restore`.
    package static func run(_ scale: Scale, seed: UInt64) -> ProofReport {
        var report = ProofReport("story", seed: seed)
        for number in 0..<scale.seeds {
            var story = Story(seed: seed &+ UInt64(number))
            story.run(scale.steps)
            report.count("stories")
            report.add(story.report)
        }
        return report
    }
}

/// One story; sealing, tailers and backups are in files of their own.
struct Story {
    /// What can happen next; each kind has a method.
    enum Step: String, CaseIterable {
        case append, burst, liveReader, fileReader, clockBack, reopen, crash, crashInGroup, fault
        case seal, crashInSealing, tail, backup, restore
    }

    var report: ProofReport
    var generator: SplitMix64
    var source: BatchSource
    var disk = SimulatedDisk()
    var faulty: FaultyFileSystem
    var options = quietOptions()
    var log: EventLog?
    /// How many records nobody may lose any more: acknowledged to a caller, or seen by a reader.
    var kept = 0
    var tailers = Tailers()
    var sealings = 0
    var backup: Backup?
    var backups = 0
    /// The highest epoch so far.
    var epoch: UInt32 = 1

    struct Unexpected: Error, CustomStringConvertible {
        let description: String
    }

    init(seed: UInt64) {
        report = ProofReport("story", seed: seed)
        generator = SplitMix64(seed: seed)
        source = BatchSource(seed: seed &* 31 &+ 7)
        faulty = FaultyFileSystem(on: disk)
        options.segmentBytes = generator.pick([4_200, 6_000, 20_000, 64 << 20])
        options.compressionThresholdBytes = generator.pick([0, 4096])
        options.sealedOriginals = generator.pick([
            .removed, .removed, .kept, .keptFor(seconds: 0), .keptFor(seconds: 1), .keptFor(seconds: .max),
        ])
    }

    mutating func run(_ steps: Int) {
        var number = 0
        var step = Step.append
        do {
            log = try EventLog.create(at: logPath, options: options, fileSystem: faulty)
            while number < steps {
                number += 1
                step = generator.pick(Step.allCases)
                report.count(step.rawValue)
                try take(step)
            }
            try log?.close()
            log = nil
            let found = try LogVerifier.verify(at: logPath, fileSystem: disk)
            if !found.isSound { report.fail("at the end: \(found.problems)") }
            try read(Oracle(source).reader(disk), "the last reader", atLeast: kept)
            try checkBackup()
        } catch {
            report.fail("step \(number) (\(step)): \(error)")
            try? log?.close()
        }
    }

    private mutating func take(_ step: Step) throws {
        switch step {
        case .append: try append()
        case .burst: try burst()
        case .liveReader:
            guard let log else { return }
            let oracle = Oracle(source)
            try read(oracle.attempt { oracle.compare(try allRecords(log.reader())) }, "a reader", atLeast: kept)
        case .fileReader: try read(Oracle(source).reader(disk), "a reader of the files", atLeast: kept)
        case .clockBack: try clockBack()
        case .reopen:
            try log?.close()
            tailers.live = nil
            try open()
        case .crash: try crash(disk.state)
        case .crashInGroup: try crashInGroup()
        case .fault: try fault()
        case .seal: try seal()
        case .crashInSealing: try crashInSealing()
        case .tail: try tail()
        case .backup: try takeBackup()
        case .restore: try restore()
        }
    }

    func current() throws -> EventLog {
        guard let log else { throw Unexpected(description: "no log is open") }
        return log
    }

    mutating func enqueue(_ log: EventLog) throws -> Position {
        source.make(records: 3, payload: generator.pick([4, 60, 700]))
        report.count("batches")
        let before = source.boundaries[source.boundaries.count - 2]
        let range = try log.enqueue(source.batch)
        guard range.lowerBound == Position(Int64(before + 1)),
            range.upperBound == Position(Int64(source.expected.count))
        else { throw Unexpected(description: "positions \(range) after \(before) records") }
        return range.upperBound
    }

    private mutating func append() throws {
        let log = try current()
        let last = try enqueue(log)
        try log.waitUntilDurableBlocking(last)
        kept = source.expected.count
    }

    /// Two groups: the first is held in its sync until the batches of the second have gathered.
    private mutating func burst() throws {
        let log = try current()
        var last = try gather(log)
        for _ in 0...generator.below(5) { last = try enqueue(log) }
        report.count("groups of several")
        // The first group is written and not yet durable: nobody may see it.
        if generator.chance(1, in: 2) { try lookAtAll() }
        faulty.release()
        try log.waitUntilDurableBlocking(last)
        kept = source.expected.count
    }

    mutating func gather(_ log: EventLog) throws -> Position {
        faulty.hold("sync", ".log")
        let last = try enqueue(log)
        let deadline = ContinuousClock.now + .seconds(60)
        while !faulty.isHolding {
            guard ContinuousClock.now < deadline else { throw Unexpected(description: "no sync came") }
            sched_yield()
        }
        return last
    }

    private mutating func clockBack() throws {
        let log = try current()
        guard let last = source.expected.last else { return }
        var batch = LogBatch()
        batch.reset(commandID: .random(), actor: 1, recordedAt: last.recordedAt - 1 - Int64(generator.below(1000)))
        batch.append(type: 1, stream: 1, version: 1) { $0.append(1) }
        do {
            _ = try log.enqueue(batch)
            throw Unexpected(description: "a batch from before the last one was taken")
        } catch let error as LogError where error.code == .timeRanBack {
            return
        }
    }

    /// Notes what a reader saw: from now on it must stay.
    mutating func read(_ finding: Finding, _ who: String, atLeast: Int) throws {
        if let wrong = Oracle(source).judge(finding, acknowledged: atLeast, mayRefuse: false) {
            throw Unexpected(description: "\(who): \(wrong)")
        }
        if case .records(let count, _) = finding { kept = max(kept, count) }
    }

    /// Opens the log on the disk and compares; what was rightly lost makes room for other records.
    mutating func open() throws {
        faulty = FaultyFileSystem(on: disk)
        let opened = try EventLog.open(at: logPath, options: options, fileSystem: faulty)
        log = opened
        report.count("recoveries")
        report.count("set aside", by: opened.recovery.setAside.count)
        report.count("rewritten", by: opened.recovery.rewrittenRecords)
        let oracle = Oracle(source)
        try read(oracle.attempt { oracle.compare(try allRecords(opened.reader())) }, "the opening", atLeast: kept)
        source.forget(after: Int(opened.lastPosition.rawValue))
        guard opened.epoch >= epoch else { throw Unexpected(description: "epoch \(opened.epoch) after \(epoch)") }
        epoch = opened.epoch
    }

    /// A power cut in a state; a reader of the files may come before the next writer.
    mutating func crash(_ state: DiskState) throws {
        try? log?.close()
        log = nil
        tailers.pause()
        let chance = generator.pick([0, 0.3, 0.7, 1])
        disk = SimulatedDisk.crashed(state, keeping: chance, seed: generator.next())
        if generator.chance(1, in: 2) {
            try read(Oracle(source).reader(disk), "a reader after the crash", atLeast: 0)
        }
        try open()
    }

    private mutating func crashInGroup() throws {
        let log = try current()
        _ = try gather(log)
        if generator.chance(1, in: 2) { _ = try enqueue(log) }
        if generator.chance(1, in: 2) { try lookAtAll() }
        let state = disk.state
        faulty.release()
        try crash(state)
    }

    /// A refused call poisons the writer; then the process dies, or the power is cut.
    private mutating func fault() throws {
        let log = try current()
        let target = generator.pick([("write", ".log"), ("sync", ".log"), ("write", "TAIL")])
        faulty.refuse(target.0, target.1, generator.pick([EIO, ENOSPC]))
        do {
            try log.waitUntilDurableBlocking(try enqueue(log))
            throw Unexpected(description: "\(target) was refused, and nobody was told")
        } catch let error as LogError {
            // A confirm block that was due may meet the fault first; then the batch is not taken at all.
            guard [.indeterminate, .diskFull, .poisoned].contains(error.code) else { throw error }
        }
        faulty.relent()
        let state = disk.state
        try? log.close()
        self.log = nil
        if generator.chance(1, in: 2) {
            try crash(state)
        } else {
            tailers.pause()
            disk = SimulatedDisk(disk.state.afterProcessDeath)
            try open()
        }
    }
}
