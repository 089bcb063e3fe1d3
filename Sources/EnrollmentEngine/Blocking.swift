// Work that waits for the disk, kept off the cooperative thread pool.

internal import Dispatch

private let queue = DispatchQueue(label: "enrollment-engine.blocking", attributes: .concurrent)

/// Runs blocking work on a thread of its own kind, or on that of a queue whose users wait for each other anyway.
func blocking<Value: Sendable, Failure: Error>(
    on queue: DispatchQueue = queue, _ work: @escaping @Sendable () throws(Failure) -> Value
) async throws(Failure) -> Value {
    let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
        queue.async {
            do throws(Failure) {
                continuation.resume(returning: .success(try work()))
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
    }
    return try result.get()
}
