// A person erased from a store on a real disk: what is left anywhere, and what a kill at any step leaves to be
// finished.

import Crypto
import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EnrollmentTesting
import EnrollmentVault
import EventLog
import Foundation
import GRDB
import Testing

@Suite struct `Erasing a person` {
    private let scratch = Scratch()
    private let wrapping = LocalKey()

    private func create() async throws -> Running {
        let (path, wrapping) = (scratch.vault, wrapping)
        let engine = try await EnrollmentEngine.create(
            at: scratch.store,
            personalData: .sealed { (_, storeID) throws(EngineError) in
                try Vault.create(at: path, storeID: storeID, wrapping: wrapping)
            }, options: Running.options)
        return try Running(engine)
    }

    private func open() async throws -> Running { try await Running.open(scratch.store, scratch.vault, wrapping) }

    /// Three people with seats and reasons; the second is to be forgotten.
    private func fill(_ running: Running) async throws {
        let commands: [Command] = [
            .registerUser(email: "first@example.kr", name: "First Person", role: .student),
            .registerUser(email: "minji.kim@example.kr", name: "Minji Kim-Secret", role: .student, sourceID: "s-2"),
            .registerUser(email: "third@example.kr", name: "Third Person", role: .student),
            .createCourse(title: "Algebra"), .publishCourse(1),
            .scheduleTerm(
                course: 1, termNumber: 1, dates: .days(40_000, 40_100), capacity: 2, admission: .selection),
            .updateUser(2, name: "Minji Lee-Secret"), .applyEnrollment(user: 2, term: 1),
            .rejectEnrollment(1, reason: "a private reason"), .suspendUser(2, reason: "another private reason"),
        ]
        for command in commands { _ = try await running.engine.execute(command, by: .system) }
        try await running.tables.wait(for: running.engine.lastPosition)
    }

    private static let secrets = [
        "minji.kim@example.kr", "Minji Kim-Secret", "Minji Lee-Secret", "a private reason", "another private reason",
    ]

    @Test func `nothing of them is left in any file, and everything else is as it was`() async throws {
        var running = try await create()
        try await fill(running)
        let root = try digest(running)
        let key = try #require(
            try Vault.open(at: scratch.vault, storeID: running.engine.settings.storeID, wrapping: wrapping).key(of: 2))
        let wrapped = try scratch.column("SELECT key FROM keys WHERE user = 2")
        // The tables show them, so a scan that finds nothing afterwards is worth something.
        #expect(try scratch.files(holding: Array("Minji Lee-Secret".utf8)).allSatisfy { $0.contains("read") })
        #expect(try !scratch.files(holding: Array("Minji Lee-Secret".utf8)).isEmpty)
        _ = try await running.engine.execute(.eraseUser(2), by: .system)
        let receipts = try await running.tables.finishErasures(of: running.engine)
        #expect(receipts.map(\.events.first?.event) == [.userErased(2)])
        func check() throws {
            for secret in Self.secrets { #expect(try scratch.files(holding: Array(secret.utf8)) == [], "\(secret)") }
            #expect(
                try scratch.files(holding: wrapped) == []
                    && scratch.files(holding: key.withUnsafeBytes { Array($0) }) == [])
            #expect(try !scratch.files(holding: Array("Third Person".utf8)).isEmpty)
        }
        try check()
        let row = try #require(try running.tables.tables.user(2))
        #expect(row.email == nil && row.name == nil && row.status == .erased && row.sourceID == "s-2")
        try await running.close()
        running = try await open()
        try check()
        #expect(try digest(running, through: 10) == root, "the history before the erasure is what it was")
        let events = try await running.events().map(\.event)
        #expect(events.suffix(2) == [.erasureRequested(2), .userErased(2)])
        // Who comes back is a new user under the same address.
        let receipt = try await running.engine.execute(
            .registerUser(email: "Minji.Kim@example.kr", name: "Minji", role: .student), by: .system)
        guard case .userRegistered(4, email: "minji.kim@example.kr", _, _, _) = receipt.events[0].event else {
            Issue.record("\(receipt.events)")
            return
        }
        try await running.close()
    }

    @Test func `tables that are made again, at any position, have forgotten too`() async throws {
        let running = try await create()
        try await fill(running)
        _ = try await running.engine.execute(.eraseUser(2), by: .system)
        try await running.tables.finishErasures(of: running.engine)
        try await running.close()
        let vault = try Vault.open(
            at: scratch.vault, storeID: running.engine.settings.storeID, wrapping: wrapping, readOnly: true)
        let history = try EventHistory.open(at: scratch.store, vault: vault)
        let report = try await ReadModel.verify(history, at: history.layout)
        #expect(report.isSound, "\(report.findings)")
        _ = try await ReadModel.rebuild(from: history, at: history.layout)
        #expect(try await ReadModel.verify(history, at: history.layout).isSound)
        let then = scratch.path + "/then.sqlite"
        _ = try await ReadModel.materialize(history, through: 9, into: then)
        let row = try #require(try ReadTables.open(path: then).user(2))
        #expect(row.email == nil && row.name == nil && row.status == .active)
        #expect(try ReadTables.open(path: then).user(3)?.name == "Third Person")
        for secret in Self.secrets { #expect(try scratch.files(holding: Array(secret.utf8)) == []) }
    }

    @Test func `without any key the decisions and the public tables are the same`() async throws {
        let running = try await create()
        try await fill(running)
        let root = try digest(running)
        try await running.close()
        let storeID = running.engine.settings.storeID
        let (full, empty) = (scratch.path + "/full.sqlite", scratch.path + "/empty.sqlite")
        let vault = try Vault.open(at: scratch.vault, storeID: storeID, wrapping: wrapping)
        let opened = try EventHistory.open(at: scratch.store, vault: vault)
        _ = try await ReadModel.materialize(opened, through: try opened.lastPosition(), into: full)
        let last = try vault.lastOwner()
        #expect(try vault.destroyKeys(of: (1...last.rawValue).map { UserID($0) }, despiteHolds: true) == [])
        let history = try EventHistory.open(at: scratch.store, vault: vault)
        let report = try history.replayDecisions { Issue.record("\($0)") }
        #expect(report.commands == 10)
        _ = try await ReadModel.materialize(history, through: try history.lastPosition(), into: empty)
        #expect(try publicRows(full) == publicRows(empty) && publicRows(full).count == 6)
        #expect(try ReadTables.open(path: empty).user(1)?.name == nil)
        #expect(try ReadTables.open(path: full).user(1)?.name == "First Person")
        #expect(try digest(history) == root)
    }

    @Test(arguments: Step.allCases) func `a kill after any step leaves an erasure that the next opening finishes`(
        step: Step
    ) async throws {
        let running = try await create()
        try await fill(running)
        try await running.close()
        let keyFile = scratch.path + "/store.key"
        try wrapping.save(keyFile)
        let (store, vault) = (scratch.store, scratch.vault)
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [store = store as String, vault = vault as String, keyFile = keyFile as String, step = step as Step] in
            let running = try await Running.open(store, vault, try LocalKey(file: keyFile))
            try await running.erase(killedAfter: step)
        }
        let again = try await open()
        if step != .confirmed { #expect(again.engine.unfinishedErasures == [2]) }
        #expect(try again.engine.personalData?.vault.key(of: 2) == nil, "destroyed before anything else is done")
        try await again.tables.finishErasures(of: again.engine)
        #expect(again.engine.unfinishedErasures == [])
        #expect(try await again.events().filter { $0.event == .userErased(2) }.count == 1)
        try await again.close()
        for secret in Self.secrets {
            #expect(try scratch.files(holding: Array(secret.utf8)) == [], "\(step): \(secret)")
        }
    }

    @Test func `tables that were made without the vault are to be made again before commands go on`() async throws {
        let running = try await create()
        try await fill(running)
        try await running.close()
        let history = try EventHistory.open(at: scratch.store)
        _ = try await ReadModel.rebuild(from: history, at: history.layout)
        let engine = try await EnrollmentEngine.open(
            at: scratch.store,
            vault: Vault.open(at: scratch.vault, storeID: history.storeID, wrapping: wrapping))
        let error = #expect(throws: ReadModelError.self) {
            _ = try ReadModel.open(at: engine.layout, following: engine)
        }
        #expect(error?.code == .sealed && error?.message.contains("enroll rebuild") == true)
        _ = try await ReadModel.rebuild(from: engine.history, at: engine.layout)
        let tables = try ReadModel.open(at: engine.layout, following: engine)
        #expect(try tables.tables.user(2)?.name == "Minji Lee-Secret")
        try tables.close()
        try await engine.close()
    }

    @Test func `a key that is missing among others is damage, and nobody waits for it`() async throws {
        let running = try await create()
        try await fill(running)
        try await running.close()
        let queue = try DatabaseQueue(path: scratch.vault)
        try await queue.write { try $0.execute(sql: "DELETE FROM keys WHERE user = 4") }
        try queue.close()
        let again = try await open()
        let error = await #expect(throws: ExecutionError.self) {
            _ = try await again.engine.execute(
                .registerUser(email: "fourth@example.kr", name: "F", role: .student), by: .system)
        }
        guard case .unavailable(let failure) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(failure.code == .damaged && failure.message.contains("user 4"))
        try await again.close()
    }

    @Test func `two who finish the same erasures get one receipt between them`() async throws {
        let running = try await create()
        try await fill(running)
        _ = try await running.engine.execute(.eraseUser(2), by: .system)
        async let first = running.tables.finishErasures(of: running.engine)
        async let second = running.tables.finishErasures(of: running.engine)
        let receipts = try await first + second
        #expect(receipts.map(\.events.count) == [1] && running.engine.unfinishedErasures == [])
        try await running.close()
    }

    /// All rows of the tables but names and addresses, as text.
    private func publicRows(_ path: String) throws -> [String] {
        let queue = try DatabaseQueue(path: path)
        return try queue.read { database in
            try ["users", "courses", "course_terms", "enrollments", "refusals"].flatMap { table in
                try Row.fetchAll(database, sql: "SELECT * FROM \(table)").map { row in
                    row.filter { $0.0 != "email" && $0.0 != "name" }.map { "\($0.0)=\($0.1)" }.joined(separator: " ")
                }
            }
        }
    }

    private func digest(_ running: Running, through last: Position? = nil) throws -> [UInt8] {
        try digest(running.engine.history, through: last)
    }

    /// The digest of every record: what proofs are made of.
    private func digest(_ history: EventHistory, through last: Position? = nil) throws -> [UInt8] {
        var hash = SHA256()
        let reader = try LogReader.open(at: history.layout.logPath)
        var cursor = try reader.records(from: 1, through: last ?? history.lastPosition())
        while let record = try cursor.next() {
            hash.update(data: Data(record.payload))
            hash.update(data: Data("\(record.position) \(record.stream) \(record.version)".utf8))
        }
        return Array(hash.finalize())
    }
}

/// The steps of an erasure, in order.
enum Step: String, CaseIterable, Codable, Sendable {
    case requested, destroyed, projected, purged, confirmed
}
