// A progress bar for people: on standard error, on a terminal, and only for work that takes more than a second.

import Foundation
import Synchronization

/// How far a long piece of work is.
final class ProgressBar: Sendable {
    private struct State {
        var nextDraw: ContinuousClock.Instant
        var isShown = false
    }

    private static let patience: Duration = .seconds(1)
    private static let interval: Duration = .milliseconds(100)
    private let label: String
    private let total: Int
    private let start = ContinuousClock.now
    private let state: Mutex<State>

    /// A total of 0 means that it is not known; the bar then counts.
    init(label: String, total: Int) {
        self.label = label
        self.total = total
        state = Mutex(State(nextDraw: ContinuousClock.now + Self.patience))
    }

    /// Says how much is done, cheap enough to be called for every item; `total` where it was not known before.
    func update(_ done: Int, of total: Int? = nil) {
        guard Terminal.error.isTerminal else { return }
        state.withLock { state in
            let now = ContinuousClock.now
            guard now >= state.nextDraw else { return }
            state.nextDraw = now + Self.interval
            state.isShown = true
            draw("\r\u{1B}[K" + line(done, of: total ?? self.total, elapsed: now - start))
        }
    }

    /// Takes the bar away.
    func finish() {
        state.withLock { state in
            if state.isShown { draw("\r\u{1B}[K") }
            state.isShown = false
        }
    }

    private func line(_ done: Int, of total: Int, elapsed: Duration) -> String {
        let seconds = max(1, Int(elapsed.components.seconds))
        let rate = "\(done / seconds)/s"
        guard total > 0 else { return "\(label)  \(done)  \(rate)" }
        let width = 24
        let part = min(1, Double(done) / Double(total))
        let filled = Int(part * Double(width))
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        return "\(label)  \(bar)  \(Int(part * 100)) %  \(done)/\(total)  \(rate)"
    }

    private func draw(_ text: String) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
