// Long blocking work away from the threads that Swift's tasks share.

internal import Dispatch

/// Runs blocking work on a thread of its own.
func offThePool<Value: Sendable>(
    _ body: @escaping @Sendable () throws(ReadModelError) -> Value
) async throws(ReadModelError) -> Value {
    let result: Result<Value, ReadModelError> = await withCheckedContinuation { continuation in
        DispatchQueue.global(qos: .userInitiated).async {
            continuation.resume(returning: Result(catching: body))
        }
    }
    return try result.get()
}
