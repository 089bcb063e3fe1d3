// What an erasure still needs when it was asked for: the key destroyed, the tables written anew, and both said in the
// log.

internal import Enrollment

public import EnrollmentEngine

extension ReadModel {
    /// Finishes all erasures that were asked for: destroys the keys, waits until the tables have forgotten, writes
    /// their file anew, and has the log say that it was done.
    ///
    /// May be called again after any failure, and after a crash at any point: it goes on where it stopped. ``run()``
    /// must be under way. Users on whom a legal hold was laid after the erasure was asked for are left for later.
    ///
    /// `patience` says how many seconds to wait for readers of other processes to let the old tables go.
    ///
    /// - Returns: the receipts of what the log says, one for each user of whom it did not say so yet.
    /// - Throws: ``ReadModelError`` where the tables cannot be written anew, as where another process reads the old
    ///   ones; `EngineError`; `ExecutionError`.
    /// - Complexity: O(*n*) in the rows, once for all users.
    @discardableResult
    public func finishErasures(of engine: EnrollmentEngine, patience: Int = 10) async throws -> [Receipt] {
        let users = try await engine.destroyKeysOfErased().users
        guard !users.isEmpty else { return [] }
        try await wait(for: engine.lastPosition)
        try await purge(patience: patience)
        var receipts: [Receipt] = []
        for user in users {
            let receipt = try await engine.execute(.confirmErasure(user), by: .system)
            // Somebody else of this process may have finished it meanwhile.
            if !receipt.events.isEmpty { receipts.append(receipt) }
        }
        return receipts
    }
}
