// A child process, started by posix_spawn and killed by number, never by name.
//
// Foundation's Process copies 256 bytes of each name that it finds in /proc/self/fd (its issue is pull request 5472
// of swift-corelibs-foundation), which crashes a process that has more than about 1,300 files open: as many as tests
// that run side by side have.

package import Glibc

/// How a process ended.
package enum ProcessEnding: Equatable, Sendable {
    case exited(Int32)
    case signalled(Int32)
    /// It did not end in time, and was killed.
    case hung
}

/// A failure of the machine that a proof runs on, not of what it proves.
package struct MachineError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }

    package static func system(_ call: String, _ number: Int32 = errno) -> MachineError {
        MachineError("\(call): \(String(cString: strerror(number)))")
    }
}

/// A started program.
///
/// Only descriptors 0, 1 and 2 are handed on: whatever else is open here closes itself when the child starts.
package final class ChildProcess {
    package let pid: pid_t
    private var input: Int32
    private var output: Int32
    private var buffer: [UInt8] = []
    private var ending: ProcessEnding?

    /// Starts a program found on the PATH, in our environment unless another is given.
    package init(
        _ arguments: [String], environment: [String: String]? = nil, input: ProcessStream = .pipe,
        output: ProcessStream = .pipe, error: ProcessStream = .inherited
    ) throws {
        var spawn = Spawn()
        try spawn.start(arguments, environment, input: input, output: output, error: error)
        (pid, self.input, self.output) = (spawn.pid, spawn.input, spawn.output)
    }

    deinit {
        if ending == nil {
            kill()
            _ = waitUntilDead()
        }
        if input >= 0 { close(input) }
        if output >= 0 { close(output) }
    }

    /// Writes all of the text, and waits for a reader that is slower; ends early where the child has ended.
    package func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(input, $0.baseAddress, $0.count) }
            if count == -1 && errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }

    package func closeInput() {
        if input >= 0 { close(input) }
        input = -1
    }

    /// The next whole line; `nil` at the end of the output, or when the deadline comes first.
    package func readLine(until deadline: Moment) -> String? {
        while true {
            if let line = takeLine() { return line }
            guard readMore(until: deadline) else { return nil }
        }
    }

    /// The whole lines that have come until the deadline, which is always waited for unless the output ends.
    package func lines(until deadline: Moment) -> [String] {
        while readMore(until: deadline) {}
        return takeLines()
    }

    /// All lines up to the end of the output, which a process that was killed has reached already.
    ///
    /// A last line without its end is left out: the child was killed in the middle of it.
    package func remainingLines(until deadline: Moment = .afterSeconds(600)) -> [String] { lines(until: deadline) }

    package func kill(_ signal: Int32 = SIGKILL) {
        if ending == nil { _ = Glibc.kill(pid, signal) }
    }

    /// Waits for the end; after the deadline of the output, kills.
    package func wait(until deadline: Moment = .afterSeconds(600)) -> ProcessEnding {
        if let ending { return ending }
        var isDead = false
        // After the end of its output a process ends soon; one whose output goes elsewhere may take its time.
        var pause: UInt32 = 100
        while !isDead && Moment.now < deadline {
            isDead = isWaitable()
            // A sleep between looks, since waitid(2) takes no time limit, and a signal handler would be the whole
            // process's, which all tests share.
            if !isDead { usleep(pause) }
            pause = min(pause * 2, 10_000)
        }
        if isDead { return waitUntilDead() }
        kill()
        _ = waitUntilDead()
        ending = .hung
        return .hung
    }

    /// Whether it has not ended; a look and no wait.
    package var isRunning: Bool { ending == nil && !isWaitable() }

    private func isWaitable() -> Bool {
        var information = siginfo_t()
        let code = waitid(P_PID, id_t(pid), &information, WEXITED | WNOHANG | WNOWAIT)
        return code == 0 && information.si_signo == SIGCHLD
    }

    private func waitUntilDead() -> ProcessEnding {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) == -1 && errno == EINTR {}
        let signal = status & 0x7F
        let result: ProcessEnding = signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
        ending = result
        return result
    }

    private func takeLine() -> String? {
        guard let end = buffer.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let line = String(decoding: buffer[..<end], as: UTF8.self)
        buffer.removeSubrange(...end)
        return line
    }

    private func takeLines() -> [String] {
        guard let end = buffer.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        let lines = buffer[..<end].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        buffer.removeSubrange(...end)
        return lines
    }

    /// Waits for output; false at its end and when the deadline comes first.
    private func readMore(until deadline: Moment) -> Bool {
        while true {
            var entry = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            let ready = poll(&entry, 1, deadline.millisecondsLeft)
            if ready == -1 && errno == EINTR { continue }
            guard ready > 0 else {
                if deadline.nanosecondsLeft > 0 { continue }
                return false
            }
            var chunk = [UInt8](repeating: 0, count: 64 << 10)
            let count = read(output, &chunk, chunk.count)
            if count == -1 && errno == EINTR { continue }
            guard count > 0 else { return false }
            buffer.append(contentsOf: chunk[..<count])
            return true
        }
    }

    /// Runs a program to its end.
    @discardableResult
    package static func run(_ arguments: [String]) throws -> String {
        let process = try ChildProcess(arguments, error: .joined)
        process.closeInput()
        let text = process.remainingLines().joined(separator: "\n")
        let ending = process.wait()
        guard ending == .exited(0) else {
            throw MachineError("\(arguments.joined(separator: " ")): \(ending) \(text)")
        }
        return text
    }
}
