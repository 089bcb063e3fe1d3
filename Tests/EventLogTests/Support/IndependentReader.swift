// The reader of logs that shares nothing with the program: Fixtures/checks/read_log.py.

import ChildProcesses
import Foundation
import Testing

enum IndependentReader {
    /// Where CI has no Python that is a failure; elsewhere it is said aloud.
    static let isWanted: Bool = {
        if (try? run(["-c", "pass"]))?.status == 0 { return true }
        FileHandle.standardError.write(Data("SKIPPED: the independent reader of logs needs python3\n".utf8))
        return ProcessInfo.processInfo.environment["CI"] == "true"
    }()

    private static let script = (1...4)
        .reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }
        .appendingPathComponent("Fixtures/checks/read_log.py").path

    /// What it finds in a log that must be sound.
    static func contents(of log: String) throws -> LogContents {
        let result = try read(log)
        try #require(result.status == 0, "\(result.errors)")
        let words = result.output.split(whereSeparator: \.isWhitespace)
        try #require(words.count == 6 && words[0] == "records" && words[2] == "last" && words[4] == "digest")
        var contents = LogContents()
        contents.records = try #require(Int(words[1]))
        contents.lastPosition = try #require(Int64(words[3]))
        contents.digest = String(words[5])
        return contents
    }

    /// Runs it on a log, sound or not.
    static func read(_ log: String, _ options: [String] = []) throws -> (status: Int32, output: String, errors: String)
    {
        try run([script] + options + [log])
    }

    private static func run(_ arguments: [String]) throws -> (status: Int32, output: String, errors: String) {
        let files = try TemporaryDirectory()
        let paths = ["output", "errors"].map { files.path + "/" + $0 }
        let process = try ChildProcess(
            ["python3", "-B"] + arguments, output: .file(paths[0]), error: .file(paths[1]))
        guard case .exited(let status) = process.wait(until: .afterSeconds(600)) else {
            throw MachineError("the reader was killed")
        }
        let texts = try paths.map { String(decoding: try Data(contentsOf: URL(fileURLWithPath: $0)), as: UTF8.self) }
        return (status, texts[0], texts[1])
    }
}
