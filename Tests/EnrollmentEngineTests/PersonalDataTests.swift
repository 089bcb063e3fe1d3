// Personal texts in an engine with a vault: what the log has of them, what callers see, and what is left without keys.

import Crypto
import Enrollment
import EnrollmentTesting
import EventLog
import Testing

@testable import EnrollmentEngine

@Suite struct PersonalDataTests {
    private let disk = InMemoryFileSystem()
    private let vault = InMemoryVault()

    private func create() async throws -> EnrollmentEngine {
        try await .create(
            at: snapshotStorePath, personalData: .sealed { [vault] _, _ in vault }, options: options,
            clock: ManualClock(.day(0)))
    }

    private func open() async throws -> EnrollmentEngine {
        try await .open(at: snapshotStorePath, vault: vault, options: options, clock: ManualClock(.day(0)))
    }

    private var options: EngineOptions {
        var options = EngineOptions()
        options.fileSystem = disk
        options.snapshots = .after(events: 1)
        return options
    }

    @Test func `callers and followers see texts, and no file of the store has them`() async throws {
        let engine = try await create()
        let receipt = try await engine.execute(Self.kim, by: .system)
        guard
            case .userRegistered(1, email: "kim@example.kr", name: "Kim Minji", .student, nil) = receipt.events[0].event
        else {
            Issue.record("\(receipt.events)")
            return
        }
        _ = try await engine.execute(.suspendUser(1, reason: "fees unpaid"), by: .system)
        let seen = try await engine.allEvents().map(\.event)
        #expect(seen.last == .userSuspended(1, reason: "fees unpaid"))
        try await engine.close()
        for text in ["kim@example.kr", "Kim Minji", "fees unpaid"] {
            #expect(!disk.holds(Array(text.utf8)), "\(text) lies on the disk")
        }
        // The search finds what is there.
        #expect(disk.holds(Array("sealed".utf8)))
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `every decision is the same again when all keys are destroyed`(seed: UInt64) async throws {
        try await create().close()
        try await giveRandomCommands(seed)
        let before = try history().state()
        vault.destroyAll()
        let history = try history()
        let report = try history.replayDecisions { Issue.record("\($0)") }
        #expect(report.commands > 400)
        let after = try history.state()
        #expect(after.users == before.users && after.terms == before.terms && after.enrollments == before.enrollments)
        #expect(before.users.contains { $0.status == .erased })
        var cursor = try history.cursor()
        while let event = try cursor.next() { #expect(try history.opened(event) == event) }
    }

    private func history() throws -> EventHistory {
        try EventHistory.open(at: snapshotStorePath, vault: vault, fileSystem: disk)
    }

    private func giveRandomCommands(_ seed: UInt64) async throws {
        var generator = CommandGenerator(seed: seed)
        let clock = ManualClock(.day(0))
        let engine = try await EnrollmentEngine.open(
            at: snapshotStorePath, vault: vault, options: options, clock: clock)
        for _ in 0..<1_500 {
            let step = engine.read { state in generator.next(in: state) }
            clock.set(step.context.now)
            let envelope = CommandEnvelope(
                id: .random(), actor: step.context.actor, command: step.command,
                effectiveAt: step.context.effectiveAt, expectedVersion: step.context.expectedVersion)
            do throws(ExecutionError) { _ = try engine.submit(envelope) } catch {
                // A confirmation before the key is destroyed.
                #expect(error.code == .storeUnavailable && step.command.kind == .confirmErasure)
            }
        }
        try await engine.close()
    }

    @Test func `a text opens in its own place only`() throws {
        let data = PersonalData(vault: vault, origin: "one")
        vault.makeKeys(through: 2)
        let id = CommandID.random()
        var nonces = Nonces()
        let sealed = try data.seal("Kim", of: 1, under: vault.key(of: 1), in: id, as: .name, &nonces)
        #expect(try data.open(sealed, in: id, as: .name) == "Kim")
        guard case .sealed(let text) = sealed else { return }
        #expect(text.box.count == 12 + 16 + 16, "padded to a bucket")
        let places: [(PersonalData, PersonalText, CommandID, PersonalField)] = [
            (data, sealed, .random(), .name), (data, sealed, id, .reason), (data, sealed, id, .email),
            (data, .sealed(SealedText(owner: 2, box: text.box)), id, .name),
            (PersonalData(vault: vault, origin: "two"), sealed, id, .name),
        ]
        for (data, text, id, field) in places {
            let error = #expect(throws: EngineError.self) { _ = try data.open(text, in: id, as: field) }
            #expect(error?.code == .damaged)
        }
        for index in text.box.indices {
            var box = text.box
            box[index] ^= 1
            let bent = PersonalText.sealed(SealedText(owner: 1, box: box))
            #expect(throws: EngineError.self) { _ = try data.open(bent, in: id, as: .name) }
        }
    }

    @Test func `equal texts look different, and lengths are hidden in buckets`() throws {
        let data = PersonalData(vault: vault, origin: "one")
        let key = vault.key(of: 0)
        var boxes: Set<[UInt8]> = []
        var starts: Set<[UInt8]> = []
        for length in 0...30 {
            let text = String(repeating: "x", count: length)
            var nonces = Nonces()
            // More than a command has, so that they are fetched anew.
            for _ in 0..<3 {
                guard
                    case .sealed(let sealed) = try data.seal(
                        text, of: 0, under: key, in: .random(), as: .reason, &nonces)
                else { return }
                #expect((sealed.box.count - 28) % 16 == 0 && sealed.box.count - 28 >= length + 2)
                boxes.insert(sealed.box)
                starts.insert(Array(sealed.box.prefix(12)))
            }
        }
        #expect(boxes.count == 93 && Set(boxes.map(\.count)).count == 2)
        #expect(starts.count == 93, "no nonce is used twice")
    }

    @Test func `a retry is compared with the texts that were sealed, and an erased one by what is left`() async throws {
        let engine = try await create()
        let id = CommandID.random()
        _ = try await engine.execute(Self.kim, id: id, by: .system)
        let again = try await engine.execute(
            .registerUser(email: " KIM@example.kr", name: "Kim Minji ", role: .student), id: id, by: .system)
        #expect(again.isReplay && again.events[0].event.personalTexts[.name] == "Kim Minji")
        await #expect(throws: ExecutionError.self) {
            _ = try await engine.execute(
                .registerUser(email: "kim@example.kr", name: "Kim", role: .student), id: id, by: .system)
        }
        _ = try await engine.execute(.eraseUser(1), by: .system)
        #expect(try await engine.destroyKeysOfErased().users == [1])
        let erased = try await engine.execute(
            .registerUser(email: "kim@example.kr", name: "Anything", role: .student), id: id, by: .system)
        #expect(erased.isReplay && erased.events[0].event.isSealed)
        await #expect(throws: ExecutionError.self) {
            _ = try await engine.execute(
                .registerUser(email: "lee@example.kr", name: "Kim Minji", role: .student), id: id, by: .system)
        }
        try await engine.close()
    }

    @Test func `keys are made for as many as come, however few at once`() async throws {
        let narrow = InMemoryVault(block: 0)
        let engine = try await EnrollmentEngine.create(
            at: snapshotStorePath, personalData: .sealed { _, _ in narrow }, options: options,
            clock: ManualClock(.day(0)))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<8 {
                group.addTask {
                    for number in 0..<20 {
                        _ = try await engine.execute(
                            .registerUser(email: "u\(caller).\(number)@b.kr", name: "N", role: .student), by: .system)
                    }
                }
            }
            try await group.waitForAll()
        }
        let bulk = (0..<300).map {
            CommandEnvelope(
                id: .random(), actor: .system,
                command: .registerUser(email: "b\($0)@b.kr", name: "N \($0)", role: .student))
        }
        for result in await engine.execute(contentsOf: bulk) { _ = try result.get() }
        #expect(engine.read { $0.users.count } == 460)
        #expect(try await engine.allEvents().allSatisfy { !$0.event.isSealed })
        try await engine.close()
    }

    @Test func `keys are made ahead of registrations, and none is being made after a close`() async throws {
        let narrow = InMemoryVault(block: 0)
        let engine = try await EnrollmentEngine.create(
            at: snapshotStorePath, personalData: .sealed { _, _ in narrow }, options: options,
            clock: ManualClock(.day(0)))
        for number in 1...64 {
            _ = try await engine.execute(
                .registerUser(email: "u\(number)@b.kr", name: "N", role: .student), by: .system)
        }
        try await engine.close()
        #expect(narrow.lastOwner() == 128)
    }

    @Test func `a command that brings its own seal is refused, sealed or not the store`() async throws {
        let forged = Command.suspendUser(1, reason: .sealed(SealedText(owner: 1, box: [1, 2, 3])))
        let engine = try await create()
        _ = try await engine.execute(Self.kim, by: .system)
        await #expect(throws: ExecutionError.self) { _ = try await engine.execute(forged, by: .system) }
        try await engine.close()
        try await withStore { plain, _ in
            _ = try await plain.execute(Self.kim, by: .system)
            await #expect(throws: ExecutionError.self) { _ = try await plain.execute(forged, by: .system) }
        }
    }

    static let kim = Command.registerUser(email: "kim@example.kr", name: "Kim Minji", role: .student)
}

extension InMemoryFileSystem {
    /// Whether any file has these bytes.
    func holds(_ bytes: [UInt8]) -> Bool {
        contents.values.contains { file in
            file.count >= bytes.count
                && (0...file.count - bytes.count).contains {
                    file[$0] == bytes[0] && file[$0..<$0 + bytes.count].elementsEqual(bytes)
                }
        }
    }
}
