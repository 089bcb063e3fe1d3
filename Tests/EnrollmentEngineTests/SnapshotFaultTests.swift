// Snapshots on a machine that fails: a snapshot may be missed, and nothing else.

import Enrollment
import EnrollmentTesting
import EventLog
import Foundation
import Glibc
import Synchronization
import Testing

@testable import EnrollmentEngine

@Suite struct SnapshotFaultTests {
    @Test(arguments: [EIO, ENOSPC])
    func `whatever call for a snapshot fails, once or from then on, closing and opening succeed`(
        errno: Int32
    ) async throws {
        let base = InMemoryFileSystem()
        var history = RandomHistory(seed: 1)
        _ = try await history.extend(base, by: 60, snapshotsAfter: 1, create: true)
        _ = try await history.extend(base, by: 20, snapshotsAfter: nil)
        let all = try fullReplay(base)
        // One opening, which reads a snapshot and writes the next, and its closing.
        let counting = FailingSnapshotDisk(InMemoryFileSystem(copyOf: base))
        try await openStore(counting, snapshotsAfter: 1).close()
        #expect(counting.calls > 15)
        for call in 1...counting.calls {
            for isSticky in [false, true] {
                let memory = InMemoryFileSystem(copyOf: base)
                let disk = FailingSnapshotDisk(memory)
                disk.fail(call...(isSticky ? Int.max : call), errno: errno)
                let engine = try await openStore(disk, snapshotsAfter: 1)
                expectSame(engine.held, all)
                try await engine.close()
                #expect(!engine.warnings.isEmpty || !isSticky, "call \(call)")
                // The machine stops here, and comes up again.
                let healed = InMemoryFileSystem(copyOf: memory)
                let again = try await openStore(healed, snapshotsAfter: 1_000_000)
                expectSame(again.held, all)
                #expect(again.warnings.isEmpty)
                try await again.close()
            }
        }
    }

    @Test func `closing on a disk that takes no snapshot is a warning, and nothing is lost`() async throws {
        let memory = InMemoryFileSystem()
        let disk = FailingSnapshotDisk(memory)
        disk.fail(1...Int.max, errno: ENOSPC)
        var history = RandomHistory(seed: 2)
        let engine = try await history.extend(disk, by: 60, snapshotsAfter: 1, create: true)
        #expect(engine.openingReport.warnings.isEmpty)
        #expect(engine.warnings.count == 1)
        #expect(engine.warnings.first?.contains("No snapshot was written") == true)
        let again = try await openStore(memory, snapshotsAfter: 1_000_000)
        expectSame(again.held, engine.held)
        try await again.close()
    }

    @Test func `after a failed sync of the log no snapshot is written`() async throws {
        let disk = InMemoryFileSystem()
        let engine = try await openStore(disk, snapshotsAfter: 1, create: true)
        _ = try await engine.prepareTerm(capacity: 1, users: 1)
        disk.fail(.sync, errno: EIO, sticky: true)
        _ = try? await engine.execute(.applyEnrollment(user: 1, term: 1), by: .user(1))
        await #expect(throws: EngineError.self) { try await engine.close() }
        #expect(try disk.status(snapshotStorePath + "/snapshots") == nil)
    }

    @Test func `a log that fails while nothing waits for it takes no snapshot of what was decided after that`()
        async throws
    {
        let disk = InMemoryFileSystem()
        var options = EngineOptions()
        options.fileSystem = disk
        options.snapshots = .after(events: 1)
        options.log.segmentBytes = 8192
        options.log.compressionThresholdBytes = .max
        options.log.sealsInBackground = false
        options.log.confirmDelayMilliseconds = 600_000
        let engine = try await EnrollmentEngine.create(
            at: snapshotStorePath, personalData: .plain, options: options, clock: ManualClock(.day(0)))
        let long = String(repeating: "x", count: 9000)
        _ = try await engine.prepareTerm(capacity: 2, users: 2)
        let ids = [CommandID.random(), .random(), .random()]
        for id in ids {
            _ = try await engine.execute(.createCourse(title: "T", description: long), id: id, by: .system)
        }
        // The sealed copy is renamed to its place, then the manifest that names it: there the log's writer fails.
        disk.fail(.rename, onCall: 2, errno: EIO, sticky: true)
        #expect(throws: LogError.self) { try engine.log.seal() }
        let durable = engine.durablePosition
        for _ in 0..<2 {
            await #expect(throws: ExecutionError.self) {
                try await engine.execute(.applyEnrollment(user: 1, term: 1), by: .user(1))
            }
            // What is durable is answered still.
            let again = try await engine.execute(
                .createCourse(title: "T", description: long), id: ids[1], by: .system)
            #expect(again.isReplay && again.position < durable)
        }
        try await engine.close()
        #expect(try disk.status(snapshotStorePath + "/snapshots") == nil)
        let healed = InMemoryFileSystem(copyOf: disk)
        let reopened = try await openStore(healed, snapshotsAfter: 1)
        #expect(reopened.warnings.isEmpty && reopened.lastPosition == durable)
        #expect(reopened.read { $0.enrollments.isEmpty })
        try await reopened.close()
    }

    @Test func `a directory of snapshots that others may write to is not believed`() async throws {
        let disk = PosixFileSystem()
        let directory = NSTemporaryDirectory() + "enroll-test-\(CommandID.random())"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var options = EngineOptions()
        options.snapshots = .after(events: 1)
        let engine = try await EnrollmentEngine.create(at: directory, personalData: .plain, options: options)
        _ = try await engine.prepareTerm(capacity: 1, users: 1)
        try await engine.close()
        let snapshots = engine.layout.snapshotsPath
        let name = try #require(try disk.list(snapshots).first)
        #expect(try disk.status(snapshots)?.permissions == 0o700)
        #expect(try disk.status(snapshots + "/" + name)?.permissions == 0o600)

        for path in [snapshots, snapshots + "/" + name] {
            let before = try FileManager.default.attributesOfItem(atPath: path)
            try FileManager.default.setAttributes([.posixPermissions: 0o770], ofItemAtPath: path)
            let again = try await EnrollmentEngine.open(at: directory)
            #expect(again.openingReport.snapshotPosition == nil)
            #expect(again.warnings.count == 1)
            #expect(again.warnings.first?.contains(path) == true)
            try await again.close()
            try FileManager.default.setAttributes(
                [.posixPermissions: try #require(before[.posixPermissions])], ofItemAtPath: path)
        }

        try FileManager.default.moveItem(atPath: snapshots, toPath: directory + "/elsewhere")
        try FileManager.default.createSymbolicLink(
            atPath: snapshots, withDestinationPath: directory + "/elsewhere")
        let linked = try await EnrollmentEngine.open(at: directory)
        #expect(linked.openingReport.snapshotPosition == nil)
        #expect(linked.warnings.count == 1)
        try await linked.close()
    }

    @Test func `a second call to close writes nothing`() async throws {
        let disk = InMemoryFileSystem()
        let engine = try await openStore(disk, snapshotsAfter: 1, create: true)
        _ = try await engine.prepareTerm(capacity: 1, users: 1)
        try await engine.close()
        let writes = disk.calls(of: .write)
        try await engine.close()
        #expect(disk.calls(of: .write) == writes)
        #expect(try disk.snapshots().count == 1)
    }
}
