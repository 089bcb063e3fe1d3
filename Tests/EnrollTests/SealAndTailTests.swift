// The log as people handle it: compressed by hand, and followed while somebody else writes.

import Foundation
import Testing

@Suite struct `Sealing and following` {
    private static func register(_ number: Int) -> String {
        #"{"actor":"system","command":"RegisterUser","email":"r\#(number)@x.org","name":"R","role":"USER"}"# + "\n"
    }

    @Test func `seal makes one segment of many and changes no event`() throws {
        let store = try TemporaryStore.furnished()
        for student in 2...4 { _ = try Program.run(["apply", "\(student)", "2"], in: store) }
        let before = try Program.run(["log", "dump", "--format", "json"], in: store)
        #expect(try Program.run(["log", "list", "--format", "json"], in: store).lines.count >= 4)
        let sealed = try Program.run(["log", "seal", "--format", "json"], in: store)
        #expect(sealed.exitCode == 0)
        #expect(sealed.output.contains(#""segmentsAfter":1,"#))
        let list = try Program.run(["log", "list", "--format", "json"], in: store)
        #expect(list.lines.count == 1 && list.output.contains(#""state":"sealed""#))
        #expect(list.output.contains(#""digest":""#))
        #expect(try Program.run(["log", "dump", "--format", "json"], in: store).output == before.output)
        #expect(try Program.run(["verify"], in: store).exitCode == 0)
        let again = try Program.run(["log", "seal"], in: store)
        #expect(again.exitCode == 0 && again.output == "" && again.error == "nothing to seal\n")
        #expect(try Program.run(["log", "seal", "--level", "10"], in: store).exitCode == 64)
        #expect(try Program.run(["apply", "2", "1"], in: store).exitCode == 0)
    }

    @Test func `originals are kept where that is asked for`() throws {
        let store = try TemporaryStore.furnished()
        #expect(try Program.run(["log", "seal", "--keep-originals"], in: store).exitCode == 0)
        let kept = try FileManager.default.contentsOfDirectory(atPath: store.path + "/log/quarantine")
        #expect(kept.contains { $0.hasSuffix(".log") && !$0.hasPrefix("until-") })
        #expect(try Program.run(["log", "verify"], in: store).exitCode == 0)
    }

    @Test func `originals are kept for so long as is asked for, and one way or the other`() throws {
        let store = try TemporaryStore.furnished()
        #expect(try Program.run(["log", "seal", "--keep-originals-for", "72"], in: store).exitCode == 0)
        let kept = try FileManager.default.contentsOfDirectory(atPath: store.path + "/log/quarantine")
        #expect(!kept.isEmpty && kept.allSatisfy { $0.hasPrefix("until-") && $0.hasSuffix(".log") })
        #expect(try Program.run(["log", "verify"], in: store).exitCode == 0)
        for wrong in [["--keep-originals", "--keep-originals-for", "1"], ["--keep-originals-for", "-1"]] {
            #expect(try Program.run(["log", "seal"] + wrong, in: store).exitCode == 64)
        }
    }

    @Test func `seal waits for nobody who has the log open`() throws {
        let store = try TemporaryStore.furnished()
        let writer = try RunningProgram(in: store)
        writer.write(Self.register(1))
        _ = writer.readLine()
        let sealed = try Program.run(["log", "seal"], in: store)
        #expect(sealed.exitCode == 2)
        #expect(sealed.error.contains("process \(writer.processID)"))
        _ = try writer.finish()
    }

    @Test func `a damaged segment is not sealed, and stays as it is`() throws {
        let store = try TemporaryStore.furnished()
        let name = try #require(
            FileManager.default.contentsOfDirectory(atPath: store.path + "/log").first { $0.hasSuffix(".log") })
        let path = store.path + "/log/" + name
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[4096 + 70] ^= 1
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.write(contentsOf: bytes)
        try file.close()
        let sealed = try Program.run(["log", "seal"], in: store)
        #expect(sealed.exitCode == 2)
        #expect(sealed.error.contains(name))
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
    }

    @Test func `tail shows the latest events, or those from a position on`() throws {
        let store = try TemporaryStore.furnished()
        let dump = try Program.run(["log", "dump", "--format", "json"], in: store)
        func tail(_ words: String...) throws -> Program.Outcome { try Program.run(["tail"] + words, in: store) }
        #expect(try tail("--format", "json", "--last", "3").lines == Array(dump.lines.suffix(3)))
        #expect(try tail("--format", "json", "--from", "2").lines == Array(dump.lines.dropFirst()))
        #expect(try tail().output.contains("TermScheduled  "))
        let end = dump.lines.count
        #expect(try tail("--from", "\(end + 1)").output == "")
        let beyond = try tail("--from", "\(end + 2)")
        #expect(beyond.exitCode == 2 && beyond.error.contains("\(end)"))
    }

    @Test func `tail follows a writer over its end, a sealing and the next writer`() throws {
        let store = try TemporaryStore.furnished()
        let tail = try RunningProgram(["tail", "--from", "1", "--follow", "--format", "json"], in: store)
        func shown() throws -> Int { try position(of: try #require(tail.readLine())) }
        let first = try Program.run(["log", "dump", "--format", "json"], in: store).lines.count
        for position in 1...first { #expect(try shown() == position) }
        let writer = try RunningProgram(in: store)
        writer.write(Self.register(1) + Self.register(2))
        #expect(try shown() == first + 1)
        #expect(try shown() == first + 2)
        _ = try writer.finish()
        #expect(try Program.run(["log", "seal"], in: store).exitCode == 0)
        #expect(try Program.run(["apply", "2", "2"], in: store).exitCode == 0)
        // Under FIRST_COME an application is approved at once: two events.
        #expect(try shown() == first + 3)
        #expect(try shown() == first + 4)
        tail.send(SIGINT)
        #expect(tail.readLine() == nil)
        let (exitCode, error) = try tail.wait()
        // It only read: nothing of it was acknowledged.
        #expect(exitCode == 130 && error == "enroll: interrupted\n", "\(error)")
    }

    private func position(of line: String) throws -> Int {
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        return try #require(object?["position"] as? Int)
    }
}
