// The oracle: what the world outside was told, compared with what the log holds.

import EventLog

/// Everything that the lives of one log's writer told, and what tailers saw meanwhile.
///
/// Each task waits for a batch before it begins the next, so that besides the acknowledged batches of a task at most
/// one more may be in the log: what was attempted is known as exactly as what was acknowledged.
struct Ledger {
    /// What one life of the writer told.
    struct Life {
        var wasOpening = false
        var opened: Int64?
        var acknowledged: [BatchName: Acknowledgement] = [:]
        /// Batches whose callers were told that they are not stored.
        var refused: [BatchName: String] = [:]
        var failure: String?
        var isClosed = false
    }

    /// Where an acknowledged batch must be.
    struct Acknowledgement: Equatable {
        var first: Int64
        var last: Int64
        var recordedAt: Int64
    }

    let seed: UInt64
    private(set) var lives: [Life] = []
    private(set) var sightings: [Sighting] = []
    /// Positions that an opening showed: whoever saw them may rely on them.
    private(set) var shown: Int64 = 0

    init(seed: UInt64) { self.seed = seed }

    var acknowledgedBatches: Int { lives.reduce(0) { $0 + $1.acknowledged.count } }

    /// The last acknowledged position.
    var acknowledgedEnd: Int64 {
        lives.reduce(0) { end, life in life.acknowledged.values.reduce(end) { max($0, $1.last) } }
    }

    /// Begins a life, and gives its number.
    mutating func begin() -> Int {
        lives.append(Life())
        return lives.count - 1
    }

    mutating func note(_ line: WriterLine, in life: Int) {
        switch line {
        case .ready: break
        case .opening: lives[life].wasOpening = true
        case .opened(let last, _, _):
            lives[life].opened = last
            shown = max(shown, last)
        case .acknowledged(let name, let first, let last, let recordedAt):
            lives[life].acknowledged[name] = Acknowledgement(first: first, last: last, recordedAt: recordedAt)
        case .refused(let name, let code): lives[life].refused[name] = code
        case .failed(let reason): lives[life].failure = reason
        case .closed: lives[life].isClosed = true
        }
    }

    mutating func note(_ sighting: Sighting) { sightings.append(sighting) }

    mutating func noteShown(_ position: Int64) { shown = max(shown, position) }

    /// What is wrong with a log that was opened again; empty when it keeps every promise.
    func findings(in records: [LogRecord]) -> [String] {
        var findings: [String] = []
        for (index, record) in records.enumerated() where record.position.rawValue != Int64(index + 1) {
            findings.append("position \(record.position) stands where \(index + 1) belongs")
            return findings
        }
        if shown > Int64(records.count) {
            findings.append("an opening showed position \(shown), but the log ends at \(records.count)")
        }
        let stored = checkBatches(records, &findings)
        checkLives(stored, &findings)
        checkSightings(records, &findings)
        return findings
    }

    /// Whole batches, in the order of lives and tasks, each with the bytes of its name; gives where each begins.
    private func checkBatches(_ records: [LogRecord], _ findings: inout [String]) -> [BatchName: Acknowledgement] {
        var stored: [BatchName: Acknowledgement] = [:]
        var next: [TaskName: Int] = [:]
        var life = 0
        var time = Int64.min
        var index = 0
        while index < records.count {
            let start = records[index]
            guard let name = BatchName(start.commandID, seed: seed), name.life < lives.count else {
                findings.append("position \(start.position) holds a batch that nobody attempted")
                return stored
            }
            if name.life < life { findings.append("\(name) stands behind one of life \(life)") }
            life = max(life, name.life)
            let task = TaskName(life: name.life, task: name.task)
            if name.number != next[task, default: 0] {
                findings.append("\(name) stands where number \(next[task, default: 0]) belongs")
            }
            next[task] = name.number + 1
            if start.recordedAt < time { findings.append("time runs back at position \(start.position)") }
            time = start.recordedAt
            let expected = BatchContent(name, seed: seed)
                .records(from: start.position.rawValue, recordedAt: start.recordedAt)
            let end = min(index + expected.count, records.count)
            if Array(records[index..<end]) != expected {
                findings.append("\(name) at position \(start.position) is cut or holds other bytes")
                return stored
            }
            stored[name] = Acknowledgement(
                first: start.position.rawValue, last: Int64(end), recordedAt: start.recordedAt)
            index = end
        }
        return stored
    }

    /// Acknowledged ⊆ stored ⊆ attempted, in every life.
    private func checkLives(_ stored: [BatchName: Acknowledgement], _ findings: inout [String]) {
        var counts: [TaskName: Int] = [:]
        for name in stored.keys { counts[TaskName(life: name.life, task: name.task), default: 0] += 1 }
        for (number, life) in lives.enumerated() {
            var acknowledged: [Int: Int] = [:]
            for (name, place) in life.acknowledged {
                acknowledged[name.task, default: 0] += 1
                if stored[name] == nil {
                    findings.append("\(name) was acknowledged at position \(place.first) and is lost")
                } else if stored[name] != place {
                    findings.append("\(name) was acknowledged as \(place) and is stored otherwise")
                }
            }
            for (name, code) in life.refused where Self.isCertain(code) && stored[name] != nil {
                findings.append("\(name) is in the log, but its caller was told \(code)")
            }
            for (task, count) in counts where task.life == number && count > acknowledged[task.task, default: 0] + 1 {
                findings.append("\(task) has \(count) batches in the log, more than it can have attempted")
            }
        }
    }

    /// No tailer saw what is no more, or what reads otherwise now.
    private func checkSightings(_ records: [LogRecord], _ findings: inout [String]) {
        for sighting in sightings {
            guard sighting.last <= Int64(records.count), sighting.first > 0 else {
                findings.append("a tailer saw position \(sighting.last), but the log ends at \(records.count)")
                continue
            }
            var digest = RecordDigest()
            for index in Int(sighting.first - 1)..<Int(sighting.last) { digest.add(records[index]) }
            if digest.value != sighting.digest {
                findings.append("a tailer saw other records at \(sighting.first) through \(sighting.last)")
            }
        }
    }

    /// Whether a refusal says for sure that nothing is stored.
    private static func isCertain(_ code: String) -> Bool { code != "indeterminate" }
}

/// One task of one life.
private struct TaskName: Hashable, CustomStringConvertible {
    var life: Int
    var task: Int

    var description: String { "task \(task) of life \(life)" }
}
