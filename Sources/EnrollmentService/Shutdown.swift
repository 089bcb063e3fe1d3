// How every service here ends: by its own work, by its failure, or by the host.

internal import ServiceLifecycle

/// Runs work until it fails, or until the host shuts down gracefully or cancels the task; then the work is cancelled.
///
/// `last` is done after a graceful shutdown, while the work still goes on. Work that ends by itself ends nothing: a
/// service that returned before the host has shut down would be taken for one that broke.
func runUntilShutdown(
    _ work: @escaping @Sendable () async throws -> Void, last: @escaping @Sendable () async -> Void = {}
) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            try await work()
            await hostEnds()
        }
        group.addTask {
            await hostEnds()
            if !Task.isCancelled { await last() }
        }
        // The first that ends; when it was the host's word, the work may still fail.
        try await group.next()
        group.cancelAll()
        try await group.waitForAll()
    }
}

/// Waits for graceful shutdown, or for cancellation.
private func hostEnds() async {
    do { try await gracefulShutdown() } catch {
        // Cancelled: the host ends at once.
    }
}
