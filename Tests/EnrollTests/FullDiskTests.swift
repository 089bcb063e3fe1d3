// A full disk: a clear error, reads go on, and nothing acknowledged is lost.

import ChildProcesses
import Foundation
import Testing

@Suite struct `On a full disk` {
    private static let mayMount = getuid() == 0
    /// Where root is, a skipped test would hide that nothing was proven.
    private static let mustMount = ProcessInfo.processInfo.environment["ENROLL_REQUIRE_ROOT_TESTS"] == "1"

    @Test(.enabled(if: mayMount || mustMount, "mounting a small disk needs root"))
    func `submit says so and what was acknowledged stays`() throws {
        let disk = try SmallDisk(kilobytes: 3072)
        let store = ["--store", disk.path + "/store"]
        #expect(try Program.run(["init"] + store).exitCode == 0)
        let text = String(repeating: "long and dull ", count: 200)
        let input = (0..<20_000).map {
            let course = #"{"actor":"system","command":"CreateCourse","title":"C\#($0)","description":"\#(text)\#($0)"#
            return course + #"\#($0 &* 2_654_435_761)"}"#
        }
        let outcome = try Program.run(
            ["submit", "-", "--format", "json"] + store, input: input.joined(separator: "\n"))
        #expect(outcome.exitCode == 2)
        #expect(outcome.errorLines.count == 1, "\(outcome.error)")
        #expect(outcome.error.hasPrefix("enroll: no space is left on the disk"), "\(outcome.error)")
        #expect(outcome.error.contains("lines answered before: "))
        #expect(!outcome.error.contains("diskFull"))
        let acknowledged = outcome.lines.filter { $0.contains(#""outcome":"accepted""#) }.count
        #expect(acknowledged < input.count)
        let dump = try Program.run(["log", "dump", "--format", "json"] + store)
        #expect(dump.exitCode == 0)
        #expect(dump.lines.count >= acknowledged)
        #expect(try Program.run(["log", "verify"] + store).exitCode == 0)
        let refused = try Program.run(["course", "create", "--title", "one more"] + store)
        #expect(refused.exitCode == 0 || refused.exitCode == 2)
        // Either a warning beside the answer, or the failure and no answer: never the same thing twice.
        #expect(refused.errorLines.count <= 1, "\(refused.error)")
        #expect(refused.exitCode == 0 || refused.output == "")
        try disk.grow(toKilobytes: 64 << 10)
        #expect(try Program.run(["course", "create", "--title", "room again"] + store).exitCode == 0)
        #expect(try Program.run(["verify"] + store).exitCode == 0)
    }

    @Test(.enabled(if: mayMount || mustMount, "mounting a small disk needs root"))
    func `a report as CSV says so and leaves nothing`() throws {
        let store = try TemporaryStore.empty(timeZone: "Asia/Seoul")
        _ = try store.importing(["csv", Fixture.path("university")])
        let disk = try SmallDisk(kilobytes: 128)
        let words = ["audit", "report", "--csv", disk.path + "/out"]
        let outcome = try Program.run(words, in: store)
        #expect(outcome.exitCode == 2 && outcome.output == "" && outcome.errorLines.count == 1, "\(outcome)")
        #expect(outcome.error.lowercased().contains("make space"), "\(outcome.error)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path) == [])
        try disk.grow(toKilobytes: 64 << 10)
        #expect(try Program.run(words, in: store).exitCode == 0)
    }

    @Test(
        .enabled(if: mayMount || mustMount, "mounting a small disk needs root"),
        arguments: ["ocel", "cloudevents", "csv"])
    func `an export says so and leaves nothing`(_ format: String) throws {
        let store = try TemporaryStore.empty(timeZone: "Asia/Seoul")
        _ = try store.importing(["csv", Fixture.path("university")])
        let disk = try SmallDisk(kilobytes: 256)
        let words = ["export", format, "--into", disk.path + "/out"]
        let outcome = try Program.run(words, in: store)
        #expect(outcome.exitCode == 2 && outcome.output == "", "\(outcome)")
        #expect(outcome.errorLines.count == 1)
        #expect(outcome.error.lowercased().contains("make space"), "\(outcome.error)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path) == [])
        try disk.grow(toKilobytes: 64 << 10)
        #expect(try Program.run(words, in: store).exitCode == 0)
    }
}

/// A file system in memory with an end.
private final class SmallDisk {
    private let directory: TemporaryDirectory
    var path: String { directory.path }

    init(kilobytes: Int) throws {
        directory = try TemporaryDirectory()
        try Self.shell("mount", ["-t", "tmpfs", "-o", "size=\(kilobytes)k,mode=0700", "tmpfs", directory.path])
    }

    deinit {
        do { try Self.shell("umount", [directory.path]) } catch { Issue.record(error) }
    }

    func grow(toKilobytes kilobytes: Int) throws {
        try Self.shell("mount", ["-o", "remount,size=\(kilobytes)k", path])
    }

    private static func shell(_ name: String, _ arguments: [String]) throws {
        try ChildProcess.run([name] + arguments)
    }
}
