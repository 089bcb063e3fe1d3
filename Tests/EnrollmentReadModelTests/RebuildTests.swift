// A rebuild takes the place of the live tables under the eyes of readers.

import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EnrollmentTesting
import EventLog
import Foundation
import GRDB
import Synchronization
import Testing

struct RebuildTests {
    @Test func `readers of the old tables keep them whole while new ones take their place`() async throws {
        try await withScratch { scratch in
            var history = History.world()
            try await scratch.project(history.log)
            let old = try ReadTables.open(path: scratch.tables)
            // Opened, but not read before the swap: SQLite looks for the write-ahead log only at the first read.
            let late = try DatabaseQueue(path: scratch.tables)
            history.execute(.publishCourse(1), .updateUser(2, name: "New"))
            _ = try Rebuild.run(history.log, path: scratch.tables)
            let model = try ReadModel.open(path: scratch.tables, following: history.log)
            history.execute(.updateUser(2, name: "Newer"))
            #expect(try old.user(2)?.name == "S 1")
            #expect(try ReadTables.open(path: scratch.tables).user(2)?.name == "New")
            try model.close()
            try await scratch.project(history.log)
            #expect(try old.user(2)?.name == "S 1")
            #expect(
                try await late.read { try String.fetchOne($0, sql: "SELECT name FROM users WHERE id = 2") } == "S 1")
            #expect(try await late.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
            #expect(try ReadTables.open(path: scratch.tables).user(2)?.name == "Newer")
            try late.close()
            #expect(try Verifier.run(history.log, path: scratch.tables).findings == [])
        }
    }

    @Test func `whoever asks it to stop is heard while events are folded, and nothing is left`() async throws {
        try await withScratch { scratch in
            var history = History.world()
            for number in 0..<9000 { history.execute(.updateUser(2, name: "N \(number)")) }
            let path = scratch.tables + "-then"
            let heard = Mutex<[RebuildProgress]>([])
            let last = history.log.durablePosition
            let error = #expect(throws: ReadModelError.self) {
                try Rebuild.materialize(history.log, .position(last), into: path) { progress in
                    heard.withLock { $0.append(progress) }
                    throw CancellationError()
                }
            }
            #expect(error?.code == .cancelled)
            #expect(heard.withLock { $0.map(\.phase) } == [.folding])
            #expect(!FileManager.default.fileExists(atPath: path))
            #expect(!FileManager.default.fileExists(atPath: path + ".filling"))
        }
    }

    @Test func `whoever opens the tables while they are swapped gets whole ones`() async throws {
        try await withScratch { scratch in
            let history = History.random(seed: 21, events: 250)
            _ = try Rebuild.run(history.log, path: scratch.tables)
            let expected = try dump(scratch.tables)
            let counts = Counts()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        while counts.swaps.load(ordering: .relaxed) < 10, !Task.isCancelled {
                            let tables = try ReadTables.open(path: scratch.tables)
                            let rows = try await tables.reader.read { try dump($0) }
                            #expect(difference(rows, expected) == nil)
                            counts.openings.add(1, ordering: .relaxed)
                        }
                    }
                }
                group.addTask {
                    // However busy the machine is, ten openings fall between the first swap and the tenth.
                    while counts.swaps.load(ordering: .relaxed) < 10, !Task.isCancelled {
                        _ = try Rebuild.run(history.log, path: scratch.tables)
                        let swaps = counts.swaps.load(ordering: .relaxed)
                        if swaps < 9 || counts.openings.load(ordering: .relaxed) >= 10 {
                            counts.swaps.add(1, ordering: .relaxed)
                        }
                        await Task.yield()
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func `a write-ahead log that a crash left is never applied to new tables`() async throws {
        try await withScratch { scratch in
            var history = History.world()
            let log = history.log
            log.close()
            let model = try ReadModel.open(path: scratch.tables, following: log)
            try await model.run()
            // The files of a process that was killed: a database, and beside it a write-ahead log not yet taken over.
            let path = model.tables.path
            let crashed = try [path, path + "-wal"].map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
            try model.close()
            try crashed[0].write(to: URL(fileURLWithPath: path))
            try crashed[1].write(to: URL(fileURLWithPath: path + "-wal"))
            #expect(crashed[1].count > 10_000)
            history.execute(.updateUser(2, name: "New"), .updateUser(3, name: "New"))
            _ = try Rebuild.run(history.log, path: scratch.tables)
            #expect(try Verifier.run(history.log, path: scratch.tables).findings == [])
        }
    }

    @Test func `a rebuild leaves one generation, and strays of a crash go`() async throws {
        try await withScratch { scratch in
            let history = History.world()
            try await scratch.project(history.log)
            for name in ["read-0123456789abcdef.sqlite", "read-0123456789abcdef.sqlite-wal", "read-mine.sqlite"] {
                try Data().write(to: URL(fileURLWithPath: scratch.directory + "/" + name))
            }
            _ = try Rebuild.run(history.log, path: scratch.tables)
            let target = try FileManager.default.destinationOfSymbolicLink(atPath: scratch.tables)
            #expect(try scratch.files() == [target, "read-mine.sqlite", "read.lock", "read.sqlite"].sorted())
        }
    }

    @Test func `a rebuild that fails leaves the live tables as they were`() async throws {
        try await withScratch { scratch in
            let history = History.world()
            try await scratch.project(history.log)
            let before = try (scratch.files(), dump(scratch.tables))
            let poison = history.recorded(.userActivated(1), EventTime(recordedAt: history.now))
            let error = await expect(.poisonEvent) {
                try Rebuild.run(MemoryLog(history.events + [poison]), path: scratch.tables)
            }
            #expect(error?.position == poison.position)
            #expect(error?.message.contains("user 1 is ACTIVE") == true)
            #expect(try scratch.files() == before.0)
            #expect(try dump(scratch.tables) == before.1)
        }
    }

    @Test func `a rebuild tells how far it is`() async throws {
        try await withScratch { scratch in
            let history = History.world()
            let phases = Mutex<[RebuildProgress.Phase]>([])
            let report = try Rebuild.run(history.log, path: scratch.tables) { progress in
                phases.withLock { $0.append(progress.phase) }
            }
            #expect(phases.withLock { $0 } == [.writing, .indexing])
            #expect(report.rows == 6 && report.events == 6 && report.seconds > 0)
        }
    }
}

private final class Counts: Sendable {
    let swaps = Atomic(0)
    let openings = Atomic(0)
}

struct MaterializeTests {
    @Test(arguments: UInt64(1)...4)
    func `the same events give the same bytes, however the log was cut`(seed: UInt64) async throws {
        let history = History.random(seed: seed, events: 600)
        try await withScratch { scratch in
            let end = FoldEnd.position(500)
            let paths = ["a", "b", "c"].map { scratch.directory + "/" + $0 }
            _ = try Rebuild.materialize(history.log, end, into: paths[0])
            _ = try Rebuild.materialize(MemoryLog(Array(history.events.prefix(500))), end, into: paths[1])
            _ = try Rebuild.materialize(history.log, end, into: paths[2])
            let bytes = try paths.map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
            #expect(bytes[0] == bytes[1] && bytes[1] == bytes[2])
            #expect(try scratch.files() == ["a", "b", "c"])
            #expect(try ReadTables.open(path: paths[0]).checkpoint().position == 500)
        }
    }

    @Test(arguments: [1, 7, 8_192])
    func `a compacted copy of the live tables has the bytes of a materialised file`(
        eventsPerTransaction: Int
    ) async throws {
        let history = History.random(seed: 11, events: 400)
        try await withScratch { scratch in
            try await scratch.project(history.log, eventsPerTransaction: eventsPerTransaction)
            let (whole, copy) = (scratch.directory + "/whole", scratch.directory + "/copy")
            _ = try Rebuild.materialize(history.log, .position(history.log.durablePosition), into: whole)
            try await DatabaseQueue(path: scratch.tables).vacuum(into: copy)
            var bytes = try [whole, copy].map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
            // The schema cookie counts changes of the schema, and opening the tables for writing makes two.
            for index in bytes.indices { bytes[index].replaceSubrange(40..<44, with: [0, 0, 0, 0]) }
            #expect(bytes[0] == bytes[1])
        }
    }

    @Test func `the tables as of a time hold what was recorded by then`() async throws {
        try await withScratch { scratch in
            var history = History.world()
            history.now = .day(5)
            history.execute(.updateUser(2, name: "Later"))
            history.now = .day(6)
            history.execute(.updateUser(2, name: "Latest"))
            for (time, name, position) in [
                (Timestamp.day(4), "S 1", Position(6)), (.day(5), "Later", 7),
                (Timestamp.day(6).advanced(microseconds: -1), "Later", 7), (.day(9), "Latest", 8),
            ] {
                let path = "\(scratch.directory)/\(time.rawValue)"
                let report = try Rebuild.materialize(history.log, .time(microseconds: time.rawValue), into: path)
                #expect(report.position == position)
                #expect(try ReadTables.open(path: path).user(2)?.name == name)
            }
            let before = scratch.directory + "/before"
            let report = try Rebuild.materialize(history.log, .time(microseconds: 0), into: before)
            #expect(report.position == .zero)
            #expect(try ReadTables.open(path: before).users() == [])
        }
    }

    @Test func `a file that is there is not written over, and no position is made up`() async throws {
        try await withScratch { scratch in
            let log = History.world().log
            let path = scratch.directory + "/mine"
            try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
            await expect(.invalidArgument) { try Rebuild.materialize(log, .position(3), into: path) }
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data("mine".utf8))
            await expect(.invalidArgument) { try Rebuild.materialize(log, .position(7), into: path + "2") }
            await expect(.invalidArgument) { try Rebuild.materialize(log, .position(-1), into: path + "2") }
            #expect(try scratch.files() == ["mine"])
        }
    }

    @Test func `a materialised file stands alone and checks like live tables`() async throws {
        let history = History.random(seed: 5, events: 300)
        try await withScratch { scratch in
            let path = scratch.directory + "/whole.sqlite"
            _ = try Rebuild.materialize(history.log, .position(200), into: path)
            #expect(try Verifier.run(history.log, path: path).findings == [])
            #expect(try scratch.files() == ["whole.sqlite"])
        }
    }
}
