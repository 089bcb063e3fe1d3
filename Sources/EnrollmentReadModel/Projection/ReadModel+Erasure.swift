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
    /// - Returns: the receipts of what the log says, one for each user.
    /// - Throws: ``ReadModelError`` where the tables cannot be written anew, as where another process reads the old
    ///   ones; `EngineError`; `ExecutionError`.
    /// - Complexity: O(*n*) in the rows, once for all users.
    @discardableResult
    public func finishErasures(of engine: EnrollmentEngine) async throws -> [Receipt] {
        let held = Set(try await engine.destroyKeysOfErased())
        let users = engine.unfinishedErasures.filter { !held.contains($0) }
        guard !users.isEmpty else { return [] }
        try await wait(for: engine.lastPosition)
        try await purge()
        var receipts: [Receipt] = []
        for user in users { receipts.append(try await engine.execute(.confirmErasure(user), by: .system)) }
        return receipts
    }
}
