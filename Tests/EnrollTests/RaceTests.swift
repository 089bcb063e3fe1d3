// Races by the program: with its process killed in between, and what it answers to those who start it wrongly.

import ChildProcesses
import Foundation
import Testing

@Suite struct `enroll race` {
    private func figures(_ outcome: Program.Outcome) throws -> [String: Any] {
        let line = try #require(outcome.lines.first, "\(outcome)")
        return try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    @Test(arguments: [
        "--racers 3000 --seats 100 --clients 64 --kill 4 --seed 1",
        "--racers 2000 --seats 200 --clients 32 --kill 3 --seed 2 --terms 3 --mix cancel=30,again=9,capacity=5,read=9",
        "--racers 2000 --seats 200 --clients 32 --kill 3 --seed 3 --admission APPROVAL --mix approve=50,cancel=20",
        "--racers 2000 --seats 100 --clients 32 --kill 3 --seed 4 --refusals transient --rate 20000",
    ])
    func `loses nothing and sells nothing twice while its process is killed`(_ words: String) throws {
        let outcome = try Program.run(
            ["race", "--format", "json"] + words.split(separator: " ").map(String.init))
        let figures = try figures(outcome)
        #expect(outcome.exitCode == 0, "\(outcome)")
        #expect(figures["sound"] as? Bool == true)
        for name in ["oversold", "duplicates", "lost"] { #expect(figures[name] as? Int == 0, "\(name)") }
        #expect((figures["kills"] as? Int ?? 0) >= 2, "\(outcome.output)")
        #expect((figures["attempts"] as? Int ?? 0) >= 2000)
        #expect(figures["logVerified"] as? Bool == true && figures["tablesAgree"] as? Bool == true)
    }

    @Test func `keeps a store that can be verified where it is asked to, and writes its page`() throws {
        let directory = try TemporaryDirectory()
        let kept = directory.path + "/kept"
        let page = directory.path + "/race.html"
        let words = ["race", "--racers", "300", "--seats", "20", "--keep", kept, "--report", page]
        let outcome = try Program.run(words)
        #expect(outcome.exitCode == 0, "\(outcome)")
        #expect(outcome.lines.last == "sound")
        #expect(try Program.run(["verify", "--deep", "--store", kept + "/store"]).exitCode == 0)
        #expect(try directory.text("race.html").contains("No seat was sold twice"))
        let again = try Program.run(words)
        #expect(again.exitCode == 2 && again.errorLines.count == 1, "\(again)")
        #expect(again.error.contains("could not make the directory"))
    }

    @Test func `leaves nothing behind where it was not asked to`() throws {
        let directory = try TemporaryDirectory()
        let outcome = try Program.run(
            ["race", "--racers", "300", "--seats", "20", "--kill", "1"], environment: ["TMPDIR": directory.path])
        #expect(outcome.exitCode == 0, "\(outcome)")
        let left = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        #expect(left == [], "\(left)")
    }

    @Test(arguments: [
        ("--clients 5000", "--clients is 5000; it must be 1 to 4096"), ("--racers 10000001", "--racers is 10000001"),
        ("--mix sleep=3", "is invalid for '--mix <list>'"), ("--mix cancel", "is invalid for '--mix <list>'"),
        ("--admission SELECTION", "is no race"), ("--rate 0", "--rate is 0"), ("--kill -1", "--kill"),
        ("--seconds 0", "--seconds is 0"), ("--seats none", "is invalid for '--seats <count>'"),
    ])
    func `says what is wrong with its options`(_ words: String, _ says: String) throws {
        let outcome = try Program.run(["race"] + words.split(separator: " ").map(String.init))
        #expect(outcome.exitCode == 64, "\(outcome)")
        #expect(outcome.errorLines.count == 1 && outcome.error.contains(says), "\(outcome.error)")
    }
}
