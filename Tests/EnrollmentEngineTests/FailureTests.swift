// What the engine does when the machine fails, or when a store is not what it should be.

import Enrollment
import EnrollmentEngine
import EnrollmentTesting
import EventLog
import Foundation
import Testing

@Suite struct FailureTests {
    @Test func `a whole store lives in memory, over a restart`() async throws {
        let disk = InMemoryFileSystem()
        let engine = try await open(disk, create: true)
        let term = try await engine.prepareTerm(capacity: 1, users: 1)
        _ = try await engine.execute(.applyEnrollment(user: 1, term: term), by: .user(1))
        try await engine.close()
        let again = try await open(disk)
        #expect(again.read { $0[term]?.enrolledCount } == 1)
        try await again.close()
    }

    @Test(arguments: [InMemoryFileSystem.Operation.sync, .write])
    func `after a failed sync or write nothing is acknowledged any more`(
        operation: InMemoryFileSystem.Operation
    ) async throws {
        let disk = InMemoryFileSystem()
        let engine = try await open(disk, create: true)
        let term = try await engine.prepareTerm(capacity: 5, users: 3)
        let before = engine.durablePosition
        // A running writer also writes its watermark for readers; the failure must hit the group itself.
        disk.fail(operation, errno: EIO, sticky: true)
        let command = Command.applyEnrollment(user: 1, term: term)
        let id = CommandID.random()
        let error = await #expect(throws: ExecutionError.self) {
            try await engine.execute(command, id: id, by: .user(1))
        }
        guard case .unavailable(let failure) = error else {
            Issue.record("expected unavailable, got \(String(describing: error))")
            return
        }
        #expect(failure.code == .indeterminate)
        let next = await #expect(throws: ExecutionError.self) {
            try await engine.execute(.applyEnrollment(user: 2, term: term), by: .user(2))
        }
        #expect(next?.code == .storeUnavailable)
        #expect(engine.durablePosition == before)
        await #expect(throws: EngineError.self) { try await engine.close() }

        // Opened again, the retry with the same id gives one enrollment, whether or not the first one got through.
        let healed = InMemoryFileSystem(copyOf: disk)
        let reopened = try await open(healed)
        _ = try await reopened.execute(command, id: id, by: .user(1))
        #expect(reopened.read { $0[term]?.enrolledCount } == 1)
        try await reopened.close()
    }

    @Test func `a store whose own directory may be lost in a crash is not made`() async throws {
        let disk = InMemoryFileSystem()
        for _ in 1...2 {
            disk.fail(.syncDirectory, errno: EIO)
            let error = await #expect(throws: EngineError.self) { try await self.open(disk, create: true) }
            #expect(error?.message.contains("Could not make the directory /store:") == true)
        }
        try await open(disk, create: true).close()
    }

    @Test func `of two who make the same store at the same time one succeeds`() async throws {
        for _ in 0..<100 {
            var options = EngineOptions()
            options.fileSystem = InMemoryFileSystem()
            let made = await withTaskGroup(of: String?.self) { group in
                for zone in ["Asia/Seoul", "UTC"] {
                    group.addTask { [options] in
                        guard
                            let engine = try? await EnrollmentEngine.create(
                                at: "/store", timeZone: zone, personalData: .plain, options: options)
                        else { return nil }
                        try? await engine.close()
                        return zone
                    }
                }
                return await group.reduce(into: [String]()) { if let zone = $1 { $0.append(zone) } }
            }
            #expect(made.count <= 1)
            let again = try? await EnrollmentEngine.open(at: "/store", options: options)
            #expect(again?.settings.timeZone == made.first)
            try await again?.close()
        }
    }

    @Test func `a second engine is told which process holds the store`() async throws {
        try await withStore { engine, directory in
            let error = await #expect(throws: EngineError.self) { try await EnrollmentEngine.open(at: directory) }
            #expect(error?.code == .locked)
            #expect(error?.message.contains("\(ProcessInfo.processInfo.processIdentifier)") == true)
            // The one that holds it goes on.
            _ = try await engine.prepareTerm(capacity: 1, users: 1)
        }
    }

    @Test func `a store that is missing, taken, foreign, newer, or open to others says so`() async throws {
        let nowhere = NSTemporaryDirectory() + "enroll-test-\(CommandID.random())"
        await expect(.notFound) { try await EnrollmentEngine.open(at: nowhere) }
        #expect(!FileManager.default.fileExists(atPath: nowhere))
        try await withStore { _, other in
            try await withStore { engine, directory in
                try await engine.close()
                await expect(.alreadyExists) { try await EnrollmentEngine.create(at: directory, personalData: .plain) }
                let settings = directory + "/store.json"
                let text = try String(contentsOfFile: settings, encoding: .utf8)

                try String(contentsOfFile: other + "/store.json", encoding: .utf8)
                    .write(toFile: settings, atomically: false, encoding: .utf8)
                await expect(.foreign) { try await EnrollmentEngine.open(at: directory) }

                try text.replacing("\"format\" : 2", with: "\"format\" : 4")
                    .write(toFile: settings, atomically: false, encoding: .utf8)
                await expect(.newerFormat) { try await EnrollmentEngine.open(at: directory) }

                try "{".write(toFile: settings, atomically: false, encoding: .utf8)
                await expect(.damaged) { try await EnrollmentEngine.open(at: directory) }

                try text.write(toFile: settings, atomically: false, encoding: .utf8)
                try FileManager.default.setAttributes([.posixPermissions: 0o770], ofItemAtPath: directory)
                await expect(.insecurePermissions) { try await EnrollmentEngine.open(at: directory) }
                try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: directory)
                try await EnrollmentEngine.open(at: directory).close()
            }
            #expect(FileManager.default.fileExists(atPath: other))
        }
    }

    @Test func `a log that tells an impossible story is an error and not a trap`() async throws {
        let impossible: [Event] = [
            .enrollmentApproved(1, term: 1, overbooked: false, reason: nil), .courseClosed(9),
            .userRegistered(7, email: "a@b", name: "A", role: .user, sourceID: nil),
            .enrollmentApplied(1, user: 3, term: 2, direct: false),
        ]
        for event in impossible {
            let disk = InMemoryFileSystem()
            try await open(disk, create: true).close()
            let log = try EventLog.open(at: "/store/log", fileSystem: disk)
            var batch = LogBatch()
            batch.reset(commandID: .random(), actor: 0, recordedAt: 0)
            batch.append(type: event.type.rawValue, stream: event.stream.key, version: 1) { bytes in
                // Schema version 1, no flags; the bodies of these four begin with their ids.
                bytes.append(1 << 4)
                if case .userRegistered = event { bytes.append(contentsOf: [1, 97, 1, 65, 5, 0]) }
                if case .enrollmentApproved = event { bytes.append(contentsOf: [1, 0]) }
                if case .enrollmentApplied = event { bytes.append(contentsOf: [1, 6]) }
            }
            _ = try await log.append(batch)
            try log.close()
            await expect(.damaged) { try await self.open(disk) }
        }
    }

    @Test(arguments: [Int64.min, -1, 0, .max])
    func `a log with a capacity that no term can have is an error and not a trap`(capacity: Int64) async throws {
        let disk = InMemoryFileSystem()
        let engine = try await open(disk, create: true)
        let term = try await engine.prepareTerm(capacity: 5, users: 1)
        let version = engine.read { $0.version(of: .term(term)).next }
        try await engine.close()
        let log = try EventLog.open(at: "/store/log", fileSystem: disk)
        var batch = LogBatch()
        batch.reset(commandID: .random(), actor: 0, recordedAt: Timestamp.day(0).rawValue)
        let type = EventType.termCapacityChanged.rawValue
        batch.append(type: type, stream: EventStream.term(term).key, version: version.rawValue) { bytes in
            // Schema version 1, no flags, from 5, to the capacity in zigzag, none taken, no reason.
            bytes.append(contentsOf: [1 << 4, 10])
            var rest = UInt64(bitPattern: capacity << 1 ^ capacity >> 63)
            while rest >= 0x80 {
                bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
                rest >>= 7
            }
            bytes.append(contentsOf: [UInt8(rest), 0, 0])
        }
        _ = try await log.append(batch)
        try log.close()
        await expect(.damaged) { try await self.open(disk) }
    }

    @Test func `a store is opened through a link, and none is made among other files`() async throws {
        try await withStore { engine, directory in
            try await engine.close()
            let link = directory + "-link"
            defer { try? FileManager.default.removeItem(atPath: link) }
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: directory)
            try await EnrollmentEngine.open(at: link).close()
            let strangers = directory + "/elsewhere"
            try FileManager.default.createDirectory(atPath: strangers, withIntermediateDirectories: false)
            try Data("x".utf8).write(to: URL(fileURLWithPath: strangers + "/thesis.txt"))
            await expect(.alreadyExists) { try await EnrollmentEngine.create(at: strangers, personalData: .plain) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: strangers) == ["thesis.txt"])
            let open = directory + "/open"
            try FileManager.default.createDirectory(atPath: open, withIntermediateDirectories: false)
            try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: open)
            await expect(.insecurePermissions) { try await EnrollmentEngine.create(at: open, personalData: .plain) }
        }
    }

    @Test func `whoever meets a full disk second hears of the disk too`() async throws {
        let disk = InMemoryFileSystem()
        let engine = try await open(disk, create: true)
        disk.fail(.write, errno: ENOSPC, sticky: true)
        for _ in 0..<2 {
            let error = await #expect(throws: ExecutionError.self) {
                try await engine.execute(.createCourse(title: "T"), by: .system)
            }
            guard case .unavailable(let failure) = error else { return #expect(Bool(false)) }
            #expect(failure.code == .diskFull)
        }
        await #expect(throws: EngineError.self) { try await engine.close() }
    }

    @Test func `a closed engine refuses, and closing twice is fine`() async throws {
        let engine = try await open(InMemoryFileSystem(), create: true)
        try await engine.close()
        try await engine.close()
        let error = await #expect(throws: ExecutionError.self) {
            try await engine.execute(.publishCourse(1), by: .system)
        }
        guard case .unavailable(let reason) = error else { return #expect(Bool(false)) }
        #expect(reason.code == .closed)
    }

    @Test func `a task that was cancelled before its command was decided executes nothing`() async throws {
        try await withStore { engine, _ in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await engine.execute(.createCourse(title: "T"), by: .system)
            }
            let result = await task.result
            guard case .failure(let error) = result, case .cancelled? = error as? ExecutionError else {
                Issue.record("expected cancelled, got \(result)")
                return
            }
            #expect(engine.lastPosition == 0)
        }
    }

    private func open(_ disk: InMemoryFileSystem, create: Bool = false) async throws -> EnrollmentEngine {
        var options = EngineOptions()
        options.fileSystem = disk
        let clock = ManualClock(.day(0))
        return create
            ? try await .create(at: "/store", personalData: .plain, options: options, clock: clock)
            : try await .open(at: "/store", options: options, clock: clock)
    }

    private func expect(_ code: EngineError.Code, _ open: () async throws -> EnrollmentEngine) async {
        let error = await #expect(throws: EngineError.self) { _ = try await open() }
        #expect(error?.code == code)
    }
}
