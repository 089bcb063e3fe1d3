// What the tests of imports share: real data where it is found, fixtures, independent counts, and runs of the program.

import ChildProcesses
import Foundation
import Testing

/// Real input, which is no part of the project.
enum RealData {
    /// Found through `ENROLL_DATA`, else as `../shared/data` beside the package.
    private static let folder: String = {
        if let path = ProcessInfo.processInfo.environment["ENROLL_DATA"], !path.isEmpty { return path }
        return Fixture.package.appendingPathComponent("../shared/data").standardized.path
    }()

    static let oulad = found("oulad/studentRegistration.csv") ? folder + "/oulad" : nil
    static let seats = found("ucsd-fall-2022/changes.csv") ? folder + "/ucsd-fall-2022/changes.csv" : nil

    /// With ENROLL_REQUIRE_DATA=1, as CI has it, the tests run and fail where the folder is there and a file is not;
    /// who has no such folder is told aloud that they do not run.
    private static func found(_ file: String) -> Bool {
        let isThere = FileManager.default.isReadableFile(atPath: folder + "/" + file)
        if !isThere {
            let isRequired = ProcessInfo.processInfo.environment["ENROLL_REQUIRE_DATA"] == "1"
            if isRequired && FileManager.default.fileExists(atPath: folder) { return true }
            let remark = "SKIPPED: no \(file) in \(folder); set ENROLL_DATA to the folder of the real data\n"
            FileHandle.standardError.write(Data(remark.utf8))
        }
        return isThere
    }
}

/// Files of the project.
enum Fixture {
    /// The package's folder, four above this file.
    static let package = (1...4).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }

    static func path(_ name: String) -> String { package.appendingPathComponent("Fixtures/" + name).path }
}

/// Counts by a Python script, from the files alone.
enum IndependentCounts {
    static let hasPython: Bool = {
        let isThere = (try? run(["-c", "pass"])) != nil
        if !isThere { FileHandle.standardError.write(Data("SKIPPED: independent counts need python3\n".utf8)) }
        return isThere
    }()

    static func of<Counts: Decodable>(_ script: String, _ arguments: [String], as type: Counts.Type) throws -> Counts {
        try JSONDecoder().decode(type, from: run([Fixture.path("checks/" + script)] + arguments))
    }

    private static func run(_ arguments: [String]) throws -> Data {
        let files = try TemporaryDirectory()
        let process = try ChildProcess(["python3", "-B"] + arguments, output: .file(files.path + "/output"))
        try #require(process.wait(until: .afterSeconds(600)) == .exited(0))
        return try Data(contentsOf: URL(fileURLWithPath: files.path + "/output"))
    }
}

/// What an import prints with `--format json`.
struct ImportCounts: Decodable, Equatable {
    let end: String
    let rows: Int
    let steps: Int
    let accepted: Int
    let refused: [String: Int]
    let replayed: Int
    let replayedRefusals: [String: Int]
    let present: Int
    let skipped: [String: Int]
    let invalid: Int
    let noted: Int
    let events: Int
    let position: Int
}

/// A row of `show terms --format json`.
struct ShownTerm: Decodable {
    let sourceID: String
    let capacity: Int
    let enrolledCount: Int
    let heldCount: Int
    let status: String
}

extension TemporaryStore {
    static func empty(timeZone: String = "UTC", personalData: String = "sealed") throws -> TemporaryStore {
        let store = try TemporaryStore()
        let words = ["init", "--time-zone", timeZone, "--personal-data", personalData]
        try #require(try Program.run(words, in: store).exitCode == 0)
        return store
    }

    /// Another store of the same identity; only while nothing is stored.
    func copied() throws -> TemporaryStore {
        let copy = try TemporaryStore()
        try FileManager.default.copyItem(atPath: path, toPath: copy.path)
        try FileManager.default.copyItem(atPath: path + ".key", toPath: copy.path + ".key")
        return copy
    }

    /// Runs `enroll import` and decodes its counts.
    func importing(_ words: [String], exitCode: Int32 = 0) throws -> ImportCounts {
        let outcome = try Program.run(["import"] + words + ["--format", "json"], in: self)
        try #require(outcome.exitCode == exitCode, "\(outcome.error.suffix(2000))")
        return try JSONDecoder().decode(ImportCounts.self, from: Data(outcome.output.utf8))
    }

    func terms() throws -> [String: ShownTerm] {
        let outcome = try Program.run(["show", "terms", "--format", "json"], in: self)
        let terms = try outcome.lines.map { try JSONDecoder().decode(ShownTerm.self, from: Data($0.utf8)) }
        return Dictionary(uniqueKeysWithValues: terms.map { ($0.sourceID, $0) })
    }

    /// Enrollments by term and status, and refusals by code: counted from what `show` prints.
    func rowCount(_ words: [String]) throws -> Int {
        try Program.run(["show"] + words + ["--format", "json"], in: self).lines.count
    }

    /// The bytes of the tables at a position, and the check that the live ones say the same.
    func tables(at position: Int) throws -> Data {
        let verified = try Program.run(["verify"], in: self)
        #expect(verified.exitCode == 0, "\(verified)")
        let file = path + "/../at-\(position)-\(UUID().uuidString).sqlite"
        let replayed = try Program.run(["replay", "--to", String(position), "--into", file], in: self)
        try #require(replayed.exitCode == 0, "\(replayed)")
        return try Data(contentsOf: URL(fileURLWithPath: file))
    }

    /// Bytes of the log so far.
    var logBytes: Int {
        let folder = path + "/log"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".log") }.reduce(0) { sum, name in
            let attributes = try? FileManager.default.attributesOfItem(atPath: folder + "/" + name)
            return sum + (attributes?[.size] as? Int ?? 0)
        }
    }

    /// Starts an import and sends it a signal once its log has so many bytes; false where it was done before that.
    func importing(_ words: [String], signalled signal: Int32, atLogBytes bytes: Int) throws -> Program.Outcome? {
        let files = try TemporaryDirectory()
        let process = try Program.start(
            ["import"] + words + ["--format", "json"], in: self, output: .file(files.path + "/output"),
            error: .file(files.path + "/error"))
        while process.isRunning && logBytes < bytes { sched_yield() }
        let isHit = process.isRunning
        if isHit { process.kill(signal) }
        let exitCode: Int32 =
            switch process.wait(until: .afterSeconds(600)) {
            case .exited(let code): code
            case .signalled(let number): number
            case .hung: -1
            }
        let outcome = Program.Outcome(
            exitCode: exitCode, output: try files.text("output"), error: try files.text("error"))
        return isHit ? outcome : nil
    }
}
