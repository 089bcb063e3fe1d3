// Copies of whole stores: taken beside a writer, made writable again, rescued from damage, and never half there.

import Enrollment
import EnrollmentTesting
import EventLog
import Glibc
import Testing

@testable import EnrollmentEngine

@Suite struct `A copy of a store` {

    @Test func `holds every event and the settings, and becomes a store of its own by a restore`() async throws {
        let disk = InMemoryFileSystem()
        let engine = try await Self.store(disk, users: 30)
        let events = try await engine.allEvents()
        var steps: [Double] = []
        let taken = try BackupStore.backUp("/store", to: "/backup", fileSystem: disk) { steps.append($0) }
        #expect(taken.lastPosition == engine.durablePosition && taken.id.description == engine.settings.storeID)
        #expect(steps.last == 1 && steps == steps.sorted())
        // Nothing that is derived from the log goes with it.
        #expect(try disk.list("/backup") == ["log", "store.json"])
        #expect(try Self.events(disk, "/backup") == events)
        // The copy is to be read: two stores with one history must not both go on.
        await Self.expectError(nil, "estore") { _ = try await Self.open(disk, "/backup") }

        steps = []
        let clock = ManualClock(.day(9))
        let restored = try BackupStore.restore("/backup", to: "/copy", now: clock, fileSystem: disk) {
            steps.append($0)
        }
        #expect(restored.lastPosition == taken.lastPosition && restored.epoch > taken.epoch)
        #expect(steps.last == 1 && steps == steps.sorted())
        let copy = try await Self.open(disk, "/copy")
        #expect(copy.settings == engine.settings)
        #expect(try await copy.allEvents() == events)
        _ = try await copy.execute(.applyEnrollment(user: 2, term: 1), by: .user(2))
        #expect(engine.lastPosition == taken.lastPosition && copy.lastPosition > taken.lastPosition)
        try await copy.close()
        try await engine.close()
    }

    @Test func `carries the last signed checkpoint byte for byte, and a rescue or who wishes so leaves it behind`()
        async throws
    {
        let disk = InMemoryFileSystem()
        try await Self.store(disk, users: 2).close()
        let signed = Array("example.org/store\n5\nroot\n\n— signature\n".utf8)
        try disk.createDirectory("/store/transparency")
        disk.close(try disk.open("/store/transparency/LOCK", .createNew))
        try disk.replace("/store/transparency/checkpoint", with: signed)
        let clock = ManualClock(.day(1))
        _ = try BackupStore.backUp("/store", to: "/backup", fileSystem: disk)
        #expect(try disk.list("/backup") == ["log", "store.json", "transparency"])
        #expect(try disk.list("/backup/transparency") == ["checkpoint"])
        _ = try BackupStore.restore("/backup", to: "/copy", now: clock, fileSystem: disk)
        for copy in ["/backup", "/copy"] {
            #expect(try disk.contents(of: copy + "/transparency/checkpoint") == signed)
        }
        _ = try BackupStore.restore(
            "/backup", to: "/without", now: clock, carriesCheckpoint: false, fileSystem: disk)
        _ = try BackupStore.salvage("/store", to: "/rescued", now: clock, fileSystem: disk)
        for copy in ["/without", "/rescued"] { #expect(try disk.list(copy) == ["log", "store.json"]) }
        // What a copy that was cut short left is no obstacle to the next, and is to a new store.
        for name in try disk.list("/copy/log") { try disk.unlink("/copy/log/" + name) }
        try disk.unlink("/copy/store.json")
        await Self.expectError(.alreadyExists, "transparency") {
            _ = try BackupStore.restore(
                "/without", to: "/copy", now: clock, carriesCheckpoint: false, fileSystem: disk)
        }
        try disk.replace("/copy/transparency/checkpoint", with: [1])
        _ = try BackupStore.restore("/backup", to: "/copy", now: clock, fileSystem: disk)
        #expect(try disk.contents(of: "/copy/transparency/checkpoint") == signed)
        try disk.replace("/store/transparency/checkpoint", with: [UInt8](repeating: 65, count: 1 << 20 + 1))
        await Self.expectError(.damaged, "/store/transparency/checkpoint is longer") {
            _ = try BackupStore.backUp("/store", to: "/long", fileSystem: disk)
        }
    }

    @Test func `that is restored twice has two epochs, so that tables of one are not taken for the other's`()
        async throws
    {
        let disk = InMemoryFileSystem()
        try await Self.store(disk, users: 2).close()
        _ = try BackupStore.backUp("/store", to: "/backup", fileSystem: disk)
        let first = try BackupStore.restore("/backup", to: "/a", now: ManualClock(.day(1)), fileSystem: disk)
        let second = try BackupStore.restore("/backup", to: "/b", now: ManualClock(.day(2)), fileSystem: disk)
        #expect(first.epoch != second.epoch)
        #expect(try EventHistory.open(at: "/a", fileSystem: disk).epoch == Int64(first.epoch))
    }

    @Test func `taken while commands are executed is a prefix of the history`() async throws {
        let disk = InMemoryFileSystem()
        let engine = try await Self.store(disk, users: 1)
        let writer = Task {
            for number in 0..<400 { _ = try await engine.execute(.createCourse(title: "\(number)"), by: .system) }
        }
        var ends: [ClosedRange<Position>: Position] = [:]
        for number in 0..<4 {
            let before = engine.durablePosition
            let taken = try await blocking { () throws(EngineError) in
                try BackupStore.backUp("/store", to: "/backup\(number)", fileSystem: disk)
            }
            ends[before...engine.lastPosition] = taken.lastPosition
        }
        try await writer.value
        let all = try await engine.allEvents()
        for (range, last) in ends { #expect(range.contains(last)) }
        for number in 0..<4 {
            let events = try Self.events(disk, "/backup\(number)")
            #expect(events == Array(all.prefix(events.count)) && !events.isEmpty)
        }
        try await engine.close()
    }

    @Test func `goes nowhere where something is, and comes from nowhere where nothing is`() async throws {
        let disk = InMemoryFileSystem()
        try await Self.store(disk, users: 2).close()
        try await Self.store(disk, at: "/other", users: 1).close()
        try disk.createDirectory("/thesis")
        disk.close(try disk.open("/thesis/chapter.txt", .createNew))
        let before = try Self.events(disk, "/other")
        let clock = ManualClock(.day(1))
        for (destination, words) in [("/other", "There is a store at /other already"), ("/thesis", "chapter.txt")] {
            await Self.expectError(.alreadyExists, words) {
                _ = try BackupStore.backUp("/store", to: destination, fileSystem: disk)
            }
            await Self.expectError(.alreadyExists, words) {
                _ = try BackupStore.restore("/store", to: destination, now: clock, fileSystem: disk)
            }
            await Self.expectError(.alreadyExists, words) {
                _ = try BackupStore.salvage("/store", to: destination, now: clock, fileSystem: disk)
            }
        }
        #expect(try Self.events(disk, "/other") == before)
        #expect(try disk.list("/thesis") == ["chapter.txt"])
        await Self.expectError(.notFound, "/nowhere") {
            _ = try BackupStore.backUp("/nowhere", to: "/new", fileSystem: disk)
        }
        await Self.expectError(.notFound, "/nowhere") {
            _ = try BackupStore.restore("/nowhere", to: "/new", now: clock, fileSystem: disk)
        }
        await Self.expectError(.notFound, "/nowhere") {
            _ = try BackupStore.salvage("/nowhere", to: "/new", now: clock, fileSystem: disk)
        }
        #expect(try disk.status("/new") == nil)
    }

    @Test func `is not made writable from a store that somebody writes to`() async throws {
        let disk = InMemoryFileSystem()
        let engine = try await Self.store(disk, users: 2)
        let clock = ManualClock(.day(1))
        await Self.expectError(.locked, "") {
            _ = try BackupStore.restore("/store", to: "/new", now: clock, fileSystem: disk)
        }
        await Self.expectError(.locked, "") {
            _ = try BackupStore.salvage("/store", to: "/new", now: clock, fileSystem: disk)
        }
        #expect(try disk.status("/new/store.json") == nil)
        try await engine.close()
        _ = try BackupStore.restore("/store", to: "/later", now: clock, fileSystem: disk)
        #expect(try Self.events(disk, "/later") == Self.events(disk, "/store"))
    }

    @Test func `is none where the settings are another store's`() async throws {
        let disk = InMemoryFileSystem()
        try await Self.store(disk, users: 2).close()
        try await Self.store(disk, at: "/other", users: 1).close()
        try disk.replace("/store/store.json", with: try disk.contents(of: "/other/store.json"))
        await Self.expectError(.foreign, "put the right log in its place") {
            _ = try BackupStore.backUp("/store", to: "/new", fileSystem: disk)
        }
        #expect(try disk.status("/new/store.json") == nil)
    }

    @Test(
        arguments: [
            .open, .read, .write, .sync, .rename, .createDirectory, .syncDirectory, .list,
        ] as [InMemoryFileSystem.Operation])
    func `that was cut short by any failure of the disk is no store`(operation: InMemoryFileSystem.Operation)
        async throws
    {
        let disk = InMemoryFileSystem()
        try await Self.store(disk, users: 3).close()
        try disk.createDirectory("/store/transparency")
        try disk.replace("/store/transparency/checkpoint", with: [7])
        let before = try Self.events(disk, "/store")
        // Whatever holds this place in a directory that is there already has to be looked at first.
        try disk.createDirectory("/new0")
        var failures = 0
        for call in 1... {
            let destination = "/new\(call - 1)"
            disk.fail(operation, onCall: call, errno: ENOSPC)
            do throws(EngineError) {
                _ = try BackupStore.backUp("/store", to: destination, fileSystem: disk)
                break
            } catch {
                failures += 1
                #expect([.diskFull, .io].contains(error.code), "\(error)")
                #expect(error.message.contains("/"), "\(error)")
                // The settings come last: where they are, everything is.
                if try disk.status(destination + "/store.json") != nil {
                    #expect(try disk.contents(of: destination + "/transparency/checkpoint") == [7])
                    #expect(try Self.events(disk, destination) == before)
                } else {
                    await Self.expectError(.notFound, destination) { _ = try await Self.open(disk, destination) }
                }
            }
            try #require(failures < 300)
        }
        #expect(failures > 0)
        disk.fail(operation, onCall: .max / 2, errno: ENOSPC)
        #expect(try Self.events(disk, "/new\(failures)") == before)
        #expect(try Self.events(disk, "/store") == before)
    }

    @Test func `that is rescued from a damaged store holds the sound beginning`() async throws {
        let disk = InMemoryFileSystem()
        let engine = try await Self.store(disk, users: 3)
        for number in 0..<50 { _ = try await engine.execute(.createCourse(title: "\(number)"), by: .system) }
        let all = try await engine.allEvents()
        try await engine.close()
        let segment = try #require(
            try disk.list("/store/log").max { left, right in
                try disk.contents(of: "/store/log/\(left)").count < disk.contents(of: "/store/log/\(right)").count
            })
        var bytes = try disk.contents(of: "/store/log/\(segment)")
        bytes[bytes.count * 2 / 3] ^= 0x10
        try disk.replace("/store/log/\(segment)", with: bytes)
        let clock = ManualClock(.day(3))
        await Self.expectError(.damaged, segment) {
            _ = try BackupStore.restore("/store", to: "/refused", now: clock, fileSystem: disk)
        }
        let report = try BackupStore.salvage("/store", to: "/new", now: clock, fileSystem: disk)
        #expect(!report.isWhole && report.losses.contains { $0.path.hasSuffix(segment) })
        let rescued = try Self.events(disk, "/new")
        #expect(rescued.count == Int(report.lastPosition.rawValue) && (1..<all.count).contains(rescued.count))
        #expect(rescued == Array(all.prefix(rescued.count)))
        let copy = try await Self.open(disk, "/new")
        _ = try await copy.execute(.createCourse(title: "after"), by: .system)
        try await copy.close()
    }

    // MARK: The disk

    private static func store(_ disk: InMemoryFileSystem, at path: String = "/store", users: Int) async throws
        -> EnrollmentEngine
    {
        var options = EngineOptions()
        options.fileSystem = disk
        options.snapshots = .after(events: 1)
        let clock = ManualClock(.day(0))
        let first = try await EnrollmentEngine.create(
            at: path, timeZone: "Asia/Seoul", origin: "example.org\(path)", personalData: .plain, options: options,
            clock: clock)
        _ = try await first.prepareTerm(capacity: 5, users: users)
        try await first.close()
        return try await EnrollmentEngine.open(at: path, options: options, clock: clock)
    }

    private static func open(_ disk: InMemoryFileSystem, _ path: String) async throws -> EnrollmentEngine {
        var options = EngineOptions()
        options.fileSystem = disk
        return try await .open(at: path, options: options, clock: ManualClock(.day(0)))
    }

    private static func events(_ disk: InMemoryFileSystem, _ path: String) throws -> [RecordedEvent] {
        var cursor = try EventHistory.open(at: path, fileSystem: disk).cursor()
        var events: [RecordedEvent] = []
        while let event = try cursor.next() { events.append(event) }
        return events
    }

    /// Expects a failure of some code whose message has some words; of any code where none is given.
    private static func expectError(
        _ code: EngineError.Code?, _ words: String, at place: SourceLocation = #_sourceLocation,
        _ body: () async throws -> Void
    ) async {
        let error = await #expect(throws: EngineError.self, sourceLocation: place) { try await body() }
        if let code { #expect(error?.code == code, sourceLocation: place) }
        let isTold = words == "" || error?.message.contains(words) == true
        #expect(isTold, "\(String(describing: error))", sourceLocation: place)
    }
}
