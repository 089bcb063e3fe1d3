// A program that is still running: a submit that holds the store's lock and answers line by line, or a tail.

import ChildProcesses
import Foundation

/// A running program, `enroll submit -` unless told otherwise, with a hand on both of its ends.
final class RunningProgram {
    private let process: ChildProcess
    private let files: TemporaryDirectory

    init(_ arguments: [String] = ["submit", "-", "--format", "json"], in store: TemporaryStore) throws {
        files = try TemporaryDirectory()
        process = try Program.start(arguments, in: store, error: .file(files.path + "/error"))
    }

    var processID: Int32 { process.pid }

    func write(_ lines: String) { process.write(lines) }

    /// The next whole result line; nil at the end.
    func readLine() -> String? { process.readLine(until: .afterSeconds(600)) }

    func send(_ signal: Int32) { process.kill(signal) }

    /// Ends the input, and gives the exit code and the words on standard error.
    func finish() throws -> (exitCode: Int32, error: String) {
        process.closeInput()
        while readLine() != nil {}
        return try wait()
    }

    func wait() throws -> (exitCode: Int32, error: String) { (process.exitCode(), try files.text("error")) }
}
