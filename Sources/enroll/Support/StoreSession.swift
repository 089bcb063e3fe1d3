// A store opened for writing: the engine, and beside it the tables that follow.

import ArgumentParser
import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EventLog

/// An engine with its read tables, for the length of one subcommand.
///
/// Closing waits until the tables hold everything that was decided, also when the work failed or was interrupted.
/// What was answered is stored by then: what fails while closing is a warning, and no reason to do the work again.
struct StoreSession: Sendable {
    let engine: EnrollmentEngine
    let readModel: ReadModel
    private let projection: Task<Void, any Error>

    /// Opens a store, works, closes it.
    ///
    /// - Throws: what opening or the work threw.
    static func with<Value: Sendable>(
        _ options: StoreOptions, _ work: (StoreSession) async throws -> Value
    ) async throws -> Value {
        let directory = try options.directory
        let engine = try await EnrollmentEngine.open(
            at: directory, vault: try StoreVault.open(directory), options: engineOptions(directory),
            clock: try StoreClock.chosen())
        return try await with(engine, work)
    }

    /// How the engine is opened: a log that ends before what the tables hold is not written to.
    ///
    /// That was acknowledged, and the positions behind the log's end would mean other events. What was signed the
    /// engine asks for by itself.
    ///
    /// Tables that cannot be read, or of another store, prove nothing, and are told of when they are opened.
    static func engineOptions(_ directory: String) -> EngineOptions {
        var options = EngineOptions()
        let layout = StoreLayout(directory: directory)
        guard let history = try? EventHistory.open(at: directory) else { return options }
        options.log.provenPositions = [tablesPosition(layout, history)].compactMap(\.self)
        return options
    }

    /// How far the tables are; nil where they prove nothing.
    private static func tablesPosition(_ layout: StoreLayout, _ history: EventHistory) -> ProvenPosition? {
        guard let checkpoint = try? ReadTables.open(at: layout).checkpoint(), checkpoint.storeID == history.storeID,
            checkpoint.epoch == history.epoch
        else { return nil }
        return ProvenPosition(
            checkpoint.position, by: "the checkpoint of the read tables in \(layout.readTablesPath)",
            remedyForOlderCopy: "make a new store of it with `enroll restore`, which raises the epoch, or delete "
                + "\(layout.readTablesPath), which `enroll rebuild` makes again")
    }

    /// Works with an engine that is open already, and closes it.
    static func with<Value: Sendable>(
        _ engine: EnrollmentEngine, _ work: (StoreSession) async throws -> Value
    ) async throws -> Value {
        let session = try await start(engine)
        // A request to stop must not cut the closing short, so it runs in a task of its own.
        let close = { await Task { await session.close() }.value }
        let value: Value
        do {
            await session.finishErasures()
            value = try await work(session)
        } catch {
            let warning = await close()
            // A business "no" is an answer. A failure is the one line to tell: closing after it repeats its cause.
            if error is ExitCode, let warning { writeRemark(warning) }
            throw error
        }
        if let warning = await close() { writeRemark(warning) }
        return value
    }

    private static func start(_ engine: EnrollmentEngine) async throws -> StoreSession {
        Interruption.noteStoreIsOpen()
        let readModel: ReadModel
        do {
            readModel = try ReadModel.open(at: engine.layout, following: engine)
        } catch {
            let failure = error
            // The first failure is the one to tell; nothing was decided that closing could lose.
            do { try await engine.close() } catch { throw failure }
            throw failure
        }
        return StoreSession(engine: engine, readModel: readModel, projection: Task { try await readModel.run() })
    }

    /// Finishes what a crash, or a command from elsewhere, left to do of erasures.
    ///
    /// Readers of other processes may be in the way for as long as they like, and commands go on all the same.
    private func finishErasures() async {
        for user in engine.openingReport.heldErasures {
            writeRemark(
                "user \(user) is to be erased, and a legal hold lies on them: 'enroll vault release \(user)' lets "
                    + "the next command finish it")
        }
        do {
            for receipt in try await readModel.finishErasures(of: engine, patience: 1) {
                for event in receipt.events { writeRemark("finished the erasure of \(event.stream)") }
            }
        } catch {
            let reason =
                switch error {
                case let error as ReadModelError: Failure(error).message
                case let error as EngineError: Failure(error).message
                default: "\(error)"
                }
            writeRemark("an erasure is not finished yet, which the next command tries again: \(reason)")
        }
    }

    /// Gives a line where something failed.
    ///
    /// The projection ends by itself once the engine is closed and everything was given to it.
    private func close() async -> String? {
        var warning: String?
        defer { for line in engine.warnings { writeRemark(line) } }
        do { try await engine.close() } catch {
            warning = "closing the store failed: \(Failure(error).message); what was answered is stored"
        }
        do { try await projection.value } catch { warning = warning ?? Self.warning(of: error) }
        do { try readModel.close() } catch { warning = warning ?? Self.warning(of: error) }
        return warning
    }

    private static func warning(of error: any Error) -> String {
        guard let error = error as? ReadModelError else { return "the tables are behind: \(error)" }
        if error.code == .diskFull {
            return "the tables are behind: no space is left for them; make space, and the next command goes on"
        }
        let reason = Failure(error).message.replacing(/\. (If it persists, run|Run) `enroll rebuild`.*/, with: "")
        return "the tables are behind: \(reason); run enroll rebuild"
    }
}
