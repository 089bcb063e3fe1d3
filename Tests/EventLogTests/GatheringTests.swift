// Whole batches that their one writer hands over together: as if each had been enqueued by itself.

import EnrollmentTesting
import LogProofs
import Testing

@testable import EventLog

@Suite struct `Batches that are handed over together` {
    @Test func `are the same history as the same batches one by one, in one group`() throws {
        let together = try LogInMemory()
        let oneByOne = try LogInMemory()
        var source = BatchSource(seed: 7)
        var columns = RecordColumns()
        for round in 0..<3 {
            for _ in 0..<20 {
                source.make(records: 1 + round, payload: 30)
                _ = try oneByOne.log.enqueue(source.batch)
                columns.append(source.batch.columns)
            }
            // The second meets the first, which still gathers; the third finds an empty group, with used memory.
            try together.log.enqueue(&columns)
            if round == 1 {
                together.log.write()
                try together.log.waitUntilDurableBlocking(together.log.lastPosition)
            }
            #expect(columns.count == 0 && columns.heads.isEmpty && columns.payload.isEmpty)
        }
        together.log.write()
        let last = oneByOne.log.lastPosition
        #expect(last >= 60)
        for log in [together.log, oneByOne.log] {
            #expect(log.lastPosition == last)
            try log.waitUntilDurableBlocking(last)
        }
        let expected = try records(of: oneByOne.log)
        #expect(expected.count == Int(last.rawValue))
        #expect(try records(of: together.log) == expected)
        #expect(together.log.statistics().groups <= 3)
        try together.log.close()
        try oneByOne.log.close()
    }

    @Test(.timeLimit(.minutes(1)), arguments: [true, false])
    func `are written where somebody waits for them, though nobody asked for it`(isBlocking: Bool) async throws {
        let memory = try LogInMemory()
        try await waitUntil { memory.log.core.monitor.withLock { $0.isIdle } }
        var source = BatchSource(seed: 3)
        source.make()
        let last = try memory.log.enqueue(source.batch, writesAtOnce: false).upperBound
        if isBlocking {
            try memory.log.waitUntilDurableBlocking(last)
        } else {
            try await memory.log.waitUntilDurable(last)
        }
        #expect(memory.log.durablePosition == last)
        try memory.log.close()
    }

    @Test func `are all refused by a log that is closed, and by one whose time is ahead`() throws {
        let memory = try LogInMemory()
        var columns = RecordColumns()
        columns.begin(commandID: .random(), actor: 1, recordedAt: 5)
        columns.append(type: 1, stream: 2, version: 1) { $0.append(9) }
        _ = try columns.checkLast()
        try memory.log.enqueue(&columns)
        columns.begin(commandID: .random(), actor: 1, recordedAt: 4)
        columns.append(type: 1, stream: 2, version: 2) { $0.append(9) }
        #expect(code { try memory.log.enqueue(&columns) } == .timeRanBack)
        #expect(columns.count == 1)
        #expect(memory.log.lastPosition == 1)
        try memory.log.close()
        columns.removeAll()
        columns.begin(commandID: .random(), actor: 1, recordedAt: 6)
        columns.append(type: 1, stream: 2, version: 2) { $0.append(9) }
        #expect(code { try memory.log.enqueue(&columns) } == .closed)
    }

    @Test func `lose only the last one when it is taken back`() throws {
        var source = BatchSource(seed: 3)
        var columns = RecordColumns()
        for _ in 0..<5 {
            source.make(records: 3, payload: 20)
            columns.append(source.batch.columns)
        }
        let before = columns
        columns.begin(commandID: .random(), actor: 1, recordedAt: .max)
        columns.append(type: 200, stream: 2, version: 1) { $0.append(9) }
        columns.append(type: 1, stream: 2, version: 2) { $0.append(contentsOf: [1, 2, 3]) }
        #expect(throws: LogError.self) { try columns.checkLast() }
        columns.removeLast()
        #expect(columns.types == before.types && columns.payload == before.payload && columns.heads == before.heads)
        #expect(columns.lengths == before.lengths && columns.times == before.times)
        #expect(columns.streams == before.streams && columns.versions == before.versions)
        #expect(columns.commandIDs == before.commandIDs && columns.actors == before.actors)
        #expect(columns.canonicalBytes == before.canonicalBytes)
        // What was wrong with it is forgotten with it.
        columns.begin(commandID: .random(), actor: 1, recordedAt: .max)
        columns.append(type: 1, stream: 2, version: 1) { $0.append(9) }
        #expect(try columns.checkLast() == columns.canonicalBytes - before.canonicalBytes)
    }

    private func records(of log: EventLog) throws -> [LogRecord] {
        var records: [LogRecord] = []
        var cursor = try log.reader().records(from: 1)
        while let record = try cursor.next() { records.append(record) }
        return records
    }
}

/// A log on a disk in memory.
private struct LogInMemory {
    let log: EventLog

    init() throws { log = try EventLog.create(at: "/log", fileSystem: InMemoryFileSystem()) }
}
