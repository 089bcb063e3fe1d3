// Faults that the kernel seems to report: strace answers system calls of a running process in its place.

import ChildProcesses
import Glibc

/// A fault in the Nth call of its kind of any thread.
struct SystemCallFault: CustomStringConvertible {
    var call: String
    /// As strace writes it: `error=EIO` or `signal=SIGKILL`.
    var effect: String
    var place: Int
    /// Whether all later calls get it too.
    var isSticky: Bool

    var description: String { "\(call):\(effect):when=\(place)\(isSticky ? "+" : "")" }
}

/// strace, attached to a process that waits.
final class Strace {
    /// What the tracing of one process found.
    struct Trace {
        /// The most calls that one thread made, by their name.
        var calls: [String: Int] = [:]
        /// How many were answered in the kernel's place.
        var injected = 0
        var killed = false
    }

    private let process: ChildProcess
    private let output: String

    /// Why it cannot be used here; `nil` where it can.
    static func obstacle() -> String? {
        guard isInstalled("strace") else { return "there is no strace" }
        do {
            let sleeper = try ChildProcess(["cat"])
            let scratch = try Scratch()
            let trace = try Strace(of: sleeper, calls: ["pwrite64"], fault: nil, into: scratch.path + "/probe")
            sleeper.closeInput()
            _ = sleeper.wait()
            _ = try trace.finish()
            return nil
        } catch {
            return "strace may not watch a process here: \(error)"
        }
    }

    /// Attaches; the process must make no call of interest before this returns.
    init(of watched: ChildProcess, calls: [String], fault: SystemCallFault?, into output: String) throws {
        self.output = output
        var arguments = [
            "strace", "-f", "-p", "\(watched.pid)", "-o", output, "-e", "trace=" + calls.joined(separator: ","),
        ]
        if let fault { arguments += ["-e", "inject=\(fault)"] }
        process = try ChildProcess(arguments, error: .joined)
        let line = process.readLine(until: .afterSeconds(20)) ?? "nothing"
        guard line.contains("attached") else { throw MachineError("strace said \(line)") }
    }

    /// Waits until the watched process has ended, and reads what was traced.
    func finish() throws -> Trace {
        process.closeInput()
        _ = process.remainingLines()
        _ = process.wait()
        var trace = Trace()
        var calls: [Substring: [Substring: Int]] = [:]
        for line in try TextFile.lines(of: output) {
            let words = line.split(separator: " ", maxSplits: 1)
            guard words.count == 2 else { continue }
            if let bracket = words[1].firstIndex(of: "("), !words[1].hasPrefix("<") {
                let name = words[1][..<bracket]
                calls[words[0], default: [:]][name, default: 0] += 1
                trace.calls[String(name)] = max(
                    trace.calls[String(name), default: 0], calls[words[0], default: [:]][name, default: 0])
            }
            if line.hasSuffix("(INJECTED)") { trace.injected += 1 }
            if line.contains("+++ killed by SIGKILL") { trace.killed = true }
        }
        return trace
    }
}
