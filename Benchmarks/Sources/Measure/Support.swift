// Time and failures: what every measurement needs.

import Foundation
import Glibc

struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

extension Duration {
    var microseconds: Double { Double(components.seconds) * 1e6 + Double(components.attoseconds) / 1e12 }
    var seconds: Double { microseconds / 1e6 }
}

/// Nanoseconds of the clock that the peers' harness reads too.
///
/// A race reads it twice a command; `ContinuousClock`, with its durations of 128 bits, takes a tenth of a microsecond.
func monotonicNanoseconds() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
}

/// The median, with the lowest and the highest.
func spread(_ values: [Double]?, _ digits: Int) -> String {
    let sorted = (values ?? []).sorted()
    guard let low = sorted.first, let high = sorted.last else { return "–" }
    func text(_ value: Double) -> String { String(format: "%.\(digits)f", value) }
    return "\(text(sorted[sorted.count / 2])) (\(text(low)) … \(text(high)))"
}

/// The options of a suite: `--scratch DIR`, which is needed, and numbers from 1, which have their defaults.
struct SuiteOptions {
    private(set) var scratch = ""
    private(set) var numbers: [String: Int]

    init(_ arguments: [String], numbers defaults: [String: Int]) throws {
        numbers = defaults
        var rest = arguments[...]
        while let name = rest.popFirst() {
            guard let value = rest.popFirst() else { throw Failure("\(name) needs a value") }
            if name == "--scratch" {
                scratch = value
                continue
            }
            guard numbers[name] != nil else { throw Failure("unknown option \(name)") }
            guard let number = Int(value), number >= 1 else { throw Failure("\(name) needs a number from 1") }
            numbers[name] = number
        }
        if scratch.isEmpty { throw Failure("--scratch is needed") }
    }

    /// A number that has a default.
    func number(_ name: String) throws -> Int {
        guard let number = numbers[name] else { throw Failure("\(name) has no default") }
        return number
    }
}
