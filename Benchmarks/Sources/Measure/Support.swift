// Medians, durations, counters: what every measurement needs.

import Foundation
import Synchronization

struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Hands out numbers to many tasks.
final class Counter: Sendable {
    private let value = Atomic(0)

    func next(below end: Int) -> Int? {
        let next = value.wrappingAdd(1, ordering: .relaxed).oldValue
        return next < end ? next : nil
    }
}

extension Duration {
    var microseconds: Double { Double(components.seconds) * 1e6 + Double(components.attoseconds) / 1e12 }
    var seconds: Double { microseconds / 1e6 }
}

/// Figures of several runs of one thing.
struct Series {
    let name: String
    let unit: String
    var values: [Double] = []

    var median: Double { values.sorted()[values.count / 2] }

    /// One line for people.
    var line: String {
        let sorted = values.sorted()
        let spread = "\(number(sorted[0])) … \(number(sorted[sorted.count - 1]))"
        return "\(pad(name, 44)) \(pad(number(median), 14)) \(pad(unit, 14)) \(spread)"
    }
}

func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
}

func number(_ value: Double) -> String {
    value >= 100 ? String(format: "%.0f", value) : String(format: "%.2f", value)
}
