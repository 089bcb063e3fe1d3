// A child process with pipes at both ends, killed by number and never by name.

import Glibc

/// How a process ended.
enum ProcessEnding: Equatable, Sendable {
    case exited(Int32)
    case signalled(Int32)
    /// It did not end in time, and was killed.
    case hung
}

/// A failure of the machine that a proof runs on, not of what it proves.
struct MachineError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    static func system(_ call: String, _ number: Int32 = errno) -> MachineError {
        MachineError("\(call): \(String(cString: strerror(number)))")
    }
}

/// A started program.
///
/// Only descriptors 0, 1 and 2 are handed on: whatever else is open here closes itself when the child starts.
final class ChildProcess {
    let pid: pid_t
    private var input: Int32
    private var output: Int32
    private var buffer: [UInt8] = []
    private var ending: ProcessEnding?

    /// Starts a program found on the PATH.
    ///
    /// Standard error goes where ours goes, unless `capturesError` sends it into the same pipe as the output.
    init(_ arguments: [String], capturesError: Bool = false) throws {
        let (inputEnd, input) = try Self.pipe()
        let (output, outputEnd) = try Self.pipe()
        // So much that a child under load does not wait for us; where the system refuses, it waits.
        _ = fcntl(output, Self.setPipeSize, 1 << 20)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, inputEnd, 0)
        posix_spawn_file_actions_adddup2(&actions, outputEnd, 1)
        if capturesError { posix_spawn_file_actions_adddup2(&actions, outputEnd, 2) }
        var words = arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var child: pid_t = 0
        let code = posix_spawnp(&child, words[0] ?? strdup(""), &actions, nil, &words, environ)
        close(inputEnd)
        close(outputEnd)
        self.input = input
        self.output = output
        pid = child
        guard code == 0 else {
            ending = .exited(127)
            throw MachineError.system("cannot start \(arguments.first ?? "")", code)
        }
    }

    deinit {
        if ending == nil {
            kill()
            _ = waitUntilDead()
        }
        if input >= 0 { close(input) }
        close(output)
    }

    /// Linux's number of the call that sets a pipe's capacity; its macro is hidden from Swift.
    private static let setPipeSize: Int32 = 1031

    private static func pipe() throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { throw MachineError.system("pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.write(input, bytes, bytes.count)
    }

    func closeInput() {
        if input >= 0 { close(input) }
        input = -1
    }

    /// The next whole line; `nil` at the end of the output, or when the deadline comes first.
    func readLine(until deadline: Moment) -> String? {
        while true {
            if let line = takeLine() { return line }
            guard readMore(until: deadline) else { return nil }
        }
    }

    /// The whole lines that have come until the deadline, which is always waited for unless the output ends.
    func lines(until deadline: Moment) -> [String] {
        while readMore(until: deadline) {}
        return takeLines()
    }

    /// All lines up to the end of the output, which a process that was killed has reached already.
    ///
    /// A last line without its end is left out: the child was killed in the middle of it.
    func remainingLines(until deadline: Moment = .afterSeconds(60)) -> [String] { lines(until: deadline) }

    func kill(_ signal: Int32 = SIGKILL) {
        if ending == nil { _ = Glibc.kill(pid, signal) }
    }

    /// Waits for the end; after the deadline of the output, kills.
    func wait(until deadline: Moment = .afterSeconds(60)) -> ProcessEnding {
        if let ending { return ending }
        var isDead = false
        while !isDead && Moment.now < deadline {
            isDead = isWaitable()
            // The end of the output comes first, so this turns a few times at most, unless the process hangs.
            if !isDead { usleep(200) }
        }
        if isDead { return waitUntilDead() }
        kill()
        _ = waitUntilDead()
        ending = .hung
        return .hung
    }

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
    static func run(_ arguments: [String]) throws -> String {
        let process = try ChildProcess(arguments, capturesError: true)
        process.closeInput()
        let text = process.remainingLines().joined(separator: "\n")
        let ending = process.wait()
        guard ending == .exited(0) else {
            throw MachineError("\(arguments.joined(separator: " ")): \(ending) \(text)")
        }
        return text
    }
}
