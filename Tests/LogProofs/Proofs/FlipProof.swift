// Every flipped bit and every cut of small logs: identical events or a named error, and never a silent loss.

internal import EnrollmentTesting
internal import EventLog

/// Damages small logs bit by bit and length by length; a writer, a reader and the verifier are each judged.
package enum FlipProof {
    package struct Scale: Sendable {
        /// One of so many places is damaged; 1 for every bit and every length.
        package var every = 1
        /// Of the bits of header pages, which one checksum covers whole, one in so many besides.
        package var everyInPages = 1

        package init() {}
    }

    /// Runs the proof.
    ///
    /// Counts: `flips`, `cuts`; `intact` and `refused` answers of writers; `found` by the verifier; `shortened`, where
    /// TAIL was missing or cut and the last, unconfirmed group was taken for torn: the honest limit of FORMAT.md.
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

/// A small log to damage.
struct DamagedLog {
    enum Life: CaseIterable {
        /// Closed segments and confirm blocks; nothing is active.
        case closed
        /// As a power cut leaves it: the last group is proven by TAIL alone.
        case active
        /// The same without TAIL.
        case withoutTail
    }

    let life: Life
    let state: DiskState
    let oracle: Oracle
    /// All records, and those that something beside TAIL proves.
    let records: Int
    let proven: Int
    /// For each segment, where acknowledged bytes end.
    let ends: [String: Int]

    init(_ life: Life, seed: UInt64) throws {
        self.life = life
        let disk = SimulatedDisk()
        var script = Script("damaged", [], segmentBytes: life == .closed ? 4500 : 64 << 20, confirms: true)
        let author = Author(script, BatchSource(seed: seed), on: FaultyFileSystem(on: disk))
        try author.create()
        for payload in [8, 200] { try author.run(.append(records: 2, payload: payload)) }
        try author.run(.reopen)
        try author.run(.append(records: 3, payload: 30))
        try author.close()
        proven = author.source.expected.count
        guard life != .closed else {
            state = disk.state.afterProcessDeath
            records = proven
            oracle = Oracle(author.source)
            ends = try Self.ends(SimulatedDisk(state))
            return
        }
        script.confirms = false
        let last = Author(script, author.source, on: FaultyFileSystem(on: disk))
        try last.open()
        try last.run(.append(records: 2, payload: 90))
        var state = disk.state.afterProcessDeath
        ends = try Self.ends(SimulatedDisk(state))
        if life == .withoutTail { state.set(logPath + "/TAIL", nil) }
        self.state = state
        records = last.source.expected.count
        oracle = Oracle(last.source)
        try last.close()
    }

    private static func ends(_ disk: SimulatedDisk) throws -> [String: Int] {
        var ends: [String: Int] = [:]
        let reader = try LogReader.open(at: logPath, fileSystem: disk)
        let last = try reader.lastPosition()
        for segment in try reader.segments() where segment.lastPosition <= last {
            ends[logPath + "/" + segment.name] = Int(segment.bytes)
        }
        return ends
    }

    /// How many bytes of a file are damaged: for segments all that was ever written, and a little more.
    func extent(_ path: String, _ bytes: [UInt8]) -> Int {
        guard path.hasSuffix(".log"), let used = bytes.lastIndex(where: { $0 != 0 }) else { return bytes.count }
        return min(bytes.count, used + 1 + 64)
    }
}

private struct FlipRun {
    var report: ProofReport
    let scale: FlipProof.Scale
    private var turn = 0

    init(report: ProofReport, scale: FlipProof.Scale) {
        self.report = report
        self.scale = scale
    }

    mutating func damage(_ log: DamagedLog) {
        for path in log.state.paths where !path.hasSuffix("/LOCK") {
            guard let bytes = log.state.bytes(path) else { continue }
            let extent = log.extent(path, bytes)
            report.count("files")
            for place in 0..<extent {
                let isPage = path.hasSuffix(".log") && place < 4096
                for bit in 0..<8 where isDue(isPage) {
                    var damaged = bytes
                    damaged[place] ^= 1 << UInt8(bit)
                    report.count("flips")
                    judge(
                        log, path, damaged, place, "\(log.life): bit \(bit) of byte \(place) of \(path)", isCut: false)
                }
                guard isDue(isPage) else { continue }
                var damaged = bytes
                damaged.setLength(place)
                report.count("cuts")
                judge(log, path, damaged, place, "\(log.life): \(path) cut at \(place)", isCut: true)
            }
        }
    }

    private mutating func isDue(_ isPage: Bool) -> Bool {
        turn += 1
        return turn % (scale.every * (isPage ? scale.everyInPages : 1)) == 0
    }

    private mutating func judge(
        _ log: DamagedLog, _ path: String, _ bytes: [UInt8], _ place: Int, _ step: String, isCut: Bool
    ) {
        var state = log.state
        state.set(path, bytes)
        let isTail = path.hasSuffix("/TAIL")
        // Without TAIL nothing but itself proves the last group.
        let least = log.life == .withoutTail || isTail ? log.proven : log.records
        let mayShorten = isCut && log.life == .withoutTail
        switch log.oracle.writer(SimulatedDisk(state)) {
        case .wrong(let what): report.fail("\(step): writer: \(what)")
        case .refused(let code, let what):
            report.count("refused")
            if !Oracle.damageCodes.contains(code) { report.fail("\(step): writer: \(what)") }
            if isTail { report.fail("\(step): a damaged TAIL is no fault, but: \(what)") }
        case .records(let count, let setAside):
            report.count(count == log.records ? "intact" : "shortened")
            // Set aside means told; only a cut exactly between two groups without TAIL leaves nothing to tell.
            if count < log.records, !(mayShorten && count >= least && (setAside > 0 || count == log.proven)) {
                report.fail("\(step): writer: \(count) of \(log.records) records, \(setAside) set aside")
            }
        }
        if let wrong = log.oracle.judge(
            log.oracle.reader(SimulatedDisk(state)), acknowledged: least, mayRefuse: !isTail)
        {
            report.fail("\(step): reader: \(wrong)")
        }
        verify(log, path, state, place, step, isCut: isCut)
    }

    /// The verifier must find what lies in acknowledged bytes, and nothing elsewhere.
    private mutating func verify(
        _ log: DamagedLog, _ path: String, _ state: DiskState, _ place: Int, _ step: String, isCut: Bool
    ) {
        var isFound = true
        do {
            let found = try LogVerifier.verify(at: logPath, fileSystem: SimulatedDisk(state))
            isFound = !found.isSound
            if found.isSound && found.records < Int64(log.proven) {
                report.fail("\(step): the verifier calls \(found.records) records sound")
            }
        } catch {
            if !Oracle.damageCodes.contains(error.code) { report.fail("\(step): verifier: \(error)") }
        }
        if isFound { report.count("found") }
        guard let end = log.ends[path] else {
            if path.hasSuffix("/MANIFEST") && !isFound { report.fail("\(step): the verifier is silent") }
            return
        }
        // What only TAIL proves is not looked at without it.
        if log.life == .withoutTail && isLastGroup(log, path, place) { return }
        if place < end && !isFound { report.fail("\(step): the verifier is silent") }
    }

    /// Whether a place lies behind the header page of the segment that only TAIL proves.
    private func isLastGroup(_ log: DamagedLog, _ path: String, _ place: Int) -> Bool {
        path == log.ends.keys.max() && place >= 4096
    }
}
