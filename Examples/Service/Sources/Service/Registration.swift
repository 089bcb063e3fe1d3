// The store of the service: opened or made, with its read tables, and the server in front of both.

import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EnrollmentService
import EnrollmentVault
import EventLog
import Foundation
import Hummingbird
import Logging

struct Registration: Sendable {
    let service: EngineService
    let readModel: ReadModel
    let logger: Logger

    var engine: EnrollmentEngine { service.engine }

    /// Opens the store, or makes it with a sample in it.
    static func open(at directory: String, logger: Logger) async throws -> Registration {
        let engine = try await engine(at: directory)
        try await prepareSample(engine)
        return Registration(
            service: EngineService(engine, logger: logger),
            readModel: try ReadModel.open(at: engine.layout, following: engine), logger: logger)
    }

    /// The services shut down from the last to the first, and the server before them: so every request that was taken
    /// gets its answer, and the tables are up to date when the log is closed.
    func application(port: Int) -> some ApplicationProtocol {
        var application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            services: [service, ProjectionService(readModel, logger: logger)],
            onServerRunning: { channel in
                // Unlike `print`, also told at once where the output is no terminal.
                FileHandle.standardOutput.write(Data("listening on port \(channel.localAddress?.port ?? 0)\n".utf8))
            },
            logger: logger)
        // No request sees tables from before the last start.
        application.beforeServerStarts { try await readModel.wait(for: engine.durablePosition) }
        return application
    }

    /// Personal data are sealed, so that a person can be forgotten; the key lies beside the store and not in it.
    private static func engine(at directory: String) async throws -> EnrollmentEngine {
        let keyPath = directory + ".key"
        do throws(EngineError) { _ = try StoreSettings.load(StoreLayout(directory: directory)) } catch {
            guard error.code == .notFound else { throw error }
            return try await EnrollmentEngine.create(
                at: directory, timeZone: "Asia/Seoul",
                personalData: .sealed { (layout, storeID) throws(EngineError) in
                    var key = LocalKey()
                    do throws(EngineError) { try key.save(keyPath) } catch {
                        // A creation that was interrupted has left it.
                        guard error.code == .alreadyExists else { throw error }
                        key = try LocalKey(file: keyPath)
                    }
                    return try Vault.create(at: layout.vaultPath, storeID: storeID, wrapping: key)
                })
        }
        let vault = try Vault.open(ofStore: directory, wrapping: try LocalKey(file: keyPath))
        return try await EnrollmentEngine.open(at: directory, vault: vault)
    }

    /// User 1 is the operator, 2 to 201 are students; terms 1 to 3 have 30 seats each, and an operator approves.
    ///
    /// The ids of these commands are fixed: where a start was interrupted the next one goes on.
    private static func prepareSample(_ engine: EnrollmentEngine) async throws {
        guard engine.read({ $0[TermID(3)] == nil }) else { return }
        var commands: [Command] = [.registerUser(email: "operator@uni.kr", name: "Operator", role: .operator)]
        commands += (2...201).map {
            .registerUser(email: "student\($0)@uni.kr", name: "Student \($0)", role: .student)
        }
        commands += [.createCourse(title: "Logic"), .publishCourse(1)]
        guard let first = Day("2099-03-02"), let last = Day("2099-06-19") else { return }
        let dates = engine.calendar.dates(from: first, through: last)
        commands += (1...3).map { .scheduleTerm(course: 1, termNumber: $0, dates: dates, capacity: 30) }
        let envelopes = commands.enumerated().map { number, command in
            CommandEnvelope(id: CommandID(high: 0, low: UInt64(number)), actor: .system, command: command)
        }
        for result in await engine.execute(contentsOf: envelopes) { _ = try result.get() }
    }
}
