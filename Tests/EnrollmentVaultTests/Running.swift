// An engine with its tables, as a service has them, and an erasure that stops where a test wants.

import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EnrollmentVault
import EventLog
import Foundation

struct Running {
    let engine: EnrollmentEngine
    let tables: ReadModel
    private let projection: Task<Void, any Error>

    /// A snapshot after every session, so that there is one to look into.
    static var options: EngineOptions {
        var options = EngineOptions()
        options.snapshots = .after(events: 1)
        return options
    }

    init(_ engine: EnrollmentEngine) throws {
        self.engine = engine
        let tables = try ReadModel.open(at: engine.layout, following: engine)
        self.tables = tables
        projection = Task { try await tables.run() }
    }

    static func open(_ store: String, _ vault: String, _ wrapping: LocalKey) async throws -> Running {
        let settings = try StoreSettings.load(StoreLayout(directory: store))
        let vault = try Vault.open(at: vault, storeID: settings.storeID, wrapping: wrapping)
        return try Running(try await EnrollmentEngine.open(at: store, vault: vault, options: options))
    }

    func close() async throws {
        try await engine.close()
        try await projection.value
        try tables.close()
    }

    func events() async throws -> [RecordedEvent] {
        var events: [RecordedEvent] = []
        for try await event in engine.events() { events.append(event) }
        return events
    }

    /// What `finishErasures` does, one step after the other, and the end of the process after one of them.
    func erase(killedAfter last: Step) async throws {
        for step in Step.allCases {
            switch step {
            case .requested: _ = try await engine.execute(.eraseUser(2), by: .system)
            case .destroyed: _ = try await engine.destroyKeysOfErased()
            case .projected: try await tables.wait(for: engine.lastPosition)
            case .purged: try await tables.purge()
            case .confirmed: _ = try await engine.execute(.confirmErasure(2), by: .system)
            }
            if step == last { kill(getpid(), SIGKILL) }
        }
    }
}
