// Runs the built program the way a shell does.

import ChildProcesses
import Foundation
import Testing

/// The program beside the test bundle.
enum Program {
    /// What a run left behind.
    struct Outcome {
        let exitCode: Int32
        let output: String
        let error: String

        var lines: [Substring] { output.split(separator: "\n") }
        var errorLines: [Substring] { error.split(separator: "\n") }
    }

    static let path: String = {
        // On Linux the bundle is the running file itself; elsewhere its resources lie beside the products.
        let running = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        return running.deletingLastPathComponent().appendingPathComponent("enroll").path
    }()

    /// Runs to the end, with `input` as standard input.
    static func run(
        _ arguments: [String], in store: TemporaryStore? = nil, input: String = "",
        environment: [String: String] = [:]
    ) throws -> Outcome {
        let files = try TemporaryDirectory()
        let inputPath = files.path + "/input"
        try Data(input.utf8).write(to: URL(fileURLWithPath: inputPath))
        // Files instead of pipes: no reader is needed for the program not to wait.
        let process = try start(
            arguments, in: store, environment: environment, input: .file(inputPath),
            output: .file(files.path + "/output"), error: .file(files.path + "/error"))
        return Outcome(
            exitCode: process.exitCode(), output: try files.text("output"), error: try files.text("error"))
    }

    /// Where the program counts the regions that it runs, while those of the tests are counted: beside them, in four
    /// files that all its processes share.
    private static let counters: String? = ProcessInfo.processInfo.environment["LLVM_PROFILE_FILE"].map { ours in
        URL(fileURLWithPath: ours).deletingLastPathComponent().appendingPathComponent("enroll-%4m.profraw").path
    }

    /// Starts it with an environment that does not depend on the machine.
    static func start(
        _ arguments: [String], in store: TemporaryStore? = nil, environment: [String: String] = [:],
        input: ProcessStream = .pipe, output: ProcessStream = .pipe, error: ProcessStream = .inherited
    ) throws -> ChildProcess {
        var variables = [
            "COLUMNS": "100", "ENROLL_CLOCK": "2027-01-04T09:00:00Z", "LANG": "C.UTF-8", "PATH": "/usr/bin",
        ]
        if let store { variables["ENROLL_STORE"] = store.path }
        if let counters { variables["LLVM_PROFILE_FILE"] = counters }
        variables.merge(environment) { $1 }
        return try ChildProcess(
            [path] + arguments, environment: variables, input: input, output: output, error: error)
    }
}

extension ChildProcess {
    /// Waits for its end; -1 and an issue where no exit code was given.
    func exitCode() -> Int32 {
        let ending = wait(until: .afterSeconds(600))
        guard case .exited(let code) = ending else {
            Issue.record("the program did not exit: \(ending)")
            return -1
        }
        return code
    }
}

/// A directory that goes away with its owner.
final class TemporaryDirectory {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "enroll-tests-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch { Issue.record(error) }
    }

    func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)), as: UTF8.self)
    }
}

/// A store in a directory of its own.
final class TemporaryStore {
    private let directory: TemporaryDirectory
    var path: String { directory.path + "/store" }

    init() throws { directory = try TemporaryDirectory() }

    /// A store with a published course of two terms, and three students: 2, 3 and 4.
    ///
    /// Term 1 has one seat under APPROVAL, term 2 a hundred thousand under FIRST_COME.
    static func furnished(personalData: String = "sealed") throws -> TemporaryStore {
        let store = try TemporaryStore()
        try #require(try Program.run(["init", "--personal-data", personalData], in: store).exitCode == 0)
        let students = (2...4).map {
            #"{"actor":"system","command":"RegisterUser","email":"s\#($0)@x.org","name":"S\#($0)","role":"STUDENT"}"#
        }
        let commands =
            [
                #"{"actor":"system","command":"RegisterUser","email":"t@x.org","name":"T","role":"INSTRUCTOR"}"#
            ] + students + [
                #"{"actor":"system","command":"CreateCourse","title":"Logic","instructor":1,"sourceID":"LOG"}"#,
                #"{"actor":"system","command":"PublishCourse","course":1}"#,
                #"{"actor":"system","command":"ScheduleTerm","course":1,"termNumber":1,"startDate":"2027-03-02","#
                    + #""endDate":"2027-06-20","capacity":1,"sourceID":"LOG-1"}"#,
                #"{"actor":"system","command":"ScheduleTerm","course":1,"termNumber":2,"startDate":"2027-03-02","#
                    + #""endDate":"2027-06-20","capacity":100000,"admission":"FIRST_COME"}"#,
            ]
        let outcome = try Program.run(
            ["submit", "-"], in: store, input: commands.joined(separator: "\n"))
        try #require(outcome.exitCode == 0, "\(outcome)")
        return store
    }

    /// Every file's path, length and time of change, to see that nothing was touched.
    func fingerprint() throws -> [String] {
        let files = FileManager.default.subpaths(atPath: path) ?? []
        return try files.sorted().map { name in
            let attributes = try FileManager.default.attributesOfItem(atPath: path + "/" + name)
            let changed = attributes[.modificationDate] as? Date
            return "\(name) \(attributes[.size] ?? 0) \(changed?.timeIntervalSince1970 ?? 0)"
        }
    }
}
