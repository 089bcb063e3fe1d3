// The few functions of the C library that the race needs, so that nothing else imports it for them.

internal import Glibc

/// The natural logarithm.
func logarithm(_ value: Double) -> Double { log(value) }

/// Nanoseconds of the machine's own clock, which all processes share and nobody sets.
public func monotonicNanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// How often ten is a factor of a positive number.
func decades(of value: Double) -> Double { log10(value) }

/// Ten, so many times, as far as an integer reaches.
func power(ofTen exponent: Int) -> Int64 {
    (0..<min(18, max(0, exponent))).reduce(1) { value, _ in value * 10 }
}
