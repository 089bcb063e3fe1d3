// The start of a child process: its three streams, its environment, its signals.

import Glibc
import Synchronization

/// Where a stream of a child process comes from or goes.
package enum ProcessStream: Sendable {
    /// Where ours comes from or goes.
    case inherited
    /// The other end is ours; not for standard error.
    case pipe
    /// A pipe whose other end nobody holds any more; for standard output alone.
    case abandoned
    /// A file, which is made or cut to nothing for output.
    case file(String)
    /// Where the standard output goes; for standard error alone.
    case joined
}

/// A start by posix_spawn, and our ends of the pipes that it made.
struct Spawn {
    private(set) var pid: pid_t = 0
    /// What we write reaches the child's standard input; -1 where that is no pipe.
    private(set) var input: Int32 = -1
    /// What the child writes is read here; -1 where that is no pipe.
    private(set) var output: Int32 = -1

    /// A pipe is set to close itself in children only after it was made, and a child that starts in between would
    /// hold its end open: so one child starts at a time.
    private static let starting = Mutex(())

    mutating func start(
        _ arguments: [String], _ environment: [String: String]?, input: ProcessStream, output: ProcessStream,
        error: ProcessStream
    ) throws {
        self = try Self.starting.withLock { _ in
            var spawn = Spawn()
            try spawn.startAlone(arguments, environment, input, output, error)
            return spawn
        }
    }

    private mutating func startAlone(
        _ arguments: [String], _ environment: [String: String]?, _ input: ProcessStream, _ output: ProcessStream,
        _ error: ProcessStream
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        var theirs: [Int32] = []
        defer {
            posix_spawn_file_actions_destroy(&actions)
            for end in theirs { close(end) }
        }
        switch input {
        case .inherited, .joined, .abandoned: break
        case .file(let path): posix_spawn_file_actions_addopen(&actions, 0, path, O_RDONLY, 0)
        case .pipe:
            let (reading, writing) = try Self.pipe()
            posix_spawn_file_actions_adddup2(&actions, reading, 0)
            theirs.append(reading)
            self.input = writing
        }
        switch output {
        case .inherited, .joined: break
        case .file(let path): Self.addOutput(&actions, 1, path)
        case .abandoned:
            let (reading, writing) = try Self.pipe()
            close(reading)
            posix_spawn_file_actions_adddup2(&actions, writing, 1)
            theirs.append(writing)
        case .pipe:
            let (reading, writing) = try Self.pipe()
            // So much that a child under load does not wait for us; where the system refuses, it waits.
            _ = fcntl(reading, Self.setPipeSize, 1 << 20)
            posix_spawn_file_actions_adddup2(&actions, writing, 1)
            theirs.append(writing)
            self.output = reading
        }
        switch error {
        case .inherited, .pipe, .abandoned: break
        case .file(let path): Self.addOutput(&actions, 2, path)
        case .joined: posix_spawn_file_actions_adddup2(&actions, 1, 2)
        }
        try run(arguments, environment, &actions)
    }

    private mutating func run(
        _ arguments: [String], _ environment: [String: String]?, _ actions: inout posix_spawn_file_actions_t
    ) throws {
        // The child gets the signals as a shell would give them, whatever the runner of the tests ignores or blocks.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var words = arguments.map { strdup($0) } + [nil]
        var variables = (environment ?? [:]).map { strdup("\($0)=\($1)") } + [nil]
        defer { for word in words + variables { free(word) } }
        let code = variables.withUnsafeMutableBufferPointer { variables in
            posix_spawnp(
                &pid, arguments[0], &actions, &attributes, &words,
                environment == nil ? environ : variables.baseAddress)
        }
        guard code == 0 else {
            for end in [input, output] where end >= 0 { close(end) }
            throw MachineError.system("cannot start \(arguments.first ?? "")", code)
        }
    }

    private static func addOutput(_ actions: inout posix_spawn_file_actions_t, _ descriptor: Int32, _ path: String) {
        posix_spawn_file_actions_addopen(&actions, descriptor, path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    }

    /// Linux's number of the call that sets a pipe's capacity; its macro is hidden from Swift.
    private static let setPipeSize: Int32 = 1031

    private static func pipe() throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { throw MachineError.system("pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }
}
