// A store opened for writing: the engine, and beside it the tables that follow.

import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EventLog

/// An engine with its read tables, for the length of one subcommand.
///
/// Closing waits until the tables hold everything that was decided, also when the work failed or was interrupted.
struct StoreSession: Sendable {
    let engine: EnrollmentEngine
    private let readModel: ReadModel
    private let projection: Task<Void, any Error>

    /// Opens a store, works, closes it.
    ///
    /// - Throws: what the work threw, else what closing threw.
    static func with<Value: Sendable>(
        _ options: StoreOptions, _ work: (StoreSession) async throws -> Value
    ) async throws -> Value {
        let directory = try options.directory
        return try await with(try await EnrollmentEngine.open(at: directory, clock: try StoreClock.chosen()), work)
    }

    /// Works with an engine that is open already, and closes it.
    static func with<Value: Sendable>(
        _ engine: EnrollmentEngine, _ work: (StoreSession) async throws -> Value
    ) async throws -> Value {
        let session = try await start(engine)
        // A request to stop must not cut the closing short, so it runs in a task of its own.
        let close = { try await Task { try await session.close() }.value }
        let value: Value
        do {
            value = try await work(session)
        } catch {
            // The work's own failure is the one to tell: closing after it can only repeat its cause.
            do { try await close() } catch let second { writeRemark("closing failed too: \(second)") }
            throw error
        }
        try await close()
        return value
    }

    private static func start(_ engine: EnrollmentEngine) async throws -> StoreSession {
        let readModel: ReadModel
        do {
            readModel = try ReadModel.open(at: engine.layout, following: engine)
        } catch {
            do { try await engine.close() } catch let second { writeRemark("closing failed too: \(second)") }
            throw error
        }
        return StoreSession(engine: engine, readModel: readModel, projection: Task { try await readModel.run() })
    }

    /// The projection ends by itself once the engine is closed and everything was given to it.
    private func close() async throws {
        var failure: (any Error)?
        do { try await engine.close() } catch { failure = error }
        do { try await projection.value } catch { failure = failure ?? error }
        do { try readModel.close() } catch { failure = failure ?? error }
        if let failure { throw failure }
    }
}
