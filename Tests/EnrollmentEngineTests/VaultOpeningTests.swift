// Opening a store that seals: with its vault, without it, with an older one; and erasures that were left unfinished.

import Crypto
import Enrollment
import EnrollmentTesting
import EventLog
import LogProofs
import Testing

@testable import EnrollmentEngine

@Suite struct VaultOpeningTests {
    private let disk = InMemoryFileSystem()
    private let vault = InMemoryVault()

    private var options: EngineOptions {
        var options = EngineOptions()
        options.fileSystem = disk
        return options
    }

    private func create(users: Int = 3) async throws -> EnrollmentEngine {
        let engine = try await EnrollmentEngine.create(
            at: snapshotStorePath, personalData: .sealed { [vault] _, _ in vault }, options: options,
            clock: ManualClock(.day(0)))
        for number in 1...users {
            _ = try await engine.execute(
                .registerUser(email: "u\(number)@b.kr", name: "U \(number)", role: .student), by: .system)
        }
        return engine
    }

    private func open(_ vault: (any PersonalDataVault)?) async throws -> EnrollmentEngine {
        try await .open(at: snapshotStorePath, vault: vault, options: options, clock: ManualClock(.day(0)))
    }

    @Test func `without its vault, or with an older one, nothing is opened and nothing written`() async throws {
        try await create().close()
        let before = disk.contents
        for (vault, code) in [(nil, EngineError.Code.vaultMissing), (InMemoryVault(), .vaultBehind)] {
            let error = await #expect(throws: EngineError.self) { _ = try await open(vault) }
            #expect(error?.code == code)
            #expect(disk.contents.filter { !$0.key.hasSuffix("LOCK") } == before.filter { !$0.key.hasSuffix("LOCK") })
        }
        let locked = try EventHistory.open(at: snapshotStorePath, fileSystem: disk)
        let users = try locked.state().users.count
        #expect(locked.isLocked && users == 3)
    }

    @Test func `a store that keeps texts as they are has no vault, and says so`() async throws {
        let engine = try await EnrollmentEngine.create(
            at: snapshotStorePath, personalData: .plain, options: options, clock: ManualClock(.day(0)))
        #expect(engine.settings.personalData == .plain)
        try await engine.close()
        let error = await #expect(throws: EngineError.self) { _ = try await open(vault) }
        #expect(error?.code == .invalidArgument)
    }

    @Test func `what a store does with texts is proved by the checksum of its settings`() async throws {
        try await create().close()
        let path = StoreLayout(directory: snapshotStorePath).settingsPath
        let text = String(decoding: try #require(disk.contents[path]), as: UTF8.self)
        #expect(text.contains("\"format\" : 3") && text.contains("\"personalData\" : \"sealed\""))
        try disk.replace(path, with: Array(text.replacing("sealed", with: "plain").utf8))
        let error = #expect(throws: EngineError.self) {
            _ = try EventHistory.open(at: snapshotStorePath, fileSystem: disk)
        }
        #expect(error?.code == .damaged)
    }

    @Test func `an unfinished erasure destroys its key on the next opening, and a key that came back too`() async throws
    {
        var engine = try await create()
        let key = try #require(vault.key(of: 2))
        _ = try await engine.execute(.eraseUser(2), by: .system)
        try await engine.close()
        #expect(vault.key(of: 2) != nil)
        engine = try await open(vault)
        #expect(vault.key(of: 2) == nil && engine.unfinishedErasures == [2])
        _ = try await engine.execute(.confirmErasure(2), by: .system)
        #expect(engine.unfinishedErasures == [])
        try await engine.close()
        vault.resurrect(key, of: 2)
        vault.hold(2)
        engine = try await open(vault)
        #expect(vault.key(of: 2) == nil, "a hold from before the erasure keeps nothing")
        #expect(vault.key(of: 1) != nil && vault.key(of: 3) != nil)
        try await engine.close()
    }

    @Test func `a legal hold refuses an erasure, and one that comes later keeps the key`() async throws {
        var engine = try await create()
        vault.hold(1)
        func refusal(_ command: Command, by actor: Actor = .system) async -> RejectionCode? {
            do {
                _ = try await engine.execute(command, by: actor)
                return nil
            } catch { return error.code }
        }
        #expect(await refusal(.eraseUser(1)) == .legalHold)
        #expect(await refusal(.eraseUser(1), by: .user(3)) == .forbidden, "authority comes first")
        vault.hold(1, false)
        #expect(await refusal(.eraseUser(1)) == nil)
        vault.hold(1)
        #expect(try await engine.destroyKeysOfErased() == DestroyedKeys(users: [], held: [1]))
        try await engine.close()
        engine = try await open(vault)
        #expect(engine.openingReport.heldErasures == [1] && vault.key(of: 1) != nil)
        vault.hold(1, false)
        try await engine.close()
        engine = try await open(vault)
        #expect(engine.openingReport.heldErasures == [] && vault.key(of: 1) == nil)
        try await engine.close()
    }

    @Test func `an erasure is not said to be done while its key is there`() async throws {
        let engine = try await create()
        _ = try await engine.execute(.eraseUser(1), by: .system)
        let error = await #expect(throws: ExecutionError.self) {
            _ = try await engine.execute(.confirmErasure(1), by: .system)
        }
        #expect(error?.code == .storeUnavailable)
        _ = try await engine.destroyKeysOfErased()
        _ = try await engine.execute(.confirmErasure(1), by: .system)
        #expect(try await engine.allEvents().suffix(2).map(\.event) == [.erasureRequested(1), .userErased(1)])
        try await engine.close()
    }

    @Test func `no key is destroyed before the log says durably that it will be`() async throws {
        let faulty = FaultyFileSystem(on: disk)
        var options = EngineOptions()
        options.fileSystem = faulty
        let engine = try await EnrollmentEngine.create(
            at: snapshotStorePath, personalData: .sealed { [vault] _, _ in vault }, options: options,
            clock: ManualClock(.day(0)))
        _ = try await engine.execute(.registerUser(email: "a@b.kr", name: "A", role: .student), by: .system)
        faulty.hold("sync", ".log")
        _ = try engine.submit(CommandEnvelope(id: .random(), actor: .system, command: .eraseUser(1)))
        let erasing = Task { try await engine.destroyKeysOfErased() }
        for _ in 0..<5_000_000 where !faulty.isHolding { await Task.yield() }
        try #require(faulty.isHolding)
        // Nothing can be waited for that must not come; time enough for what would come too early.
        try await Task.sleep(for: .milliseconds(50))
        #expect(vault.key(of: 1) != nil)
        faulty.release()
        #expect(try await erasing.value.users == [1] && vault.key(of: 1) == nil)
        try await engine.close()
    }

    @Test func `a reason that comes for an erased user is not kept, and counts as given`() async throws {
        let engine = try await create()
        _ = try await engine.prepareTerm(capacity: 1, users: 1)
        _ = try await engine.execute(.applyEnrollment(user: 1, term: 1), by: .system)
        _ = try await engine.execute(.eraseUser(1, cascade: true), by: .system)
        _ = try await engine.destroyKeysOfErased()
        let refused = await #expect(throws: ExecutionError.self) {
            _ = try await engine.execute(
                .enrollDirectly(user: 1, term: 1, override: true, reason: "secret reason"), by: .system)
        }
        #expect(refused?.code == .userErased)
        try await engine.close()
        let history = try EventHistory.open(at: snapshotStorePath, fileSystem: disk)
        let last = try history.lastPosition()
        let command = try #require(try history.command(ofBatchAt: last)?.command)
        #expect(
            command
                == .enrollDirectly(
                    user: 1, term: 1, override: true, reason: .sealed(SealedText(owner: 1, box: []))))
    }
}
