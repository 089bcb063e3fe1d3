// Making a store, and opening what an accident left of one: a clear error, and never a store half there.

import Enrollment
import EnrollmentTesting
import EventLog
import Glibc
import Testing

@testable import EnrollmentEngine

@Suite struct `Making a store` {

    @Test(arguments: ["", "two words", "a+b", "한글", "line\n", String(repeating: "x", count: 201)])
    func `needs an origin that can stand in a proof`(origin: String) async throws {
        let disk = InMemoryFileSystem()
        let error = await #expect(throws: EngineError.self) { try await Self.create(disk, origin: origin) }
        #expect(error?.code == .invalidArgument && error?.message.contains("visible ASCII") == true)
        #expect(try disk.status("/store") == nil)
        try await Self.create(disk, origin: String(repeating: "x", count: 200)).close()
    }

    @Test func `needs a time zone that there is`() async throws {
        let disk = InMemoryFileSystem()
        let error = await #expect(throws: EngineError.self) { try await Self.create(disk, timeZone: "Mars/Olympus") }
        #expect(error?.code == .invalidArgument && error?.message.contains("Asia/Seoul") == true)
        #expect(try disk.status("/store") == nil)
    }

    @Test func `goes on where an interrupted one stopped, and not where settings were lost`() async throws {
        let disk = InMemoryFileSystem()
        try await Self.create(disk).close()
        try disk.unlink("/store/store.json")
        let engine = try await Self.create(disk)
        _ = try await engine.execute(.createCourse(title: "T"), by: .system)
        try await engine.close()
        let settings = try disk.contents(of: "/store/store.json")
        try disk.unlink("/store/store.json")
        for _ in 1...2 {
            let error = await #expect(throws: EngineError.self) { try await Self.create(disk) }
            #expect(error?.code == .damaged)
            #expect(error?.message.contains("/store/log holds events but /store/store.json is missing") == true)
        }
        // Nothing was written over: with its settings it is the store that it was.
        try disk.replace("/store/store.json", with: settings)
        let again = try await openStore(disk, snapshotsAfter: nil)
        #expect(again.lastPosition == 1)
        try await again.close()
    }

    @Test(arguments: [("\"createdAt\" : \"2027", "\"createdAt\" : \"27"), ("T00:00:00Z", "T00:00:00")])
    func `is told from settings whose time nobody wrote`(written: String, changed: String) async throws {
        let disk = InMemoryFileSystem()
        try await Self.create(disk).close()
        let text = String(decoding: try disk.contents(of: "/store/store.json"), as: UTF8.self)
        try #require(text.contains(written))
        try disk.replace("/store/store.json", with: Array(text.replacing(written, with: changed).utf8))
        let error = await #expect(throws: EngineError.self) { try await openStore(disk, snapshotsAfter: nil) }
        #expect(error?.code == .damaged && error?.message.contains("/store/store.json has no valid createdAt") == true)
    }

    @Test(arguments: [
        ("UTC", "GMT"), ("example.org/log", "example.org/lot"), ("2027-01-01", "2027-01-02"), ("sha256", "sha257"),
        ("\"format\" : 2", "\"format\" : 0"), ("\"format\" : 2", "\"format\" : 1"),
    ])
    func `is told from settings of which one value was changed`(written: String, changed: String) async throws {
        let disk = InMemoryFileSystem()
        try await Self.create(disk).close()
        let text = String(decoding: try disk.contents(of: "/store/store.json"), as: UTF8.self)
        try #require(text.contains(written), "\(text)")
        try disk.replace("/store/store.json", with: Array(text.replacing(written, with: changed).utf8))
        let error = await #expect(throws: EngineError.self) { try await openStore(disk, snapshotsAfter: nil) }
        #expect(error?.code == .damaged && error?.message.contains("/store/store.json") == true)
        if !written.contains("format") {
            #expect(error?.message.contains("does not fit its checksum: the time zone, the origin") == true)
            #expect(error?.message.contains("Put the store.json of a backup of this store in its place.") == true)
        }
    }

    @Test func `without a checksum of its settings is opened, and a copy has one`() async throws {
        let disk = InMemoryFileSystem()
        let engine = try await Self.create(disk)
        try await engine.close()
        #expect(engine.settings.hasChecksum)
        let text = """
            {
              "createdAt" : "\(engine.settings.createdAt)",
              "format" : 1,
              "origin" : "example.org/log",
              "storeID" : "\(engine.settings.storeID)",
              "timeZone" : "UTC"
            }
            """
        try disk.replace("/store/store.json", with: Array(text.utf8))
        let again = try await openStore(disk, snapshotsAfter: nil)
        #expect(!again.settings.hasChecksum && again.settings.createdAt == engine.settings.createdAt)
        try await again.close()
        _ = try BackupStore.restore("/store", to: "/copy", now: ManualClock(.day(1)), fileSystem: disk)
        #expect(try EventHistory.open(at: "/copy", fileSystem: disk).settings == engine.settings)
    }

    @Test func `keeps the time of its clock, which recorded time follows and never runs back`() async throws {
        let disk = InMemoryFileSystem()
        let clock = ManualClock(.day(5))
        let engine = try await openStore(disk, snapshotsAfter: nil, create: true, clock: clock)
        #expect(engine.settings.createdAt == .day(5))
        var times: [Timestamp] = []
        for step in [0, 7, -1_000_000, 3] as [Int64] {
            clock.advance(byMicroseconds: step)
            let receipt = try await engine.execute(.createCourse(title: "T"), by: .system)
            times.append(receipt.events[0].time.recordedAt)
        }
        let later = Timestamp.day(5).advanced(microseconds: 7)
        #expect(times == [.day(5), later, later, later])
        try await engine.close()
    }

    @Test func `puts every part of it where others look`() {
        let layout = StoreLayout(directory: "/s")
        let paths = [
            layout.settingsPath, layout.logPath, layout.snapshotsPath, layout.transparencyPath, layout.readTablesPath,
        ]
        #expect(paths == ["/s/store.json", "/s/log", "/s/snapshots", "/s/transparency", "/s/read.sqlite"])
    }

    @discardableResult
    private static func create(
        _ disk: InMemoryFileSystem, timeZone: String = "UTC", origin: String = "example.org/log"
    ) async throws -> EnrollmentEngine {
        var options = EngineOptions()
        options.fileSystem = disk
        return try await .create(
            at: "/store", timeZone: timeZone, origin: origin, personalData: .plain, options: options,
            clock: ManualClock(.day(0)))
    }
}
