// Runs the program as a child and learns how long it took and how much memory it had at most.

import Foundation
import Glibc

struct Child {
    var seconds: Double
    var peakMebibytes: Double

    /// Runs a program to its end, its output thrown away (/dev/null); a failure is an error.
    static func run(_ arguments: [String]) throws -> Child {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var pointers = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var child = pid_t()
        let start = ContinuousClock.now
        guard posix_spawn(&child, arguments[0], &actions, nil, &pointers, environ) == 0 else {
            throw Failure("cannot run \(arguments[0])")
        }
        // The kernel's own maximum would count the memory of this process too, from before the child's exec.
        var peakKibibytes = 0.0
        var status: Int32 = 0
        while waitpid(child, &status, WNOHANG) == 0 {
            peakKibibytes = max(peakKibibytes, highWaterMark(of: child))
            // A figure is lost when the process ends, so it is asked for again and again.
            usleep(2000)
        }
        guard status == 0 else { throw Failure("\(arguments.joined(separator: " ")) ended with status \(status)") }
        let seconds = (ContinuousClock.now - start).seconds
        return Child(seconds: seconds, peakMebibytes: peakKibibytes / 1024)
    }

    /// `VmHWM` of a running process in KiB, 0 where it is gone.
    private static func highWaterMark(of child: pid_t) -> Double {
        guard let text = try? String(contentsOfFile: "/proc/\(child)/status", encoding: .utf8) else { return 0 }
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line.flatMap { Double($0.split(separator: " ").dropLast().last ?? "") } ?? 0
    }
}
