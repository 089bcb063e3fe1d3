// Who is served next, and when: at once as callers come back, or at times that were fixed in advance.

internal import Dispatch
internal import Glibc
internal import Synchronization

/// Hands visits to clients.
///
/// In the open loop a thread of its own waits for each arrival and wakes a client for it; where none is free the visit
/// waits in line, and its latency counts from its arrival all the same.
final class Pacer: Sendable {
    struct Arrival: Sendable {
        let visit: Int
        /// When it was meant to begin, where that was fixed in advance.
        let intended: Int64?
    }

    private struct State {
        var unfinished: ArraySlice<Int>
        /// Arrivals for which no client was free.
        var line: [Arrival] = []
        var lineStart = 0
        var idle: [UnsafeContinuation<Arrival?, Never>] = []
        var isOver = false
    }

    private let history: HistoryFile
    private let deadline: Int64
    private let start: Int64
    private let isPaced: Bool
    private let state: Mutex<State>

    init(_ history: HistoryFile, unfinished: [Int], start: Int64, deadline: Int64) {
        self.history = history
        self.deadline = deadline
        self.start = start
        isPaced = !history.workload.arrivals.isEmpty
        state = Mutex(State(unfinished: unfinished[...]))
        if isPaced { Thread.start { [self] in arrive() } }
    }

    /// The next visit; nil when there is none for this client any more.
    func next() async -> Arrival? {
        if let visit = state.withLock({ $0.unfinished.popFirst() }) { return Arrival(visit: visit, intended: nil) }
        guard isPaced else {
            guard monotonicNanoseconds() < deadline else { return nil }
            return history.beginNext().map { Arrival(visit: $0, intended: nil) }
        }
        return await withUnsafeContinuation { continuation in
            let (answer, isKnown): (Arrival?, Bool) = state.withLock { state in
                if state.lineStart < state.line.count {
                    defer { state.lineStart += 1 }
                    return (state.line[state.lineStart], true)
                }
                if state.isOver { return (nil, true) }
                state.idle.append(continuation)
                return (nil, false)
            }
            if isKnown { continuation.resume(returning: answer) }
        }
    }

    /// Lets everyone who waits go home.
    func stop() { history.workload.arrivals.isEmpty ? () : end() }

    private func end() {
        let idle = state.withLock { state in
            state.isOver = true
            defer { state.idle = [] }
            return state.idle
        }
        for client in idle { client.resume(returning: nil) }
    }

    /// The thread of the open loop.
    private func arrive() {
        let arrivals = history.workload.arrivals
        while true {
            // Only this thread takes new ones, so the next one's time is known before it is taken.
            let visit = history.begun
            guard visit < arrivals.count, !history.isStopped else { break }
            let time = start + arrivals[visit]
            guard time < deadline, wait(until: time), let visit = history.beginNext() else { break }
            let arrival = Arrival(visit: visit, intended: time)
            let client = state.withLock { state in
                let client = state.idle.popLast()
                if client == nil { state.line.append(arrival) }
                return client
            }
            client?.resume(returning: arrival)
        }
        end()
    }

    /// Waits for a time; false where the race was stopped meanwhile.
    private func wait(until time: Int64) -> Bool {
        while true {
            let now = monotonicNanoseconds()
            if now >= time { return !history.isStopped }
            if history.isStopped || state.withLock({ $0.isOver }) { return false }
            // In parts, so that a stop is seen.
            let part = min(time, now + 50_000_000)
            var until = timespec(tv_sec: Int(part / 1_000_000_000), tv_nsec: Int(part % 1_000_000_000))
            _ = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nil)
        }
    }
}

/// A thread of its own, for work that waits.
enum Thread {
    static func start(_ work: @escaping @Sendable () -> Void) {
        DispatchQueue(label: "capacity-race.arrivals").async(execute: work)
    }
}
