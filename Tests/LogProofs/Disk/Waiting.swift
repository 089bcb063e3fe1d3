// Waiting in a test for what other tasks and threads bring about.

/// What was waited for did not come.
package struct WaitedInVain: Error, Sendable {}

/// Looks again and again until something holds.
///
/// Ten minutes are far longer than anything takes; with some thousand tests side by side a task may wait for one of
/// them before its turn comes. Whoever looked without a pause would take those turns away from all others.
///
/// - Throws: ``WaitedInVain`` after ten minutes, ``CancellationError``, or what looking throws.
package func waitUntil(isolation: isolated (any Actor)? = #isolation, _ holds: () throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(600)
    while try !holds() {
        guard ContinuousClock.now < end else { throw WaitedInVain() }
        // The sleep gives the turn to the others.
        try await Task.sleep(for: .milliseconds(2))
    }
}
