// Tables of an embedder's own: each event counts exactly once, nothing is skipped in silence, no other log is mistaken.

import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EnrollmentTesting
import EventLog
import Foundation
import GRDB
import Testing

@Suite struct `A projection of an embedder's own` {
    @Test(arguments: [1, 7, 10_000])
    func `goes on after its checkpoint, and counts every event once`(eventsPerTransaction: Int) async throws {
        try await withScratch { scratch in
            let events = History.random(seed: 8, events: 300).events
            let database = try DatabaseQueue(path: scratch.own)
            let half = events.lastIndex { $0.isBatchStart && $0.position < 150 } ?? 0
            for log in [MemoryLog(Array(events[..<half])), MemoryLog(events), MemoryLog(events)] {
                let runner = try await scratch.project(
                    log, by: Tally(), in: database, eventsPerTransaction: eventsPerTransaction)
                #expect(runner.position == log.durablePosition && runner.lag == 0)
                #expect(try Tally().rows(database) == Tally().rows(of: log.events))
            }
        }
    }

    @Test(arguments: 1...5)
    func `that fails between its rows and its checkpoint applies those events again, not twice`(
        transaction: Int
    ) async throws {
        try await withScratch { scratch in
            let events = History.random(seed: 9, events: 100).events
            let database = try DatabaseQueue(path: scratch.own)
            _ = try ProjectionRunner.open(Tally(), in: database, following: MemoryLog(events))
            // The checkpoint is written last: what refuses it stands where a kill would.
            try await database.write { database in
                try database.execute(
                    sql: """
                        CREATE TRIGGER kill BEFORE UPDATE ON enrollment_projection
                        WHEN NEW.position >= \(transaction * 15) BEGIN SELECT RAISE(ABORT, 'killed'); END
                        """)
            }
            let error = await #expect(throws: ReadModelError.self) {
                try await scratch.project(MemoryLog(events), by: Tally(), in: database)
            }
            #expect(error?.description.contains("killed") == true)
            let reached = try await database.read {
                try Int.fetchOne($0, sql: "SELECT position FROM enrollment_projection")
            }
            let position = try #require(reached)
            #expect(position < transaction * 15)
            #expect(try Tally().rows(database) == Tally().rows(of: events[..<position]))
            try await database.write { try $0.execute(sql: "DROP TRIGGER kill") }
            try await scratch.project(MemoryLog(events), by: Tally(), in: database)
            #expect(try Tally().rows(database) == Tally().rows(of: events))
        }
    }

    @Test(arguments: UInt64(1)...3)
    func `that was killed anywhere in the write-ahead log comes to the same rows`(seed: UInt64) async throws {
        try await withScratch { scratch in
            let events = History.random(seed: seed, events: 200).events
            let database = try DatabasePool(path: scratch.own)
            try await scratch.project(MemoryLog(events), by: Tally(), in: database)
            let file = try Data(contentsOf: URL(fileURLWithPath: scratch.own))
            let wal = try Data(contentsOf: URL(fileURLWithPath: scratch.own + "-wal"))
            var random = SplitMix64(seed: seed)
            var positions: Set<Position> = []
            for round in 0..<10 {
                let path = "\(scratch.directory)/killed\(round).sqlite"
                try copy(file, wal.prefix(random.below(wal.count)), to: path)
                let killed = try DatabasePool(path: path)
                positions.insert(try ProjectionRunner.open(Tally(), in: killed, following: MemoryLog(events)).position)
                try await scratch.project(MemoryLog(events), by: Tally(), in: killed)
                #expect(try Tally().rows(killed) == Tally().rows(of: events), "seed \(seed), round \(round)")
            }
            #expect(positions.count > 3, "the cuts must fall into different transactions")
        }
    }

    @Test(arguments: [1, 4, 1_000])
    func `stops at a poison event, names it, and has everything before it`(eventsPerTransaction: Int) async throws {
        try await withScratch { scratch in
            let events = History.random(seed: 4, events: 60).events
            let poison = try #require(events.last { $0.isBatchStart && $0.position < 40 })
            let database = try DatabaseQueue(path: scratch.own)
            for _ in 1...2 {
                let error = await expect(.poisonEvent) {
                    try await scratch.project(
                        MemoryLog(events), by: Tally(poison: poison.position), in: database,
                        eventsPerTransaction: eventsPerTransaction)
                }
                #expect(error?.position == poison.position)
                let place = "the \(poison.event.type.name) at position \(poison.position): no row for this one"
                #expect(error?.message.contains(place) == true, "\(error?.message ?? "")")
                #expect(try Tally().rows(database) == Tally().rows(of: events.prefix { $0.position < poison.position }))
            }
            // Mended, it goes on from there.
            try await scratch.project(MemoryLog(events), by: Tally(), in: database)
            #expect(try Tally().rows(database) == Tally().rows(of: events))
        }
    }

    @Test func `quarantines a poison event where that is chosen, takes back its rows, and goes on`() async throws {
        try await withScratch { scratch in
            let events = History.random(seed: 4, events: 60).events
            let database = try DatabaseQueue(path: scratch.own)
            let poison = events[30]
            let runner = try await scratch.project(
                MemoryLog(events), by: Tally(poison: poison.position), in: database, poison: .isQuarantined)
            let expected = ["\(poison.position) \(poison.event.type.name) no row for this one"]
            #expect(try quarantine(of: runner) == expected)
            #expect(try Tally().rows(database) == Tally().rows(of: events.filter { $0.position != poison.position }))
            #expect(runner.position == Position(Int64(events.count)))
            // Another projection of the file has a quarantine of its own; starting over empties this one.
            let other = try await scratch.project(MemoryLog(events), by: Tally(name: "other"), in: database)
            #expect(try quarantine(of: other) == [] && quarantine(of: runner) == expected)
            let mended = try await scratch.project(MemoryLog(events), by: Tally(), in: database, startingOver: true)
            #expect(try mended.quarantined() == [])
            #expect(try Tally().rows(database) == Tally().rows(of: events))
        }
    }

    @Test func `never quarantines an event for a failure of the machine`() async throws {
        try await withScratch { scratch in
            let events = History.random(seed: 4, events: 60).events
            let database = try DatabaseQueue(path: scratch.own)
            let full = DatabaseError(resultCode: .SQLITE_FULL, message: "database or disk is full")
            await expect(.diskFull) {
                try await scratch.project(
                    MemoryLog(events), by: Tally(poison: 31, failure: full), in: database, poison: .isQuarantined)
            }
            let runner = try await scratch.project(MemoryLog(events), by: Tally(), in: database, poison: .isQuarantined)
            #expect(try runner.quarantined() == [])
            #expect(try Tally().rows(database) == Tally().rows(of: events))
        }
    }

    @Test func `started over gives the same rows as one that ran all the time`() async throws {
        try await withScratch { scratch in
            let events = History.random(seed: 12, events: 200).events
            let database = try DatabaseQueue(path: scratch.own)
            let log = MemoryLog()
            let runner = try ProjectionRunner.open(Tally(), in: database, following: log)
            let run = Task { try await runner.run() }
            for event in events {
                log.append([event])
                try await runner.wait(for: event.position)
            }
            log.close()
            try await run.value
            let live = try Tally().rows(database)
            try await database.write { try $0.execute(sql: "UPDATE tally_types SET events = 0") }
            try await scratch.project(MemoryLog(events), by: Tally(), in: database, startingOver: true)
            #expect(try Tally().rows(database) == live && live == Tally().rows(of: events))
        }
    }

    @Test func `is refused for another store, another epoch, a shorter log and another version`() async throws {
        try await withScratch { scratch in
            let events = History.random(seed: 2, events: 30).events
            let database = try DatabaseQueue(path: scratch.own)
            try await scratch.project(MemoryLog(events), by: Tally(version: 2), in: database)
            let refusals: [(ReadModelError.Code, Int64, MemoryLog)] = [
                (.foreign, 2, MemoryLog(events, storeID: "0bad")), (.otherEpoch, 2, MemoryLog(events, epoch: 2)),
                (.aheadOfLog, 2, MemoryLog(Array(events.dropLast()))), (.newerSchema, 1, MemoryLog(events)),
                (.olderSchema, 3, MemoryLog(events)),
            ]
            for (code, version, log) in refusals {
                let error = await expect(code) {
                    try ProjectionRunner.open(Tally(version: version), in: database, following: log)
                }
                let words = ["projection tally", scratch.own, "startingOver: true"]
                #expect(words.allSatisfy { error?.message.contains($0) == true }, "\(error?.message ?? "")")
                #expect(try Tally().rows(database) == Tally().rows(of: events))
            }
            let restored = MemoryLog(Array(events.prefix { $0.position < 10 }), epoch: 2)
            try await scratch.project(restored, by: Tally(version: 3), in: database, startingOver: true)
            #expect(try Tally().rows(database) == Tally().rows(of: restored.events))
        }
    }

    @Test func `is refused in the file of the engine's own tables, and without a name`() async throws {
        try await withScratch { scratch in
            try await scratch.project(History.world().log)
            let database = try DatabaseQueue(path: scratch.tables)
            await expect(.invalidArgument) {
                try ProjectionRunner.open(Tally(), in: database, following: MemoryLog())
            }
            let own = try DatabaseQueue(path: scratch.own)
            await expect(.invalidArgument) {
                try ProjectionRunner.open(Tally(name: ""), in: own, following: MemoryLog())
            }
        }
    }

    @Test func `stops where something else moved its checkpoint`() async throws {
        try await withScratch { scratch in
            let events = History.random(seed: 2, events: 30).events
            let database = try DatabaseQueue(path: scratch.own)
            let log = MemoryLog(events)
            let late = try ProjectionRunner.open(Tally(), in: database, following: log)
            try await scratch.project(log, by: Tally(), in: database)
            await expect(.io) { try await late.run() }
            #expect(try Tally().rows(database) == Tally().rows(of: events))
        }
    }

    @Test func `ends without an error when its task is cancelled, and may be run again`() async throws {
        try await withScratch { scratch in
            let events = History.random(seed: 2, events: 30).events
            let log = MemoryLog(events)
            let database = try DatabaseQueue(path: scratch.own)
            let runner = try ProjectionRunner.open(Tally(), in: database, following: log)
            let run = Task { try await runner.run() }
            try await runner.wait(for: Position(Int64(events.count)))
            await expect(.invalidArgument) { try await runner.run() }
            async let waiting = expect(.stopped) { try await runner.wait(for: Position(Int64(events.count) + 1)) }
            run.cancel()
            try await run.value
            _ = await waiting
            log.close()
            try await runner.run()
            #expect(try Tally().rows(database) == Tally().rows(of: events))
        }
    }

    @Test func `follows a true engine, and reads what was written`() async throws {
        try await withScratch { scratch in
            let engine = try await EnrollmentEngine.create(at: scratch.directory + "/store", personalData: .plain)
            let database = try DatabaseQueue(path: scratch.own)
            let runner = try ProjectionRunner.open(Tally(), in: database, following: engine)
            let run = Task { try await runner.run() }
            for number in 1...20 {
                let receipt = try await engine.execute(
                    .registerUser(email: "u\(number)@example.org", name: "U", role: .student), by: .system)
                try await runner.wait(for: receipt.position)
                let sum = (1...number).reduce(0, +)
                #expect(
                    try Tally().rows(database) == ["[type:\"UserRegistered\" events:\(number) positions:\(sum)]"])
            }
            try await engine.close()
            try await run.value
        }
    }

    private func quarantine(of runner: ProjectionRunner) throws -> [String] {
        try runner.quarantined().map { "\($0.position) \($0.type) \($0.error)" }
    }
}
