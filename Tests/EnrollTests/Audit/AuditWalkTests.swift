// The audit of Documentation/audit.md and the questions of the README, command by command, on real input.

import ChildProcesses
import Foundation
import Testing

@Suite(
    .serialized, .enabled(if: RealData.oulad != nil, "needs the OULAD dataset in ENROLL_DATA"),
    .enabled(
        if: OutsideVerifiers.hasGo && OutsideVerifiers.hasPymerkle && OutsideVerifiers.hasOpenSSL
            && OutsideVerifiers.hasSQLite))
struct `The audit that is written down` {
    /// What is in the blocks of a page that a shell can run, above a heading.
    private func script(_ page: String, before heading: String) throws -> String {
        let text = try String(contentsOf: Fixture.package.appendingPathComponent(page), encoding: .utf8)
        let part = try #require(text.components(separatedBy: "\n\(heading)\n").first)
        let blocks = part.components(separatedBy: "```sh\n").dropFirst().compactMap {
            $0.components(separatedBy: "```").first
        }
        try #require(blocks.count >= 9)
        return blocks.joined(separator: "\n")
    }

    /// The commands of the README's table, without the marks around them.
    private func questions() throws -> [String] {
        let text = try String(contentsOf: Fixture.package.appendingPathComponent("README.md"), encoding: .utf8)
        let section = try #require(text.components(separatedBy: "\n### Eight questions, eight commands\n").last)
        return section.components(separatedBy: "\n").prefix { !$0.hasPrefix("#") }
            .compactMap { $0.components(separatedBy: " | `").dropFirst().first }
            .compactMap { $0.components(separatedBy: "` |").first }
    }

    /// Runs lines of shell in a folder from which the project's fixtures are seen.
    private func run(_ script: String, in folder: TemporaryDirectory) throws -> (code: ProcessEnding, says: String) {
        let environment = ProcessInfo.processInfo.environment
        let programs = URL(fileURLWithPath: Program.path).deletingLastPathComponent().path
        let process = try ChildProcess(
            ["bash", "-euo", "pipefail", "-c", "cd \"$FOLDER\"\n" + script],
            environment: environment.merging([
                "PATH": programs + ":" + (environment["PATH"] ?? "/usr/bin:/bin"), "OULAD": RealData.oulad ?? "",
                "KEYS": folder.path + "/keys", "PYMERKLE": OutsideVerifiers.pymerkle ?? "", "COLUMNS": "100",
                "FOLDER": folder.path, "GOCACHE": programs + "/go-cache", "ENROLL_STORE": "./spring",
            ]) { $1 },
            input: .file("/dev/null"), output: .file(folder.path + "/said"),
            error: .file(folder.path + "/complained"))
        let ending = process.wait(until: .afterSeconds(900))
        return (ending, try folder.text("said") + folder.text("complained"))
    }

    @Test func `does what it says, and answers every question`() throws {
        let folder = try TemporaryDirectory()
        let files = FileManager.default
        try files.createDirectory(atPath: folder.path + "/keys", withIntermediateDirectories: false)
        try files.createSymbolicLink(
            atPath: folder.path + "/Fixtures", withDestinationPath: Fixture.path("").trimmingSuffix("/"))
        let walk = try run(try script("Documentation/audit.md", before: "## The questions, one by one"), in: folder)
        #expect(walk.code == .exited(0), "\(walk.says.suffix(2_000))")
        for fact in [
            "kind             dossier\n", "verified\n", "TERM_FULL|6153\n", "17970", "decisions  96392 commands",
            "1 attestation as the log says, the last through position 96391\n",
        ] { #expect(walk.says.contains(fact), "\(fact)") }
        let report = try folder.text("report.html")
        #expect(report.contains("BBB/2013J") && report.hasSuffix("</html>\n"), "\(report.suffix(200))")

        let questions = try questions()
        #expect(questions.count == 8 && questions.allSatisfy { $0.hasPrefix("enroll ") }, "\(questions)")
        for name in ["report.html", "report"] { try files.removeItem(atPath: folder.path + "/" + name) }
        try files.copyItem(atPath: folder.path + "/last.checkpoint", toPath: folder.path + "/signed.checkpoint")
        try files.copyItem(atPath: folder.path + "/spring.pub", toPath: folder.path + "/oulad.pub")
        for (question, facts) in zip(questions, Self.facts) {
            let answer = try run(question, in: folder)
            #expect(answer.code == .exited(0), "\(question): \(answer.says.suffix(500))")
            for fact in facts { #expect(answer.says.contains(fact), "\(question): \(fact)") }
        }
        #expect(try folder.text("report/allocations.csv").split(separator: "\r\n").count == 26_441)
        #expect(try folder.text("report/refusals.csv").contains("3,TERM_FULL,412\r\n"))
        #expect(try folder.text("report.html").contains("BBB/2013J"))
    }

    /// What the answers to the eight questions say of this data set, each in its place.
    private static let facts = [
        ["39209 rows from 50000 events, as of position 50000"],
        ["28845  ", "EnrollmentApplied   enrollment=1 user=12736 term=11", "EnrollmentApproved  enrollment=1"],
        [
            "refused: TERM_FULL capacity=1602 taken=1602", "the same, by what it saw",
            "a seat is given only while fewer are taken than the capacity", "\n1602     54134  ",
        ],
        ["96392 commands, 6153 refusals among them, 96392 events, through position 96392", "sound\n"],
        ["96392 events in ", "61437 rows, as of position 96392", "signed up to position 96392", "sound\n"],
        ["compared  96392 events", "verified\n"],
        ["43 rows added, 0 removed, 23 changed from position 50000 to 50100\n"],
        ["  BBB/2013J  ", "  Module BBB  ", "more rows; --csv and --format json have them all"],
    ]

    @Test func `fails where the copy is not what was signed`() throws {
        let folder = try TemporaryDirectory()
        let walk = try script("Documentation/audit.md", before: "## The questions, one by one")
        // Another store in the place of the copy, of the small sample: its command ids are others, so its root is.
        let sample = "enroll import csv Fixtures/university"
        let other = walk.replacing("enroll import oulad \"$OULAD\"", with: sample).replacing("@AAA/2014J", with: "1")
            .replacing("enroll backup ./copy", with: "enroll init --store copy && \(sample) --store copy")
        try FileManager.default.createDirectory(atPath: folder.path + "/keys", withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/Fixtures", withDestinationPath: Fixture.path("").trimmingSuffix("/"))
        let outcome = try run(other, in: folder)
        #expect(outcome.code == .exited(1) && outcome.says.contains("verify_roots"), "\(outcome.says.suffix(2_000))")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/tables.sqlite"))
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}
