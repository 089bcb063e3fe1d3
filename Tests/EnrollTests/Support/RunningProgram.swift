// A program that is still running: a submit that holds the store's lock and answers line by line, or a tail.

import Foundation
import Testing

/// A running program, `enroll submit -` unless told otherwise, with a hand on both of its ends.
final class RunningProgram {
    let process: Process
    private let input = Pipe()
    private let output = Pipe()
    private let error = Pipe()
    private var buffer = Data()

    init(_ arguments: [String] = ["submit", "-", "--format", "json"], in store: TemporaryStore) throws {
        process = Program.process(arguments, in: store)
        process.standardInput = input
        process.standardOutput = output
        process.standardError = error
        try process.run()
    }

    func write(_ lines: String) throws { try input.fileHandleForWriting.write(contentsOf: Data(lines.utf8)) }

    /// The next whole result line; nil at the end.
    func readLine() -> String? {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: buffer[buffer.startIndex..<end], as: UTF8.self)
                buffer = Data(buffer[(end + 1)...])
                return line
            }
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { return nil }
            buffer.append(more)
        }
    }

    /// Ends the input, and gives the exit code and the words on standard error.
    func finish() throws -> (exitCode: Int32, error: String) {
        try input.fileHandleForWriting.close()
        while readLine() != nil {}
        return wait()
    }

    func wait() -> (exitCode: Int32, error: String) {
        let text = String(decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationReason == .exit ? process.terminationStatus : -1, text)
    }
}
