// The only source of time in a running engine, injected so that tests and reproducible runs choose their own.

internal import Glibc
internal import Synchronization

public import Enrollment

/// Tells the engine what time it is.
///
/// The engine never lets recorded time run back, whatever a clock says.
public protocol EngineClock: Sendable {
    /// The present instant; it may stand still or run back, recorded time does not.
    func now() -> Timestamp
}

/// The machine's clock.
public struct SystemClock: EngineClock {
    /// Makes a clock that asks the machine.
    public init() {}

    public func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }
}

/// A clock that stands still until it is told otherwise.
public final class ManualClock: EngineClock {
    private let time: Mutex<Timestamp>

    /// Makes a clock that stands at an instant.
    public init(_ start: Timestamp) { time = Mutex(start) }

    public func now() -> Timestamp { time.withLock { $0 } }

    /// Sets the clock, forward or back.
    public func set(_ now: Timestamp) { time.withLock { $0 = now } }

    /// Sets the clock so many microseconds forward.
    public func advance(byMicroseconds count: Int64) {
        time.withLock { $0 = Timestamp(microseconds: $0.rawValue + count) }
    }
}
