// Whether a directory may be opened at all.

import Foundation
import LogProofs
import Testing

@testable import EventLog

@Suite struct OpeningTests {
    private func error(_ body: () throws -> Void) -> LogError? {
        do {
            try body()
            return nil
        } catch {
            return error as? LogError
        }
    }

    @Test func `a second writer is refused by the number of the first's process`() throws {
        let directory = try TemporaryDirectory()
        let log = try EventLog.create(at: directory.log)
        let refusal = error { _ = try EventLog.open(at: directory.log) }
        #expect(refusal?.code == .locked)
        #expect(refusal?.message.contains("process \(getpid())") == true)
        #expect(try LogReader.open(at: directory.log).lastPosition() == .zero)
        try log.close()
        try EventLog.open(at: directory.log).close()
    }

    @Test func `a child that starts at the moment of closing does not keep the lock`() throws {
        let directory = try TemporaryDirectory()
        let log = try EventLog.create(at: directory.log)
        // What a child holds between its fork and its program: another descriptor of the same open file.
        let copies = try openDescriptors(of: directory.log + "/LOCK").map { dup($0) }
        defer { for copy in copies { close(copy) } }
        #expect(copies.count == 1 && copies[0] >= 0)
        try log.close()
        try EventLog.open(at: directory.log).close()
    }

    private func openDescriptors(of path: String) throws -> [Int32] {
        let wanted = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        return try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { name in
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + name)
            return target == wanted ? Int32(name) : nil
        }
    }

    @Test func `a missing directory, an empty one and one of others are told apart`() throws {
        let directory = try TemporaryDirectory()
        #expect(error { _ = try EventLog.open(at: directory.path + "/none") }?.code == .notFound)
        #expect(error { _ = try EventLog.open(at: directory.path) }?.code == .notFound)
        #expect(error { _ = try LogReader.open(at: directory.path) }?.code == .notFound)
        try Data("x".utf8).write(to: URL(fileURLWithPath: directory.path + "/stranger"))
        #expect(error { _ = try EventLog.create(at: directory.path) }?.code == .foreign)
        #expect(error { _ = try EventLog.create(at: directory.path + "/stranger") }?.code == .foreign)
        try EventLog.create(at: directory.log).close()
        #expect(error { _ = try EventLog.create(at: directory.log) }?.code == .alreadyExists)
        try FileManager.default.removeItem(atPath: directory.log + "/MANIFEST")
        try Data("hello\n".utf8).write(to: URL(fileURLWithPath: directory.log + "/MANIFEST"))
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600], ofItemAtPath: directory.log + "/MANIFEST")
        #expect(error { _ = try EventLog.open(at: directory.log) }?.code == .foreign)
    }

    @Test func `a newer manifest and an unknown kind of segment ask for a newer version`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 1)
        let log = try EventLog.create(at: directory.log)
        try source.append(1, to: log)
        try log.close()
        let path = directory.log + "/MANIFEST"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        for (old, new) in [("manifest 1", "manifest 2"), (" closed", " woven")] {
            var body = text.replacingOccurrences(of: old, with: new)
            body.removeLast("sha256 \n".count + 64)
            try (body + "sha256 \(LogDigest(hashing: body.utf8))\n").write(
                toFile: path, atomically: false, encoding: .utf8)
            #expect(error { _ = try EventLog.open(at: directory.log) }?.code == .newerFormat)
        }
    }

    @Test(arguments: ["", "/MANIFEST", "/LOCK"])
    func `a directory or file that others may write to is refused`(name: String) throws {
        let directory = try TemporaryDirectory()
        try EventLog.create(at: directory.log).close()
        try FileManager.default.setAttributes(
            [.posixPermissions: name.isEmpty ? 0o770 : 0o620], ofItemAtPath: directory.log + name)
        #expect(error { _ = try EventLog.open(at: directory.log) }?.code == .insecurePermissions)
        try FileManager.default.setAttributes(
            [.posixPermissions: name.isEmpty ? 0o700 : 0o600], ofItemAtPath: directory.log + name)
        try EventLog.open(at: directory.log).close()
    }

    @Test func `a symbolic link in place of a file is refused`() throws {
        let directory = try TemporaryDirectory()
        try EventLog.create(at: directory.log).close()
        let target = directory.path + "/elsewhere"
        try FileManager.default.moveItem(atPath: directory.log + "/MANIFEST", toPath: target)
        try FileManager.default.createSymbolicLink(
            atPath: directory.log + "/MANIFEST", withDestinationPath: target)
        #expect(error { _ = try EventLog.open(at: directory.log) }?.code == .insecurePermissions)
    }

    @Test func `all files are private to their owner`() throws {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 1)
        let log = try EventLog.create(at: directory.log)
        try source.append(1, to: log)
        try log.close()
        for name in try FileManager.default.contentsOfDirectory(atPath: directory.log) {
            let attributes = try FileManager.default.attributesOfItem(atPath: directory.log + "/" + name)
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: directory.log)
        #expect(attributes[.posixPermissions] as? Int == 0o700)
    }
}
