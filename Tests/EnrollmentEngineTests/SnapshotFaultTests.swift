// Snapshots on a machine that fails: a snapshot may be missed, and nothing else.

import Enrollment
import EnrollmentTesting
import EventLog
import Foundation
import Glibc
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

    @Test func `a directory of snapshots that others may write to is not believed`() async throws {
        let disk = PosixFileSystem()
        let directory = NSTemporaryDirectory() + "enroll-test-\(CommandID.random())"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var options = EngineOptions()
        options.snapshots = .after(events: 1)
        let engine = try await EnrollmentEngine.create(at: directory, options: options)
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
