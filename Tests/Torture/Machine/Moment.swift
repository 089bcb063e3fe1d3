// Points in time on the monotonic clock: deadlines and durations.

import Glibc

/// A point in time.
struct Moment: Comparable, Sendable {
    let nanoseconds: Int64

    static var now: Moment {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Moment(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    static func < (left: Moment, right: Moment) -> Bool { left.nanoseconds < right.nanoseconds }

    static func afterSeconds(_ seconds: Double) -> Moment {
        Moment(nanoseconds: now.nanoseconds + Int64(min(seconds, 1e9) * 1e9))
    }

    static func afterMicroseconds(_ count: Int) -> Moment {
        Moment(nanoseconds: now.nanoseconds + Int64(count) * 1000)
    }

    var secondsAgo: Double { Double(Moment.now.nanoseconds - nanoseconds) / 1e9 }
    var nanosecondsLeft: Int64 { nanoseconds - Moment.now.nanoseconds }

    /// What is left in whole milliseconds, 0 for less than one, so that a caller who polls comes as near as a
    /// millisecond.
    var millisecondsLeft: Int32 { Int32(clamping: max(0, nanosecondsLeft / 1_000_000)) }
}
