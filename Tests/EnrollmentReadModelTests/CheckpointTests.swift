// Each event counts exactly once, whatever happens to the process, and tables of another log are not mistaken for ours.

import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EnrollmentTesting
import EventLog
import Foundation
import GRDB
import Testing

struct CheckpointTests {
    /// An event that no decision can have made here: an enrollment far ahead of its turn.
    private func poison(after history: History, batch: Bool = true) -> RecordedEvent {
        history.recorded(
            .enrollmentApplied(999, user: 2, term: 1, direct: false), EventTime(recordedAt: history.now),
            isBatchStart: batch)
    }

    @Test(arguments: [1, 3, 8_192])
    func `a poison event stops the projection and names itself; everything before it is there`(
        eventsPerTransaction: Int
    ) async throws {
        try await withScratch { scratch in
            var history = History.world()
            history.execute(.publishCourse(1), .applyEnrollment(user: 2, term: 1))
            let sound = history.events
            let bad = poison(after: history)
            let log = MemoryLog(sound + [bad])
            let error = await expect(.poisonEvent) {
                try await scratch.project(log, eventsPerTransaction: eventsPerTransaction)
            }
            #expect(error?.position == bad.position)
            #expect(error?.message.contains("EnrollmentApplied at position \(bad.position)") == true)
            let position = try ReadTables.open(path: scratch.tables).checkpoint().position
            #expect(position == Position(Int64(sound.count)))
            // It is not skipped the next time either.
            await expect(.poisonEvent) { try await scratch.project(MemoryLog(sound + [bad])) }
            // Once the log is mended the projection goes on, as if nothing had been.
            history.execute(.approveEnrollment(1))
            try await scratch.project(history.log)
            #expect(try Verifier.run(history.log, path: scratch.tables).findings == [])
        }
    }

    @Test func `a transaction that fails in the middle of a command leaves nothing of the command`() async throws {
        try await withScratch { scratch in
            var history = History.world(admission: .firstCome)
            history.execute(.publishCourse(1))
            let sound = history.events
            history.execute(.applyEnrollment(user: 2, term: 1))
            // The application is sound, the second event of its batch is not.
            let torn = Array(history.events.dropLast()) + [poison(after: historyOf(sound, 1), batch: false)]
            await expect(.poisonEvent) { try await scratch.project(MemoryLog(torn)) }
            let tables = try ReadTables.open(path: scratch.tables)
            #expect(try tables.enrollments() == [])
            #expect(try tables.checkpoint().position == Position(Int64(sound.count)))
        }
    }

    /// A history whose next position is `more` events after those given.
    private func historyOf(_ events: [RecordedEvent], _ more: Int) -> History {
        var history = History.world(admission: .firstCome)
        history.execute(.publishCourse(1))
        for _ in 0..<more { history.execute(.updateUser(2, name: "N \(history.events.count)")) }
        return history
    }

    @Test(arguments: UInt64(1)...4)
    func `tables cut off anywhere in the write-ahead log go on to the same rows`(seed: UInt64) async throws {
        let history = History.random(seed: seed, events: 300)
        try await withScratch { scratch in
            // Copies as a crash would leave them: the model stays open, so nothing is checkpointed on closing.
            let log = history.log
            log.close()
            var options = ReadModelOptions()
            options.maximumEventsPerTransaction = 10
            let model = try ReadModel.open(path: scratch.tables, following: log, options: options)
            try await model.run()
            let database = try Data(contentsOf: URL(fileURLWithPath: model.tables.path))
            let wal = try Data(contentsOf: URL(fileURLWithPath: model.tables.path + "-wal"))
            try model.close()
            var random = SplitMix64(seed: seed)
            var positions: Set<Position> = []
            for round in 0..<12 {
                let path = "\(scratch.directory)/crashed\(round).sqlite"
                try copy(database, wal.prefix(random.below(wal.count)), to: path)
                positions.insert(try ReadTables.open(path: path).checkpoint().position)
                try await scratch.project(history.log, eventsPerTransaction: 7, path: path)
                #expect(try Verifier.run(history.log, path: path).findings == [], "seed \(seed), round \(round)")
            }
            #expect(positions.count > 3, "the cuts must fall into different transactions")
        }
    }

    @Test func `a checkpoint that something else moved stops the projection before it writes a row twice`() async throws
    {
        try await withScratch { scratch in
            var history = History.world()
            let log = history.log
            let model = try ReadModel.open(path: scratch.tables, following: log)
            log.close()
            try await model.run()
            try scratch.tamper("UPDATE projection SET position = 3")
            let before = history.events.count
            history.execute(.updateUser(2, name: "New"))
            log.append(Array(history.events.dropFirst(before)))
            let error = await expect(.io) { try await model.run() }
            #expect(error?.message.contains("enroll rebuild") == true)
            #expect(try model.tables.user(2)?.name == "S 1")
            try model.close()
        }
    }

    @Test func `tables of another store are refused`() async throws {
        try await withScratch { scratch in
            try await scratch.project(History.world().log)
            let error = await expect(.foreign) {
                try ReadModel.open(path: scratch.tables, following: MemoryLog(storeID: "0bad"))
            }
            #expect(error?.message.contains("5af3") == true && error?.message.contains("0bad") == true)
            #expect(error?.message.contains("enroll rebuild") == true)
            await expect(.foreign) { try Verifier.run(MemoryLog(storeID: "0bad"), path: scratch.tables) }
        }
    }

    @Test func `tables of another epoch are refused`() async throws {
        try await withScratch { scratch in
            let history = History.world()
            try await scratch.project(history.log)
            let restored = MemoryLog(history.events, epoch: 2)
            let error = await expect(.otherEpoch) { try ReadModel.open(path: scratch.tables, following: restored) }
            #expect(error?.message.contains("enroll rebuild") == true)
            _ = try Rebuild.run(restored, path: scratch.tables)
            try ReadModel.open(path: scratch.tables, following: restored).close()
        }
    }

    @Test func `tables ahead of the log are refused, and not thrown away unasked`() async throws {
        try await withScratch { scratch in
            let history = History.world()
            try await scratch.project(history.log)
            let shortened = MemoryLog(Array(history.events.dropLast()))
            let error = await expect(.aheadOfLog) { try ReadModel.open(path: scratch.tables, following: shortened) }
            #expect(error?.message.contains("enroll rebuild") == true)
            #expect(error?.position == history.log.durablePosition)
            await expect(.aheadOfLog) { try Verifier.run(shortened, path: scratch.tables) }
            await expect(.behindLiveTables) { try Rebuild.run(shortened, path: scratch.tables) }
            #expect(try ReadTables.open(path: scratch.tables).checkpoint().position == history.log.durablePosition)
            _ = try Rebuild.run(shortened, path: scratch.tables, force: true)
            try ReadModel.open(path: scratch.tables, following: shortened).close()
        }
    }

    @Test(arguments: [
        ("PRAGMA user_version = 3", ReadModelError.Code.newerSchema),
        ("PRAGMA user_version = 0", .olderSchema), ("PRAGMA application_id = 7", .foreign),
        ("DELETE FROM projection", .damaged),
    ])
    func `tables of another version or kind are refused, and a rebuild mends them`(
        sql: String, code: ReadModelError.Code
    ) async throws {
        try await withScratch { scratch in
            let history = History.world()
            try await scratch.project(history.log)
            try scratch.tamper(sql)
            await expect(code) { try ReadModel.open(path: scratch.tables, following: history.log) }
            await expect(code) { try ReadTables.open(path: scratch.tables) }
            _ = try Rebuild.run(history.log, path: scratch.tables)
            try ReadModel.open(path: scratch.tables, following: history.log).close()
        }
    }

    @Test func `a file that is no database is refused, and a rebuild mends it`() async throws {
        try await withScratch { scratch in
            try Data(repeating: 7, count: 9_000).write(to: URL(fileURLWithPath: scratch.tables))
            let history = History.world()
            await expect(.damaged) { try ReadModel.open(path: scratch.tables, following: history.log) }
            _ = try Rebuild.run(history.log, path: scratch.tables)
            #expect(try ReadTables.open(path: scratch.tables).users().count == 4)
        }
    }

    @Test func `where there are no tables, readers are told so`() async throws {
        try await withScratch { scratch in
            let error = await expect(.notFound) { try ReadTables.open(path: scratch.tables) }
            #expect(error?.message.contains("enroll rebuild") == true)
        }
    }

    @Test func `only one writes the tables at a time`() async throws {
        try await withScratch { scratch in
            let history = History.world()
            let model = try ReadModel.open(path: scratch.tables, following: history.log)
            let error = await expect(.locked) { try Rebuild.run(history.log, path: scratch.tables) }
            #expect(error?.message.contains("\(getpid())") == true)
            await expect(.locked) { try ReadModel.open(path: scratch.tables, following: history.log) }
            // Readers are not kept out.
            #expect(try ReadTables.open(path: scratch.tables).checkpoint().position == .zero)
            try model.close()
            _ = try Rebuild.run(history.log, path: scratch.tables)
        }
    }
}
