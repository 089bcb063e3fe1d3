// Every flipped bit and every cut of small logs: identical events or a named error, and never a silent loss.

internal import EnrollmentTesting
internal import EventLog

/// Damages small logs bit by bit and length by length; a writer, readers, look-ups and the verifier are each judged.
package enum FlipProof {
    package struct Scale: Sendable {
        /// One of so many places is damaged; 1 for every bit and every length.
        package var every = 1
        /// Of the bits of header pages, which one checksum covers whole, one in so many besides.
        package var everyInPages = 1
        /// Of the lengths to which a file may be cut, one in so many besides.
        package var everyCut = 1
        /// Which of the places: `every` runs with phases that follow each other damage every place once.
        package var phase = 0

        package init() {}
    }

    /// Runs the proof.
    ///
    /// Counts: `flips`, `cuts`, and of the flips those `in sealed files`, `in manifests` and `in TAIL`; `intact` and
    /// `refused` answers of writers; `look-ups` through indexes and how many were `refused look-ups`; `found` by the
    /// verifier; `shortened`, where TAIL was missing or cut and the last, unconfirmed group was taken for torn: the
    /// honest limit of FORMAT.md.
    package static func run(_ scale: Scale, seed: UInt64) -> ProofReport {
        var run = FlipRun(report: ProofReport("flip", seed: seed), scale: scale)
        for life in DamagedLog.Life.allCases {
            do {
                let log = try DamagedLog(life, seed: seed)
                run.damage(log)
            } catch {
                run.report.fail("the log \(life) was not made: \(error)")
            }
        }
        return run.report
    }
}

/// One place that was damaged; text only where something fails.
private struct Damage: CustomStringConvertible {
    var life: DamagedLog.Life
    var path: String
    var place: Int
    /// `nil` for a cut.
    var bit: Int?

    var isCut: Bool { bit == nil }
    var isTail: Bool { path.hasSuffix("/TAIL") }
    var isManifest: Bool { path.hasSuffix("/MANIFEST") }
    var isSealed: Bool { path.hasSuffix(".seg") }

    var description: String {
        bit.map { "\(life): bit \($0) of byte \(place) of \(path)" } ?? "\(life): \(path) cut at \(place)"
    }
}

private struct FlipRun {
    var report: ProofReport
    let scale: FlipProof.Scale
    private var turn: Int

    init(report: ProofReport, scale: FlipProof.Scale) {
        self.report = report
        self.scale = scale
        turn = scale.phase
    }

    mutating func damage(_ log: DamagedLog) {
        for path in log.state.paths where !path.hasSuffix("/LOCK") {
            guard let bytes = log.state.bytes(path) else { continue }
            let extent = log.extent(path, bytes)
            report.count("files")
            for place in 0..<extent {
                let isPage = log.ends[path] != nil && place < 4096
                for bit in 0..<8 where isDue(isPage) {
                    var damaged = bytes
                    damaged[place] ^= 1 << UInt8(bit)
                    let damage = Damage(life: log.life, path: path, place: place, bit: bit)
                    report.count("flips")
                    if damage.isSealed { report.count("in sealed files") }
                    if damage.isManifest { report.count("in manifests") }
                    if damage.isTail { report.count("in TAIL") }
                    judge(log, damage, damaged)
                }
                guard place % max(1, scale.everyCut) == 0, isDue(isPage) else { continue }
                var damaged = bytes
                damaged.setLength(place)
                report.count("cuts")
                judge(log, Damage(life: log.life, path: path, place: place, bit: nil), damaged)
            }
        }
    }

    private mutating func isDue(_ isPage: Bool) -> Bool {
        turn += 1
        return turn % (scale.every * (isPage ? scale.everyInPages : 1)) == 0
    }

    private mutating func judge(_ log: DamagedLog, _ damage: Damage, _ bytes: [UInt8]) {
        var state = log.state
        state.set(damage.path, bytes)
        // Without TAIL nothing but itself proves the last group.
        let least = log.life == .withoutTail || damage.isTail ? log.proven : log.records
        judgeWriter(log, damage, state, least)
        if let wrong = log.oracle.judge(
            log.oracle.reader(SimulatedDisk(state)), acknowledged: least, mayRefuse: !damage.isTail)
        {
            report.fail("\(damage): reader: \(wrong)")
        }
        if log.life == .sealed { lookUp(log, damage, state) }
        verify(log, damage, state)
    }

    private mutating func judgeWriter(_ log: DamagedLog, _ damage: Damage, _ state: DiskState, _ least: Int) {
        switch log.oracle.writer(SimulatedDisk(state)) {
        case .wrong(let what): report.fail("\(damage): writer: \(what)")
        case .refused(let code, let what):
            report.count("refused")
            if !Oracle.damageCodes.contains(code) { report.fail("\(damage): writer: \(what)") }
            if damage.isTail { report.fail("\(damage): a damaged TAIL is no fault, but: \(what)") }
        case .records(let count, let setAside):
            report.count(count == log.records ? "intact" : "shortened")
            let mayShorten = damage.isCut && log.life == .withoutTail
            // Set aside means told; only a cut exactly between two groups without TAIL leaves nothing to tell.
            if count < log.records, !(mayShorten && count >= least && (setAside > 0 || count == log.proven)) {
                report.fail("\(damage): writer: \(count) of \(log.records) records, \(setAside) set aside")
            }
        }
    }

    /// Look-ups by position, stream, type and time, which believe what the end of a sealed segment says: the same
    /// records as without the damage, or a named error, and never fewer.
    private mutating func lookUp(_ log: DamagedLog, _ damage: Damage, _ state: DiskState) {
        let reader: LogReader
        do { reader = try LogReader.open(at: logPath, fileSystem: SimulatedDisk(state)) } catch {
            // What may be refused here is judged with the reader of the whole log.
            return
        }
        for lookUp in log.lookUps {
            report.count("look-ups")
            do {
                if let wrong = try lookUp.difference(reader) { report.fail("\(damage): \(wrong)") }
            } catch let error as LogError where Oracle.damageCodes.contains(error.code) && !damage.isTail {
                report.count("refused look-ups")
            } catch {
                report.fail("\(damage): \(lookUp.name): \(error)")
            }
        }
    }

    /// The verifier must find what lies in acknowledged bytes, and nothing elsewhere.
    private mutating func verify(_ log: DamagedLog, _ damage: Damage, _ state: DiskState) {
        var isFound = true
        do {
            let found = try LogVerifier.verify(at: logPath, fileSystem: SimulatedDisk(state))
            isFound = !found.isSound
            if found.isSound && found.records < Int64(log.proven) {
                report.fail("\(damage): the verifier calls \(found.records) records sound")
            }
        } catch {
            if !Oracle.damageCodes.contains(error.code) { report.fail("\(damage): verifier: \(error)") }
        }
        if isFound { report.count("found") }
        guard let end = log.ends[damage.path] else {
            if damage.isManifest && !isFound { report.fail("\(damage): the verifier is silent") }
            return
        }
        // What only TAIL proves is not looked at without it.
        if log.life == .withoutTail && isLastGroup(log, damage) { return }
        if damage.place < end && !isFound { report.fail("\(damage): the verifier is silent") }
    }

    /// Whether a place lies behind the header page of the segment that only TAIL proves.
    private func isLastGroup(_ log: DamagedLog, _ damage: Damage) -> Bool {
        damage.path == log.ends.keys.max() && damage.place >= 4096
    }
}
