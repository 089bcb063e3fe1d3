// What the callers of a race were told, and how long they waited: one slot an attempt, so that none waits for another.

import Enrollment
import EnrollmentEngine
import Synchronization

/// An answer to an application.
enum Answer: UInt8 {
    case none, accepted, full, failed

    init(_ error: any Error) {
        guard let error = error as? ExecutionError, error.code == .termFull else {
            self = .failed
            return
        }
        self = .full
    }

    init(_ result: Swift.Result<Receipt, ExecutionError>) {
        switch result {
        case .success: self = .accepted
        case .failure(let error): self = Answer(error)
        }
    }
}

/// Hands out attempts, and keeps their answers.
final class Answers: Sendable {
    private let capacity: Int
    private let deadline: Int64
    private let drawn = Atomic(0)
    // An attempt is handed out once, so that no slot has two writers; all are read after all tasks have ended.
    nonisolated(unsafe) private let kinds: UnsafeMutablePointer<UInt8>
    // For the same reason: one writer a slot, read when all have ended.
    nonisolated(unsafe) private let nanoseconds: UnsafeMutablePointer<UInt64>

    init(capacity: Int, seconds: Double) {
        self.capacity = capacity
        deadline = monotonicNanoseconds() + Int64(seconds * 1e9)
        kinds = .allocate(capacity: capacity)
        kinds.initialize(repeating: 0, count: capacity)
        nanoseconds = .allocate(capacity: capacity)
        nanoseconds.initialize(repeating: 0, count: capacity)
    }

    deinit {
        kinds.deallocate()
        nanoseconds.deallocate()
    }

    /// The next attempt and the time now, while there is one and time is left.
    func next() -> (attempt: Int, begin: Int64)? { next(1).map { ($0.attempts.lowerBound, $0.begin) } }

    /// The next attempts, that many at most, and the time now.
    func next(_ count: Int) -> (attempts: Range<Int>, begin: Int64)? {
        let now = monotonicNanoseconds()
        guard now < deadline else { return nil }
        let first = drawn.wrappingAdd(count, ordering: .relaxed).oldValue
        return first < capacity ? (first..<min(capacity, first + count), now) : nil
    }

    func note(_ attempt: Int, _ answer: Answer, nanoseconds took: Int64) {
        kinds[attempt] = answer.rawValue
        nanoseconds[attempt] = UInt64(max(0, took))
    }

    func result() -> Race.Result {
        var result = Race.Result()
        for attempt in 0..<capacity {
            guard let answer = Answer(rawValue: kinds[attempt]), answer != .none else { continue }
            result.attempts += 1
            result.accepted += answer == .accepted ? 1 : 0
            result.full += answer == .full ? 1 : 0
            result.failed += answer == .failed ? 1 : 0
            _ = result.latencies.record(min(nanoseconds[attempt], 60_000_000_000))
        }
        return result
    }
}
