// The race in a child process that is killed and started again; its history survives, since it is a shared file.

internal import EnrollmentTesting
internal import Glibc

/// A disk whose power a proof can cut: what was not synced is gone.
public protocol RaceDisk {
    /// Loses what no sync covers, as a power cut does.
    func cutPower() throws
    /// Called when nobody uses the disk any more.
    func restorePower() throws
}

/// Starts, kills and restarts the process that runs the race.
public struct KilledRace {
    /// One kill in so many hits a process that is still opening the store.
    private static let earlyKills = 5
    private static let longestOpeningMicroseconds = 30_000
    private static let pollMicroseconds: UInt32 = 100

    private let history: HistoryFile
    private let program: String
    private let arguments: [String]
    private let disk: (any RaceDisk)?

    /// A race whose process is `program`, with `arguments` after its name.
    ///
    /// Where a disk is given, which must not be the history's, each kill takes its power away too.
    public init(
        of program: String, _ arguments: [String], writing history: HistoryFile, on disk: (any RaceDisk)? = nil
    ) {
        self.program = program
        self.arguments = arguments
        self.history = history
        self.disk = disk
    }

    /// Runs to the end; gives the times of the kills.
    ///
    /// They come when so many visits were begun as the seed says, or at a random moment of an opening. There are fewer
    /// than asked for where the race was over first.
    ///
    /// - Throws: ``RaceError`` where the process cannot be started or fails by itself.
    public func run(while goesOn: () -> Bool) throws(RaceError) -> [Int64] {
        let parameters = history.workload.parameters
        var random = SplitMix64(seed: parameters.seed ^ 0x6B69_6C6C)
        // The last tenth is left alone, so that no kill comes too late.
        let most = max(1, history.workload.visitCount * 9 / 10)
        let moments = (0..<parameters.kills).map { _ in random.below(most) + 1 }.sorted()
        var kills: [Int64] = []
        for moment in moments {
            let child = try spawn()
            let isEarly = random.chance(1, in: Self.earlyKills)
            let patience = monotonicNanoseconds() + Int64(random.below(Self.longestOpeningMicroseconds)) * 1000
            var status: Int32?
            while status == nil && goesOn() {
                if isEarly ? monotonicNanoseconds() >= patience : history.begun >= moment { break }
                // A short sleep, since the count in the shared file wakes nobody.
                usleep(Self.pollMicroseconds)
                status = ended(child)
            }
            if let status {
                try check(status)
                return kills
            }
            try end(child)
            kills.append(monotonicNanoseconds())
            guard goesOn() else { return kills }
        }
        let child = try spawn()
        while true {
            if let status = ended(child) {
                try check(status)
                return kills
            }
            // The child hears of a stop through the file, and ends by itself.
            if !goesOn() { history.stop() }
            // A sleep between two looks, so that a stop is seen while the child still runs.
            usleep(Self.pollMicroseconds * 10)
        }
    }

    /// Kills the process, after its disk where it has one to lose, and waits until it is gone.
    private func end(_ child: pid_t) throws(RaceError) {
        do {
            defer {
                kill(child, SIGKILL)
                var ignored: Int32 = 0
                while waitpid(child, &ignored, 0) < 0 && errno == EINTR {}
            }
            try disk?.cutPower()
        } catch { throw RaceError("could not cut the power: \(error)") }
        do { try disk?.restorePower() } catch { throw RaceError("could not mount the disk again: \(error)") }
    }

    private func spawn() throws(RaceError) -> pid_t {
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var child = pid_t()
        let failure = posix_spawn(&child, program, nil, nil, &words, environ)
        guard failure == 0 else {
            throw RaceError("could not start \(program): \(String(cString: strerror(failure)))")
        }
        return child
    }

    /// The status of a process that has ended; nil while it runs.
    private func ended(_ child: pid_t) -> Int32? {
        var status: Int32 = 0
        return waitpid(child, &status, WNOHANG) == child ? status : nil
    }

    private func check(_ status: Int32) throws(RaceError) {
        guard status != 0 else { return }
        let how = status & 0x7F == 0 ? "with exit code \(status >> 8 & 0xFF)" : "by signal \(status & 0x7F)"
        throw RaceError("the process that ran the race ended \(how), without being killed by it")
    }
}

/// Ends this process soon after the one that started it is gone.
public func endWithParent() {
    let parent = getppid()
    Task.detached {
        while getppid() == parent { try await Task.sleep(for: .milliseconds(50)) }
        _exit(2)
    }
}
