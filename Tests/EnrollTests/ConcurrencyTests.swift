// Several programs on one store, and a program that is told to stop.

import ChildProcesses
import Foundation
import Testing

@Suite struct `While one program writes` {
    private static let register =
        #"{"actor":"system","command":"RegisterUser","email":"w@x.org","name":"W","role":"USER"}"#

    @Test func `others read but cannot write`() throws {
        let store = try TemporaryStore.furnished()
        let writer = try RunningProgram(in: store)
        writer.write(Self.register + "\n")
        #expect(writer.readLine()?.contains("accepted") == true)
        let files = try TemporaryDirectory()
        let readers = [
            "show users", "show terms", "show refusals", "status", "history user 5", "log list", "log stat",
            "log dump", "log verify", "verify", "replay --to 5 --into \(files.path)/t.sqlite",
        ]
        for words in readers {
            let outcome = try Program.run(words.split(separator: " ").map(String.init), in: store)
            #expect(outcome.exitCode == 0, "\(words): \(outcome)")
        }
        let locked = try Program.run(["apply", "2", "1"], in: store)
        #expect(locked.exitCode == 2)
        #expect(locked.error.contains("process \(writer.processID)"))
        #expect(locked.errorLines.count == 1)
        let rebuild = try Program.run(["rebuild"], in: store)
        #expect(rebuild.exitCode == 2)
        #expect(rebuild.error.contains("process \(writer.processID)"))
        #expect(try writer.finish().exitCode == 0)
        #expect(try Program.run(["apply", "2", "1"], in: store).exitCode == 0)
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `a request to stop keeps what was acknowledged`(_ signal: Int32) throws {
        let store = try TemporaryStore.furnished()
        let writer = try RunningProgram(in: store)
        let lines = (0..<300).map {
            #"{"actor":"system","command":"RegisterUser","email":"i\#($0)@x.org","name":"I","role":"USER"}"# + "\n"
        }
        // The input stays open, so the program can only end because it was asked to.
        writer.write(lines.joined())
        var positions: [Int] = []
        while positions.count < 100, let line = writer.readLine() { positions.append(try position(of: line)) }
        writer.send(signal)
        while let line = writer.readLine() { positions.append(try position(of: line)) }
        let (exitCode, error) = try writer.wait()
        #expect(exitCode == 130)
        #expect(error == "enroll: interrupted; what was acknowledged before is stored\n")
        let last = try #require(positions.last)
        let dump = try Program.run(["log", "dump", "--format", "json"], in: store)
        #expect(dump.lines.count >= last)
        #expect(try Program.run(["show", "users", "--format", "json"], in: store).lines.count == 4 + positions.count)
        #expect(try Program.run(["verify"], in: store).exitCode == 0)
    }

    @Test func `a reader that goes away ends the program without a word`() throws {
        let store = try TemporaryStore.furnished()
        let files = try TemporaryDirectory()
        let process = try Program.start(
            ["log", "dump", "--format", "json"], in: store, output: .abandoned, error: .file(files.path + "/error"))
        #expect(process.exitCode() == 141)
        #expect(try files.text("error").isEmpty)
    }

    private func position(of line: String) throws -> Int {
        let match = try #require(line.firstMatch(of: /"outcome":"accepted","position":(\d+)/))
        return try #require(Int(match.1))
    }
}
