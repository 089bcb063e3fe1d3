// The live projection as a host sees it: running beside an engine, waited for, behind, cancelled, closed.

import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EnrollmentTesting
import EventLog
import Foundation
import GRDB
import Testing

struct ProjectionTests {
    @Test func `whoever waits for a position reads what was written`() async throws {
        try await withScratch { scratch in
            var history = History.world()
            let log = MemoryLog()
            let model = try ReadModel.open(path: scratch.tables, following: log)
            let run = Task { try await model.run() }
            log.append(history.events)
            try await model.wait(for: log.durablePosition)
            #expect(try model.tables.users().count == 4)
            for number in 0..<50 {
                let before = history.events.count
                history.execute(.updateUser(2, name: "Name \(number)"))
                log.append(Array(history.events.dropFirst(before)))
                try await model.wait(for: log.durablePosition)
                #expect(try model.tables.user(2)?.name == "Name \(number)")
                #expect(model.lag == 0 && model.position == log.durablePosition)
            }
            log.close()
            try await run.value
            try model.close()
        }
    }

    @Test func `after a close the file alone holds everything`() async throws {
        try await withScratch { scratch in
            let history = History.random(seed: 5, events: 300)
            try await scratch.project(history.log)
            let copy = scratch.directory + "/copy.sqlite"
            let bytes = try Data(contentsOf: URL(fileURLWithPath: scratch.tables).resolvingSymlinksInPath())
            try bytes.write(to: URL(fileURLWithPath: copy))
            // A copy in WAL mode needs a writable directory, not the write-ahead log of the original.
            #expect(try difference(dump(copy), dump(scratch.tables)) == nil)
            #expect(try dump(copy).count > 20)
        }
    }

    @Test func `the lag counts the events that are not in the tables yet`() async throws {
        try await withScratch { scratch in
            let log = History.world().log
            let model = try ReadModel.open(path: scratch.tables, following: log)
            #expect(model.lag == 6 && model.position == .zero)
            log.close()
            try await model.run()
            #expect(model.lag == 0)
            try model.close()
        }
    }

    @Test func `many wait at once, and each is woken at its position`() async throws {
        try await withScratch { scratch in
            let history = History.random(seed: 3, events: 400)
            let log = MemoryLog()
            var options = ReadModelOptions()
            options.maximumEventsPerTransaction = 9
            let model = try ReadModel.open(path: scratch.tables, following: log, options: options)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for position in 1...Int64(history.events.count) {
                    group.addTask {
                        try await model.wait(for: Position(position))
                        #expect(model.position.rawValue >= position)
                        #expect(try model.tables.checkpoint().position.rawValue >= position)
                    }
                }
                group.addTask { try await model.run() }
                log.append(history.events)
                log.close()
                try await group.waitForAll()
            }
            try model.close()
        }
    }

    @Test func `who waits past the end is told that the projection ended`() async throws {
        try await withScratch { scratch in
            let log = History.world().log
            let model = try ReadModel.open(path: scratch.tables, following: log)
            async let waiting = expect(.stopped) { try await model.wait(for: 7) }
            log.close()
            try await model.run()
            #expect(await waiting?.position == 7)
            await expect(.stopped) { try await model.wait(for: 8) }
            try await model.wait(for: 6)
            try model.close()
            await expect(.stopped) { try await model.run() }
        }
    }

    @Test func `who waits is told what the projection failed with, and it may be run again`() async throws {
        try await withScratch { scratch in
            let history = History.world()
            let poison = history.recorded(.userActivated(1), EventTime(recordedAt: history.now))
            let log = MemoryLog(history.events + [poison])
            let model = try ReadModel.open(path: scratch.tables, following: log)
            async let waiting = expect(.poisonEvent) { try await model.wait(for: 7) }
            await expect(.poisonEvent) { try await model.run() }
            #expect(await waiting?.position == poison.position)
            await expect(.poisonEvent) { try await model.wait(for: 7) }
            try await model.wait(for: 6)
            await expect(.poisonEvent) { try await model.run() }
            try model.close()
        }
    }

    @Test func `a cancelled wait ends, and the projection goes on`() async throws {
        try await withScratch { scratch in
            let log = History.world().log
            let model = try ReadModel.open(path: scratch.tables, following: log)
            let run = Task { try await model.run() }
            let waiting = Task { await expect(.cancelled) { try await model.wait(for: 99) } }
            try await model.wait(for: 6)
            waiting.cancel()
            _ = await waiting.value
            log.close()
            try await run.value
            try model.close()
        }
    }

    @Test func `a cancelled projection ends without an error and may be run again`() async throws {
        try await withScratch { scratch in
            let log = History.world().log
            let model = try ReadModel.open(path: scratch.tables, following: log)
            let run = Task { try await model.run() }
            try await model.wait(for: 6)
            await expect(.invalidArgument) { try await model.run() }
            await expect(.invalidArgument) { try model.close() }
            run.cancel()
            try await run.value
            log.close()
            try await model.run()
            try model.close()
        }
    }

    @Test func `readers never see half of what one command did`() async throws {
        try await withScratch { scratch in
            var history = History.world(students: 60, capacity: 100)
            history.execute(.publishCourse(1))
            for user in 2...61 { history.execute(.applyEnrollment(user: UserID(Int64(user)), term: 1)) }
            let before = history.events.count
            history.execute(.cancelTerm(1))
            #expect(history.events.count == before + 61)
            let log = history.log
            var options = ReadModelOptions()
            options.maximumEventsPerTransaction = 4
            let model = try ReadModel.open(path: scratch.tables, following: log, options: options)
            let run = Task { try await model.run() }
            log.close()
            while model.position < log.durablePosition {
                let position = try model.tables.checkpoint().position
                #expect(position.rawValue <= Int64(before) || position == log.durablePosition)
                // A sleep, so that the projection has the turn.
                try await Task.sleep(for: .milliseconds(1))
            }
            try await run.value
            try model.close()
        }
    }

    @Test func `the reader of a model cannot write`() async throws {
        try await withScratch { scratch in
            let model = try ReadModel.open(path: scratch.tables, following: MemoryLog())
            let error = await #expect(throws: DatabaseError.self) {
                try await model.reader.unsafeRead { try $0.execute(sql: "DELETE FROM projection") }
            }
            #expect(error?.resultCode == .SQLITE_READONLY)
            try model.close()
        }
    }

    @Test func `tables follow an engine, and verify against its history`() async throws {
        try await withScratch { scratch in
            let store = scratch.directory + "/store"
            let engine = try await EnrollmentEngine.create(
                at: store, timeZone: "UTC", origin: "test", personalData: .plain)
            let model = try ReadModel.open(at: engine.layout, following: engine)
            let run = Task { try await model.run() }
            var last = Position.zero
            for number in 1...20 {
                let receipt = try await engine.execute(
                    .registerUser(email: "u\(number)@example.org", name: "U", role: .student), by: .system)
                last = receipt.position
            }
            try await model.wait(for: last)
            #expect(try model.tables.users().count == 20)
            let live = try await ReadModel.verify(engine.history, at: engine.layout)
            #expect(live.isSound && live.checkpoint.position == last && live.rowsCompared == 20)
            try await engine.close()
            try await run.value
            try model.close()

            let history = try EventHistory.open(at: store)
            let report = try await ReadModel.rebuild(from: history, at: history.layout)
            #expect(report.position == last && report.rows == 20)
            let path = scratch.directory + "/ten.sqlite"
            _ = try await ReadModel.materialize(history, through: 10, into: path)
            #expect(try ReadTables.open(path: path).users().count == 10)
            let all = try await ReadModel.materialize(history, at: .latest, into: path + "2")
            #expect(all.position == last)
        }
    }
}
