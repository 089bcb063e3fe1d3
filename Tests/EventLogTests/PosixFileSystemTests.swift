// The seam's ordinary side, call by call: what the system refuses comes out as an error that names call and number.

import EnrollmentTesting
import Glibc
import LogProofs
import Testing

@testable import EventLog

@Suite struct PosixFileSystemTests {
    private let system = PosixFileSystem()

    private func refusal(_ body: () throws -> Void) -> FileSystemError? {
        do {
            try body()
            return nil
        } catch {
            return error as? FileSystemError
        }
    }

    @Test func `calls on a descriptor that is none are refused with its number`() {
        var bytes: [UInt8] = [1]
        let calls: [(String, (Int32) throws -> Void)] = [
            ("pread", { number in _ = try bytes.withUnsafeMutableBytes { try system.read(number, into: $0, at: 0) } }),
            (
                "pwrite",
                { number in
                    _ = try [UInt8](repeating: 1, count: 1).withUnsafeBytes {
                        try system.write(number, $0, at: 0)
                    }
                }
            ),
            ("fdatasync", { try system.sync($0) }), ("ftruncate", { try system.truncate($0, to: 0) }),
            ("fstat", { _ = try system.size($0) }), ("fcntl", { _ = try system.lock($0) }),
            ("fchmod", { try system.makeReadOnly($0) }),
        ]
        for (operation, call) in calls {
            let error = refusal { try call(-7) }
            #expect(error == FileSystemError(operation: operation, path: "descriptor -7", errno: EBADF))
        }
    }

    @Test func `calls on a path that leads nowhere are refused with the path`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/none/where"
        let calls: [(String, () throws -> Void)] = [
            ("open", { _ = try system.open(path, .createIfMissing) }), ("mkdir", { try system.createDirectory(path) }),
            ("open", { try system.syncDirectory(path) }), ("opendir", { _ = try system.list(path) }),
            ("rename", { try system.rename(path, to: path + "2") }), ("unlink", { try system.unlink(path) }),
            ("statvfs", { _ = try system.availableBytes(path) }),
        ]
        for (operation, call) in calls {
            #expect(refusal(call) == FileSystemError(operation: operation, path: path, errno: ENOENT))
        }
        // Nothing is there, which is an answer and no refusal; a name that no file can have is one.
        #expect(try system.status(path) == nil)
        let long = directory.path + "/" + String(repeating: "n", count: 300)
        #expect(refusal { _ = try system.status(long) }?.errno == ENAMETOOLONG)
    }

    @Test func `a directory that cannot be synced is refused, with its path`() {
        // What a kernel answers for it has its own name for the error, but it must be one.
        let error = refusal { try system.syncDirectory("/proc/self/fd") }
        #expect(error?.operation == "fsync" && error?.path == "/proc/self/fd")
    }

    @Test func `a transfer of nothing is done without the system`() throws {
        var empty: [UInt8] = []
        #expect(try empty.withUnsafeMutableBytes { try system.read(-1, into: $0, at: 0) } == 0)
        #expect(try empty.withUnsafeBytes { try system.write(-1, $0, at: 0) } == 0)
    }

    @Test func `the space of a device is told, and none where there is no device`() throws {
        let directory = try TemporaryDirectory()
        #expect(try #require(try system.availableBytes(directory.path)) > 0)
        #expect(try system.availableBytes("/proc") == nil)
        #expect(try SimulatedDisk().availableBytes("/disk") == nil)
    }

    @Test func `a symbolic link is never followed, and says so`() throws {
        let directory = try TemporaryDirectory()
        let file = try OpenFile(directory.path + "/file", .createNew, system)
        try file.write([1, 2, 3], at: 0)
        try #require(symlink(directory.path + "/file", directory.path + "/link") == 0)
        #expect(code { _ = try OpenFile(directory.path + "/link", .read, system) } == .insecurePermissions)
        #expect(try system.status(directory.path + "/link")?.kind == .other)
    }

    @Test func `a write that makes no progress ends with an error instead of going on for ever`() throws {
        let disk = FaultyFileSystem(on: SimulatedDisk())
        let file = try OpenFile("/disk/file", .createNew, disk)
        disk.longestWrite = 0
        #expect { try file.write([1, 2, 3], at: 0) } throws: { ($0 as? LogError)?.errno == EIO }
    }

    @Test(arguments: [("/disk/log", "disk"), ("/disk/log//", "disk"), ("/log", ""), ("log", ".")])
    func `making a directory syncs the one that it is in`(path: String, parent: String) throws {
        let disk = FaultyFileSystem(on: SimulatedDisk())
        try LogDirectory(path: path, fileSystem: disk).create()
        #expect(disk.trace.last == "syncDirectory " + parent)
    }
}
