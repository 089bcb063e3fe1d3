// A device that lies about one write, and one that rots: identical events or a named error, never silence.

internal import EnrollmentTesting
internal import EventLog

/// Lets the device lose, misplace or cut each write of a life, then damages sectors of the finished log.
package enum LyingDeviceProof {
    package struct Scale: Sendable {
        package var script = Script.long
        /// Of so many writes, the device lies about one.
        package var every = 1
        /// How many sectors rot, one a run.
        package var rottenSectors = 200

        package init() {}
    }

    /// Runs the proof.
    ///
    /// Counts: `lies`, `fired`, `rotten` sectors; `intact` and `refused` answers of writers; `found` by the verifier.
    package static func run(_ scale: Scale, seed: UInt64) -> ProofReport {
        var report = ProofReport("lying device", seed: seed)
        let sound = SimulatedDisk()
        let author = Author(scale.script, BatchSource(seed: seed), on: FaultyFileSystem(on: sound))
        if let error = live(author) { report.fail("does not run on a sound device: \(error)") }
        for number in stride(from: 1, through: sound.calls.writes, by: max(1, scale.every)) {
            for lie in SimulatedDisk.Lie.allCases {
                report.count("lies")
                let disk = SimulatedDisk()
                disk.lie(aboutWrite: number, lie)
                let author = Author(scale.script, BatchSource(seed: seed), on: FaultyFileSystem(on: disk))
                let step = "write \(number) \(lie)"
                if live(author, closing: false) == nil {
                    // Still active, and without TAIL: the confirm block behind each group proves it.
                    var active = disk.state.afterEviction
                    judge(active, author, "\(step), active", &report)
                    active.set(logPath + "/TAIL", nil)
                    judge(active, author, "\(step), active, without TAIL", &report)
                }
                try? author.close()
                if disk.fired == 1 { report.count("fired") } else { report.fail("\(step): did not fire") }
                judge(disk.state.afterEviction, author, step, &report)
            }
        }
        rot(sound.state.afterProcessDeath, author, scale.rottenSectors, seed, &report)
        return report
    }

    private static func live(_ author: Author, closing: Bool = true) -> (any Error)? {
        do {
            try author.create()
            try author.run()
            if closing { try author.close() }
            return nil
        } catch {
            return error
        }
    }

    /// Replaces a sector by zeros, by noise, or by a stale copy of another one.
    private static func rot(
        _ state: DiskState, _ author: Author, _ count: Int, _ seed: UInt64, _ report: inout ProofReport
    ) {
        var generator = SplitMix64(seed: seed)
        let paths = state.paths.filter { $0.hasSuffix(".log") || $0.hasSuffix("/MANIFEST") }
        for number in 0..<count {
            let path = generator.pick(paths)
            guard let bytes = state.bytes(path), let from = state.bytes(generator.pick(paths)) else { continue }
            let place = generator.below((bytes.count + 511) / 512) * 512
            let range = place..<min(bytes.count, place + 512)
            var damaged = bytes
            let kind = generator.below(3)
            switch kind {
            case 0: damaged.place([UInt8](repeating: 0, count: 512), 0..<range.count, at: place)
            case 1: damaged.place((0..<512).map { _ in UInt8(generator.below(256)) }, 0..<range.count, at: place)
            default:
                let stale = generator.below(max(1, from.count / 512)) * 512
                damaged.place(from, stale..<min(from.count, stale + range.count), at: place)
            }
            guard !damaged.isSame(as: bytes) else { continue }
            var rotten = state
            rotten.set(path, damaged)
            report.count("rotten")
            let step = "rot \(number), kind \(kind), \(path) at \(place)"
            if judge(rotten, author, step, &report) { report.fail("\(step): the verifier is silent") }
        }
    }

    /// Judges writer, reader and verifier; true when the verifier calls the log sound.
    @discardableResult
    private static func judge(
        _ state: DiskState, _ author: Author, _ step: String, _ report: inout ProofReport
    ) -> Bool {
        let oracle = Oracle(author.source)
        let reader = oracle.reader(SimulatedDisk(state))
        // Without TAIL a reader sees what later headers prove, which a lying device may have kept from it.
        let seen = state.entries[logPath + "/TAIL"] == nil ? 0 : author.acknowledged
        if let wrong = oracle.judge(reader, acknowledged: seen, mayRefuse: true) {
            report.fail("\(step): reader: \(wrong)")
        }
        var isSound = false
        do {
            let found = try LogVerifier.verify(at: logPath, fileSystem: SimulatedDisk(state))
            isSound = found.isSound
            if isSound, found.records < Int64(seen) {
                report.fail("\(step): the verifier calls \(found.records) of \(author.acknowledged) records sound")
            }
            if isSound, case .refused(_, let what) = reader {
                report.fail("\(step): the verifier is silent where a reader was refused: \(what)")
            }
        } catch {
            if !Oracle.damageCodes.contains(error.code) { report.fail("\(step): verifier: \(error)") }
        }
        if !isSound { report.count("found") }
        let writer = oracle.writer(SimulatedDisk(state))
        switch writer {
        case .refused: report.count("refused")
        case .records, .wrong: report.count("intact")
        }
        // A writer opens without reading closed segments: it may find the log open and its reading refused.
        if let wrong = oracle.judge(writer, acknowledged: author.acknowledged, mayRefuse: true) {
            report.fail("\(step): writer: \(wrong)")
        }
        return isSound
    }
}
