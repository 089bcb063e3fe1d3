// The program's exports: what they print, what stock tools make of them, and what is left when they are stopped.

import ChildProcesses
import Foundation
import Testing

@Suite struct `The command export` {
    private static let formats = ["ocel", "cloudevents", "csv"]

    private func university() throws -> TemporaryStore {
        let store = try TemporaryStore.empty(timeZone: "Asia/Seoul")
        _ = try store.importing(["csv", Fixture.path("university")])
        return store
    }

    /// Runs `sha256sum -c` in a folder; its exit code.
    private func checkSums(_ folder: String) throws -> ProcessEnding {
        let process = try ChildProcess(
            ["sh", "-c", "cd \"$1\" && exec sha256sum --check --strict --quiet SHA256SUMS", "sh", folder],
            output: .file("/dev/null"), error: .file("/dev/null"))
        return process.wait(until: .afterSeconds(600))
    }

    @Test(arguments: formats)
    func `makes a folder that sha256sum checks, and changes nothing else`(_ format: String) throws {
        let store = try university()
        let before = try store.fingerprint()
        let files = try TemporaryDirectory()
        let folder = files.path + "/out"
        let outcome = try Program.run(["export", format, "--into", folder], in: store)
        #expect(outcome.exitCode == 0 && outcome.error == "", "\(outcome)")
        #expect(outcome.output.contains("2976, positions 1 to 2976"))
        #expect(outcome.output.contains("personal data  left out"))
        #expect(try store.fingerprint() == before)
        #expect(try checkSums(folder) == .exited(0))
        let name = try #require(["ocel": "ocel.sqlite", "cloudevents": "events.jsonl", "csv": "users.csv"][format])
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: folder + "/" + name))
        try file.seek(toOffset: 1000)
        try file.write(contentsOf: Data([0x7E]))
        try file.close()
        #expect(try checkSums(folder) == .exited(1))
        let again = try Program.run(["export", format, "--into", folder], in: store)
        #expect(again.exitCode == 2 && again.error.contains("is there already, and is not written over"))
    }

    @Test func `goes on behind what was exported before`() throws {
        let store = try university()
        let files = try TemporaryDirectory()
        func lines(_ name: String, _ words: [String]) throws -> [Substring] {
            let outcome = try Program.run(
                ["export", "cloudevents", "--into", "\(files.path)/\(name)"] + words, in: store)
            try #require(outcome.exitCode == 0, "\(outcome)")
            return try files.text(name + "/events.jsonl").split(separator: "\n")
        }
        let whole = try lines("whole", [])
        #expect(try lines("first", ["--to", "1000"]) + lines("second", ["--from", "1001"]) == whole)
        // All was recorded at the one instant of the tests' clock: a time before it has nothing, one after it all.
        #expect(try lines("early", ["--at", "2027-01-04T17:59:59"]) == [])
        #expect(try lines("late", ["--at", "2027-01-04T18:00:00"]) == whole)
    }

    @Test func `prints the manifest as JSON, and gives personal data where asked`() throws {
        struct Printed: Decodable {
            struct File: Decodable {
                let name: String
                let rows: Int?
            }
            let export: String
            let firstPosition: Int
            let events: Int
            let personalData: Bool
            let files: [File]
        }
        let store = try university()
        let files = try TemporaryDirectory()
        let words = ["export", "csv", "--from", "2", "--personal", "--byte-order-mark", "--format", "json"]
        let outcome = try Program.run(words + ["--into", files.path + "/out"], in: store)
        #expect(outcome.exitCode == 0 && outcome.lines.count == 1, "\(outcome)")
        let printed = try JSONDecoder().decode(Printed.self, from: Data(outcome.output.utf8))
        #expect(printed.export == "csv" && printed.firstPosition == 2 && printed.events == 2975)
        #expect(printed.personalData)
        let rows = Dictionary(uniqueKeysWithValues: printed.files.map { ($0.name, $0.rows) })
        #expect(
            rows == [
                "events.csv": 2975, "users.csv": 600, "courses.csv": 12, "course_terms.csv": 30,
                "enrollments.csv": 751, "refusals.csv": 660,
            ])
        #expect(try files.text("out/users.csv").hasPrefix("\u{FEFF}id,source_id,email,name,role,"))
    }

    @Test func `has one line for what makes no sense`() throws {
        let store = try TemporaryStore.furnished()
        let files = try TemporaryDirectory()
        let into = ["--into", files.path + "/out"]
        for (words, exitCode) in [
            (["ocel"], 64), (["ocel", "--to", "3", "--at", "2027-01-01"] + into, 64),
            (["csv", "--at", "yesterday"] + into, 64), (["ocel", "--byte-order-mark"] + into, 64),
            (["cloudevents", "--from", "10"] + into, 2), (["csv", "--to", "99"] + into, 2), (["xes"] + into, 64),
            (["ocel", "--into", files.path + "/no/out"], 2),
            (["csv", "--to", "9223372036854775807"] + into, 2), (["ocel", "--into", ""], 64),
            (["ocel", "--from", "0", "--to", "9223372036854775807"] + into, 2),
            (["cloudevents", "--from", "9223372036854775807"] + into, 2), (["csv", "--from", "0"] + into, 2),
            (["ocel", "--into", store.path + "/log/out"], 2), (["csv", "--into", store.path + "/out/"], 2),
        ] as [([String], Int32)] {
            let outcome = try Program.run(["export"] + words, in: store)
            #expect(outcome.exitCode == exitCode && outcome.output == "", "\(words): \(outcome)")
            #expect(outcome.errorLines.count == 1, "\(outcome.error)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: files.path) == [])
    }

    @Test(arguments: formats)
    func `leaves nothing behind when it is stopped`(_ format: String) throws {
        let store = try TemporaryStore.furnished()
        let command = #"{"actor":"system","command":"UpdateCourse","course":1,"description":"D"#
        let commands = (0..<30_000).map { command + "\($0)\"}" }
        try #require(
            try Program.run(["submit", "-"], in: store, input: commands.joined(separator: "\n")).exitCode == 0)
        let files = try TemporaryDirectory()
        let process = try Program.start(
            ["export", format, "--into", files.path + "/out"], in: store, output: .file(files.path + "/output"),
            error: .file(files.path + "/error"))
        // As soon as there is something to leave behind.
        while process.isRunning && !FileManager.default.fileExists(atPath: files.path + "/out.partial/") {
            sched_yield()
        }
        process.kill(SIGINT)
        #expect(process.wait(until: .afterSeconds(600)) == .exited(130))
        #expect(try files.text("error").hasPrefix("enroll: interrupted"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: files.path).sorted() == ["error", "output"])
    }
}
