// Runs the program as a child and learns how long it took and how much memory it had at most.

import Foundation
import Glibc

struct Child {
    var seconds: Double
    var peakMebibytes: Double

    /// Runs a program to its end, its output thrown away; a failure is an error.
    static func run(_ arguments: [String]) throws -> Child {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        var pointers = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var child = pid_t()
        let start = ContinuousClock.now
        guard posix_spawn(&child, arguments[0], &actions, nil, &pointers, environ) == 0 else {
            throw Failure("cannot run \(arguments[0])")
        }
        var status: Int32 = 0
        var usage = rusage()
        guard wait4(child, &status, 0, &usage) == child, status == 0 else {
            throw Failure("\(arguments.joined(separator: " ")) ended with status \(status)")
        }
        return Child(
            seconds: (ContinuousClock.now - start).seconds, peakMebibytes: Double(usage.ru_maxrss) / 1024)
    }
}
