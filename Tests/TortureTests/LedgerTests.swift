// The oracle itself: it must find every way in which a log can break its promises.

import EventLog
import Testing

@testable import torture

@Suite struct `The ledger` {
    private static let seed: UInt64 = 42

    /// A log as one life of two tasks leaves it, with all but the last batch acknowledged.
    private static func history(batches: Int = 8) -> (records: [LogRecord], ledger: Ledger) {
        var ledger = Ledger(seed: seed)
        let life = ledger.begin()
        ledger.note(.opening, in: life)
        ledger.note(.opened(last: 0, rewritten: 0, setAside: 0), in: life)
        var records: [LogRecord] = []
        for number in 0..<batches {
            let name = BatchName(life: life, task: number % 2, number: number / 2)
            let first = Int64(records.count + 1)
            records += BatchContent(name, seed: seed).records(from: first, recordedAt: Int64(1000 + number))
            if number + 1 < batches {
                ledger.note(
                    .acknowledged(
                        name, first: first, last: Int64(records.count), recordedAt: Int64(1000 + number)), in: life)
            }
        }
        return (records, ledger)
    }

    /// Records from a place on, moved to the positions behind another.
    private static func renumbered(_ records: [LogRecord]) -> [LogRecord] {
        records.enumerated().map { index, record in
            var record = record
            record.position = Position(Int64(index + 1))
            return record
        }
    }

    private func firstBatch(of records: [LogRecord]) -> Int {
        records.dropFirst().firstIndex { $0.isBatchStart } ?? records.count
    }

    private func lastBatch(of records: [LogRecord]) -> Int { records.lastIndex { $0.isBatchStart } ?? 0 }

    @Test func `finds nothing wrong with what was acknowledged and one more batch`() {
        let (records, ledger) = Self.history()
        #expect(ledger.findings(in: records).isEmpty)
    }

    @Test func `allows that an unacknowledged batch is missing`() {
        let (records, ledger) = Self.history()
        #expect(ledger.findings(in: Array(records[..<lastBatch(of: records)])).isEmpty)
    }

    @Test func `misses an acknowledged batch at the end`() {
        let (records, ledger) = Self.history()
        let shorter = Array(records[..<lastBatch(of: records)])
        let findings = ledger.findings(in: Array(shorter[..<lastBatch(of: shorter)]))
        #expect(findings.contains { $0.contains("is lost") }, "\(findings)")
    }

    @Test func `misses an acknowledged batch whose positions others took`() {
        let (records, ledger) = Self.history()
        let findings = ledger.findings(in: Self.renumbered(Array(records[firstBatch(of: records)...])))
        #expect(findings.contains { $0.contains("is lost") }, "\(findings)")
        #expect(findings.contains { $0.contains("stored otherwise") }, "\(findings)")
    }

    @Test func `finds a batch that is cut`() {
        // The first batch of more than one record loses its last one.
        let (records, ledger) = Self.history(batches: 20)
        let long = records.indices.first { !records[$0].isBatchStart } ?? 0
        var cut = records
        cut.remove(at: long)
        #expect(!ledger.findings(in: Self.renumbered(cut)).isEmpty)
    }

    @Test func `finds any changed record`() {
        let (records, ledger) = Self.history()
        for index in records.indices {
            var changed = records
            changed[index].payload.append(1)
            #expect(!ledger.findings(in: changed).isEmpty)
            changed = records
            changed[index].version += 1
            #expect(!ledger.findings(in: changed).isEmpty)
            changed = records
            changed[index].position = Position(Int64(index + 2))
            #expect(!ledger.findings(in: changed).isEmpty)
        }
    }

    @Test func `finds a batch that nobody attempted`() {
        let (records, ledger) = Self.history()
        for name in [BatchName(life: 3, task: 0, number: 0), BatchName(life: 0, task: 0, number: 9)] {
            let stranger = BatchContent(name, seed: Self.seed)
                .records(from: Int64(records.count + 1), recordedAt: 2000)
            #expect(!ledger.findings(in: records + stranger).isEmpty)
        }
        let other = BatchContent(BatchName(life: 0, task: 0, number: 4), seed: 43)
            .records(from: Int64(records.count + 1), recordedAt: 2000)
        #expect(!ledger.findings(in: records + other).isEmpty)
    }

    @Test func `finds more batches than a task can have attempted`() {
        let (records, ledger) = Self.history()
        // Task 1 has its fourth batch unacknowledged already; a fifth cannot have begun.
        let extra = BatchContent(BatchName(life: 0, task: 1, number: 4), seed: Self.seed)
            .records(from: Int64(records.count + 1), recordedAt: 2000)
        let findings = ledger.findings(in: records + extra)
        #expect(findings.contains { $0.contains("more than it can have attempted") }, "\(findings)")
    }

    @Test func `finds a batch whose caller was told that the disk is full`() {
        var (records, ledger) = Self.history()
        let name = BatchName(life: 0, task: 1, number: 3)
        ledger.note(.refused(name, code: "indeterminate"), in: 0)
        #expect(ledger.findings(in: records).isEmpty)
        ledger.note(.refused(name, code: "diskFull"), in: 0)
        #expect(!ledger.findings(in: records).isEmpty)
        records.removeSubrange(lastBatch(of: records)...)
        #expect(ledger.findings(in: records).isEmpty)
    }

    @Test func `finds what an opening showed and what a tailer saw before it was lost`() {
        let (records, ledger) = Self.history()
        let shorter = Array(records[..<lastBatch(of: records)])
        var shown = ledger
        shown.noteShown(Int64(records.count))
        #expect(shown.findings(in: records).isEmpty)
        #expect(!shown.findings(in: shorter).isEmpty)

        var digest = RecordDigest()
        for record in records { digest.add(record) }
        var seen = ledger
        seen.note(Sighting(first: 1, last: Int64(records.count), digest: digest.value))
        #expect(seen.findings(in: records).isEmpty)
        #expect(!seen.findings(in: shorter).isEmpty)
        var otherwise = ledger
        otherwise.note(Sighting(first: 1, last: 1, digest: digest.value))
        #expect(!otherwise.findings(in: records).isEmpty)
    }

    @Test func `reads back every line that a writer tells`() {
        let name = BatchName(life: 7, task: 3, number: 12_345)
        let lines: [WriterLine] = [
            .ready, .opening, .opened(last: 9, rewritten: 2, setAside: 1),
            .acknowledged(name, first: 4, last: 6, recordedAt: 1_767_225_600_000_000),
            .refused(name, code: "diskFull"), .failed("io: a word [path] (errno 5)"), .closed,
        ]
        for line in lines { #expect(WriterLine(line.text) == line) }
        // A line that a kill cut short says nothing.
        for text in ["", "ack 7 3 12345 4 6", "opened 9 2", "ack", "refused 7 3"] { #expect(WriterLine(text) == nil) }
        let sighting = Sighting(first: 1, last: 9, digest: .max)
        #expect(Sighting(sighting.text) == sighting)
    }
}
