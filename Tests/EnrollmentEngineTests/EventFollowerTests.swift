// Following a store from outside of its writer: each event once and in order, whatever happens in between.

import Enrollment
import EnrollmentTesting
import EventLog
import Glibc
import Testing

@testable import EnrollmentEngine

@Suite struct `A follower` {

    @Test func `of another process gets what is there, then what comes, over restarts of the writer`() async throws {
        let disk = InMemoryFileSystem()
        let engine = try await openStore(disk, snapshotsAfter: nil, create: true)
        _ = try await engine.prepareTerm(capacity: 5, users: 20)
        let last = engine.durablePosition.rawValue
        var follower = try Self.history(disk).follow(from: 1)
        #expect(try Self.drain(&follower) == Array(1...last))
        #expect(try follower.next(timeoutMilliseconds: 0) == nil)
        try await engine.close()
        #expect(try follower.next(timeoutMilliseconds: 0) == nil)
        for title in ["one", "two", "three"] {
            let again = try await openStore(disk, snapshotsAfter: nil)
            let created = try await again.execute(.createCourse(title: title), by: .system)
            #expect(try follower.next(timeoutMilliseconds: 10_000) == created.events[0])
            let later = try await again.execute(.createCourse(title: title), by: .system)
            try await again.close()
            #expect(try follower.next(timeoutMilliseconds: 10_000) == later.events[0])
            #expect(try follower.next(timeoutMilliseconds: 0) == nil)
        }
    }

    @Test func `begins at any position, also at one that is still to come`() async throws {
        let disk = InMemoryFileSystem()
        let engine = try await openStore(disk, snapshotsAfter: nil, create: true)
        _ = try await engine.prepareTerm(capacity: 5, users: 20)
        let last = engine.durablePosition.rawValue
        for first in [1, 2, last - 1, last] {
            for history in [engine.history, try Self.history(disk)] {
                var follower = try history.follow(from: Position(first))
                #expect(try Self.drain(&follower) == Array(first...last))
            }
        }
        var live = try engine.history.follow(from: Position(last + 1))
        var outside = try Self.history(disk).follow(from: Position(last + 1))
        #expect(try live.next(timeoutMilliseconds: 0) == nil)
        #expect(try outside.next(timeoutMilliseconds: 1) == nil)
        let receipt = try await engine.execute(.createCourse(title: "T"), by: .system)
        #expect(try live.next(timeoutMilliseconds: 10_000) == receipt.events[0])
        #expect(try outside.next(timeoutMilliseconds: 10_000) == receipt.events[0])
        try await engine.close()
        // Within the writer's process nothing more can come.
        for _ in 1...2 {
            let error = #expect(throws: EngineError.self) { try live.next(timeoutMilliseconds: 10_000) }
            #expect(error?.code == .closed)
        }
    }

    @Test func `that could not read goes on where it stopped, and gives no event twice`() async throws {
        let disk = InMemoryFileSystem()
        let engine = try await openStore(disk, snapshotsAfter: nil, create: true)
        _ = try await engine.prepareTerm(capacity: 5, users: 3)
        let last = engine.durablePosition.rawValue
        var follower = try Self.history(disk).follow(from: 1)
        #expect(try Self.drain(&follower) == Array(1...last))
        _ = try await engine.execute(.createCourse(title: "T"), by: .system)
        disk.fail(.open, errno: EIO, sticky: true)
        for _ in 1...3 {
            let error = #expect(throws: EngineError.self) { try follower.next(timeoutMilliseconds: 0) }
            #expect(error?.code == .io)
        }
        disk.fail(.open, onCall: Int.max / 2, errno: EIO)
        #expect(try Self.drain(&follower) == [last + 1])
        try await engine.close()
    }

    @Test func `does not pass over an event that it cannot read`() async throws {
        let disk = InMemoryFileSystem()
        try await openStore(disk, snapshotsAfter: nil, create: true).close()
        let log = try EventLog.open(at: snapshotStorePath + "/log", fileSystem: disk)
        var batch = LogBatch()
        batch.reset(commandID: .random(), actor: 0, recordedAt: 0)
        for type in [EventType.courseClosed.rawValue, 100, EventType.courseClosed.rawValue] {
            batch.append(type: type, stream: EventStream.course(1).key, version: 1) { $0.append(1 << 4) }
        }
        _ = try await log.append(batch)
        try log.close()
        let history = try Self.history(disk)
        var follower = try history.follow(from: 1)
        var cursor = try history.cursor()
        #expect(try follower.next(timeoutMilliseconds: 0)?.position == 1)
        #expect(try cursor.next()?.position == 1)
        for _ in 1...3 {
            let followed = #expect(throws: EngineError.self) { try follower.next(timeoutMilliseconds: 0) }
            let pulled = #expect(throws: EngineError.self) { try cursor.next() }
            for error in [followed, pulled] {
                #expect(error?.code == .damaged)
                #expect(error?.message.hasPrefix("The event at position 2 cannot be read: ") == true)
            }
        }
    }

    @Test func `learns that the store was restored, and that its positions mean other events`() async throws {
        let disk = InMemoryFileSystem()
        let engine = try await openStore(disk, snapshotsAfter: nil, create: true)
        _ = try await engine.prepareTerm(capacity: 5, users: 3)
        _ = try BackupStore.backUp(snapshotStorePath, to: "/backup", fileSystem: disk)
        _ = try await engine.execute(.createCourse(title: "lost"), by: .system)
        try await engine.close()
        var follower = try Self.history(disk).follow(from: 1)
        _ = try Self.drain(&follower)
        for name in try disk.list(snapshotStorePath + "/log") { try disk.unlink(snapshotStorePath + "/log/" + name) }
        try disk.unlink(snapshotStorePath + "/store.json")
        _ = try BackupStore.restore("/backup", to: snapshotStorePath, now: ManualClock(.day(1)), fileSystem: disk)
        let error = #expect(throws: EngineError.self) { try follower.next(timeoutMilliseconds: 10_000) }
        #expect(error?.code == .foreign)
    }

    @Test func `that pulls comes to an end and stays there`() async throws {
        let disk = InMemoryFileSystem()
        let engine = try await openStore(disk, snapshotsAfter: nil, create: true)
        _ = try await engine.prepareTerm(capacity: 5, users: 3)
        var cursor = try engine.history.cursor(from: 2, through: 4)
        for position in 2...4 { #expect(try cursor.next()?.position.rawValue == Int64(position)) }
        for _ in 1...3 { #expect(try cursor.next() == nil) }
        try await engine.close()
    }

    @Test func `that pulls from a damaged log comes to the damage and stays there`() async throws {
        let disk = InMemoryFileSystem()
        let engine = try await openStore(disk, snapshotsAfter: nil, create: true)
        for number in 0..<10 {
            let title = String(repeating: "\(number)", count: 150)
            _ = try await engine.execute(.createCourse(title: title), by: .system)
        }
        try await engine.close()
        let name = try #require(try disk.list(snapshotStorePath + "/log").first { $0.hasSuffix(".log") })
        let path = snapshotStorePath + "/log/" + name
        var bytes = try disk.contents(of: path)
        bytes[bytes.count * 2 / 3] ^= 0x10
        try disk.replace(path, with: bytes)
        var cursor = try Self.history(disk).cursor()
        var positions: [Int64] = []
        var errors: [EngineError.Code] = []
        while errors.count < 3 {
            do throws(EngineError) {
                guard let event = try cursor.next() else { break }
                positions.append(event.position.rawValue)
            } catch { errors.append(error.code) }
        }
        #expect(errors == [.damaged, .damaged, .damaged])
        #expect(
            (1..<10).contains(positions.count)
                && positions == Array([1, 2, 3, 4, 5, 6, 7, 8, 9].prefix(positions.count)))
    }

    private static func history(_ disk: InMemoryFileSystem) throws -> EventHistory {
        try EventHistory.open(at: snapshotStorePath, fileSystem: disk)
    }

    /// The positions of what is there.
    private static func drain(_ follower: inout EventFollower) throws -> [Int64] {
        var positions: [Int64] = []
        while let event = try follower.next(timeoutMilliseconds: 0) { positions.append(event.position.rawValue) }
        return positions
    }
}
