// Points in time on the monotonic clock: deadlines and durations.

import Glibc

/// A point in time.
package struct Moment: Comparable, Sendable {
    package let nanoseconds: Int64

    package static var now: Moment {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Moment(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    package static func < (left: Moment, right: Moment) -> Bool { left.nanoseconds < right.nanoseconds }

    package static func afterSeconds(_ seconds: Double) -> Moment {
        Moment(nanoseconds: now.nanoseconds + Int64(min(seconds, 1e9) * 1e9))
    }

    package static func afterMicroseconds(_ count: Int) -> Moment {
        Moment(nanoseconds: now.nanoseconds + Int64(count) * 1000)
    }

    package var secondsAgo: Double { Double(Moment.now.nanoseconds - nanoseconds) / 1e9 }
    package var nanosecondsLeft: Int64 { nanoseconds - Moment.now.nanoseconds }

    /// What is left in whole milliseconds, 0 for less than one, so that a caller who polls comes as near as a
    /// millisecond.
    package var millisecondsLeft: Int32 { Int32(clamping: max(0, nanosecondsLeft / 1_000_000)) }
}
