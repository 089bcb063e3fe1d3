// A whole store of which one bit is wrong: everything reads as before, or somebody names what is damaged.

import Enrollment
import EnrollmentAudit
import EnrollmentEngine
import EnrollmentReadModel
import EnrollmentTesting
import EventLog
import Foundation
import GRDB
import Testing
import Transparency

@Suite struct `A flipped bit of a store` {
    /// More than this is sampled.
    private static let smallBytes = 512
    private static let samples = 40

    @Test(arguments: [1] as [UInt64])
    func `is without effect or named, in every file of the log, its settings, snapshots and proofs`(seed: UInt64)
        async throws
    {
        let store = try await WholeStore()
        var random = SplitMix64(seed: seed)
        let sound = InMemoryFileSystem(copyOf: store.crashed)
        #expect(try await store.judge(sound, "/") == .same, "where no bit was changed everything reads as before")
        var verdicts: [String: [Verdict]] = [:]
        for path in try store.crashed.files(under: WholeStore.path) {
            let bytes = try store.crashed.bytes(of: path)
            let used = bytes.count - bytes.reversed().prefix { $0 == 0 }.count
            // Behind the last byte lies space that is allocated ahead; a few places there will do.
            let places =
                used <= Self.smallBytes
                ? Array(0..<used)
                : (0..<Self.samples).map { _ in random.below(used) } + [used - 1, min(bytes.count - 1, used + 700)]
            for place in places {
                let disk = InMemoryFileSystem(copyOf: store.crashed)
                var changed = bytes
                let bit = random.below(8)
                changed[place] ^= 1 << UInt8(bit)
                try disk.replace(path, changed)
                let verdict = try await store.judge(disk, path)
                #expect(verdict != .silent, "bit \(bit) of byte \(place) of \(path)")
                verdicts[String(path.dropFirst(WholeStore.path.count + 1)), default: []].append(verdict)
            }
        }
        // Each kind of file was there, and took damage that somebody had to name.
        for kind in [".seg", ".log", "log/MANIFEST", "store.json", "transparency/checkpoint", "tile/1/000"] {
            let found = verdicts.filter { $0.key.contains(kind) }.values.joined()
            #expect(found.contains(.named), "\(kind) of \(verdicts.keys.sorted())")
        }
        for kind in ["log/TAIL", "snapshots/"] {
            let found = verdicts.filter { $0.key.contains(kind) }.values.joined()
            #expect(found.contains(.same) && !found.contains(.named), "\(kind) of \(verdicts.keys.sorted())")
        }
    }

    @Test(arguments: [2] as [UInt64])
    func `is without effect or found by the check, in the read tables`(seed: UInt64) async throws {
        let store = try await WholeStore()
        let directory = NSTemporaryDirectory() + "enroll-flips-\(CommandID.random())"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let history = try EventHistory.open(at: WholeStore.path, fileSystem: store.crashed)
        let layout = StoreLayout(directory: directory)
        _ = try await ReadModel.rebuild(from: history, at: layout)
        #expect(try await ReadModel.verify(history, at: layout).isSound)
        let expected = try dump(layout)
        let file = URL(fileURLWithPath: layout.readTablesPath).resolvingSymlinksInPath()
        let bytes = try Data(contentsOf: file)
        var random = SplitMix64(seed: seed)
        let written = bytes.indices.filter { bytes[$0] != 0 }
        var named = 0
        for place in (0..<100) + (0..<Self.samples).map({ _ in written[random.below(written.count)] }) {
            var changed = bytes
            changed[place] ^= 1 << UInt8(random.below(8))
            try changed.write(to: file)
            for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file.path + suffix) }
            do {
                let report = try await ReadModel.verify(history, at: layout)
                if !report.isSound {
                    named += 1
                    continue
                }
                #expect(try dump(layout) == expected, "byte \(place) of \(bytes.count)")
            } catch {
                named += 1
                #expect("\(error)".contains(directory), "\(error)")
            }
        }
        #expect(named > Self.samples / 2)
    }

    /// Every row of every table, as text.
    private func dump(_ layout: StoreLayout) throws -> [String] {
        try ReadTables.open(at: layout).reader.read { database in
            let names = try String.fetchAll(
                database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
            return try names.flatMap { name in
                try Row.fetchAll(database, sql: "SELECT * FROM \"\(name)\" ORDER BY 1").map { "\(name) \($0)" }
            }
        }
    }
}

/// What came of a flipped bit.
private enum Verdict {
    /// Everything reads as it was written.
    case same
    /// An error, or a warning beside the right data, names the damage.
    case named
    /// Something reads differently, and nobody says so.
    case silent
}

/// A store with all that may lie in its directory, as a crash leaves it: everything was acknowledged.
private struct WholeStore {
    static let path = "/store"
    private static let proven = [1, 200, 257, 300]
    let crashed: InMemoryFileSystem
    private let events: [RecordedEvent]
    private let settings: StoreSettings
    private let checkpoint: Transparency.Checkpoint
    /// The root over what came after the checkpoint, too.
    private let root: TreeHash
    private let snapshotPosition: Position?
    private let proofs: [InclusionProof]
    private let key: SignerKey

    init() async throws {
        let disk = InMemoryFileSystem()
        let clock = ManualClock(.day(0))
        var options = Self.options(disk)
        options.snapshots = .after(events: 1)
        var engine = try await EnrollmentEngine.create(
            at: Self.path, timeZone: "Asia/Seoul", origin: "example.org/log", personalData: .plain, options: options,
            clock: clock)
        try await Self.give(
            (1...270).map { .registerUser(email: "u\($0)@x.org", name: "U \($0)", role: .student) }, to: engine)
        try await Self.give(
            [
                .createCourse(title: "Logic"), .publishCourse(1),
                .scheduleTerm(course: 1, termNumber: 1, dates: .days(100, 200), capacity: 2, admission: .firstCome),
            ], to: engine)
        try await engine.close()
        let log = try EventLog.open(at: Self.path + "/log", options: options.log, fileSystem: disk)
        _ = try log.seal()
        try log.close()
        engine = try await EnrollmentEngine.open(at: Self.path, options: options, clock: clock)
        // Two get a seat; the refusals of the others are recorded too.
        try await Self.give((1...30).map { .applyEnrollment(user: UserID($0), term: 1) }, to: engine)
        try await engine.close()
        engine = try await EnrollmentEngine.open(at: Self.path, options: options, clock: clock)
        for number in 1...2 { try await Self.give([.createCourse(title: "Course \(number)")], to: engine) }
        key = try SignerKey(name: "example.org/log")
        checkpoint = try Self.tree(disk).sign(with: key)
        let tree = try Self.tree(disk)
        proofs = try Self.proven.map { try tree.proveInclusion(of: Position(Int64($0)), carryingRecord: true) }
        try await Self.give([.createCourse(title: "The last group")], to: engine)
        events = try EventHistory.open(at: Self.path, fileSystem: disk).events()
        settings = engine.settings
        snapshotPosition = engine.openingReport.snapshotPosition
        crashed = InMemoryFileSystem(copyOf: disk)
        root = try Self.tree(InMemoryFileSystem(copyOf: disk)).sign(with: key).root
        try await engine.close()
    }

    private static func options(_ disk: InMemoryFileSystem) -> EngineOptions {
        var options = EngineOptions()
        options.fileSystem = disk
        options.log.sealsInBackground = false
        return options
    }

    private static func tree(_ disk: InMemoryFileSystem) throws -> ProofTree {
        ProofTree(
            at: path + "/transparency", of: try LogReader.open(at: path + "/log", fileSystem: disk), fileSystem: disk)
    }

    private static func give(_ commands: [Command], to engine: EnrollmentEngine) async throws {
        let envelopes = commands.map { CommandEnvelope(id: .random(), actor: .system, command: $0) }
        for result in await engine.execute(contentsOf: envelopes) {
            if case .failure(let error) = result, case .refused = error { continue }
            _ = try result.get()
        }
    }

    /// Reads, proves and opens a store with one changed file.
    func judge(_ disk: InMemoryFileSystem, _ path: String) async throws -> Verdict {
        let verdicts = [
            try verdict { try read(disk, path) }, try verdict { try prove(disk, path) },
            try await verdict { try await open(disk, path) },
        ]
        return verdicts.contains(.silent) ? .silent : verdicts.contains(.named) ? .named : .same
    }

    /// What a piece of work found; a failure has to name a file.
    private func verdict(_ work: () async throws -> Bool) async throws -> Verdict {
        do { return try await work() ? .same : .silent } catch { return try judge(error) }
    }

    private func verdict(_ work: () throws -> Bool) throws -> Verdict {
        do { return try work() ? .same : .silent } catch { return try judge(error) }
    }

    private func judge(_ error: any Error) throws -> Verdict {
        switch error {
        // The text of a checkpoint has no place: it is in hand when its signature is checked.
        case is TransparencyError: return .named
        case let error as AuditError where error.code == .contradicted: return .named
        case is EngineError, is AuditError, is LogError: return "\(error)".contains(Self.path + "/") ? .named : .silent
        default: throw error
        }
    }

    private func read(_ disk: InMemoryFileSystem, _ path: String) throws -> Bool {
        let history = try EventHistory.open(at: Self.path, fileSystem: disk)
        let found = try history.events()
        // Without TAIL a reader sees what headers prove, which is all but the last group, until somebody opens the log.
        let isShorter = path.hasSuffix("/TAIL") && found.count < events.count
        return history.settings == settings && (isShorter ? Array(events.prefix(found.count)) : events) == found
    }

    private func prove(_ disk: InMemoryFileSystem, _ path: String) throws -> Bool {
        let tree = try Self.tree(disk)
        guard let last = try tree.lastCheckpoint() else { return false }
        try last.verify(with: key.verifierKey)
        let found = try Self.proven.map { try tree.proveInclusion(of: Position(Int64($0)), carryingRecord: true) }
        let again = try tree.sign(with: key)
        return last == checkpoint && found == proofs && (again.root == root || path.hasSuffix("/TAIL"))
    }

    private func open(_ disk: InMemoryFileSystem, _ path: String) async throws -> Bool {
        let engine = try await EnrollmentEngine.open(
            at: Self.path, options: Self.options(disk), clock: ManualClock(.day(0)))
        let found = try engine.history.events()
        let (opened, report) = (engine.settings, engine.openingReport)
        // The seats are those that were taken: somebody else does not get one.
        let answer = await engine.execute(contentsOf: [
            CommandEnvelope(id: .random(), actor: .system, command: .applyEnrollment(user: 40, term: 1))
        ])
        try await engine.close()
        guard case .failure(.refused(let rejection, _, _, _)) = answer[0], rejection.code.name == "TERM_FULL" else {
            return false
        }
        // An older snapshot is not looked at.
        let isTold =
            report.snapshotPosition == snapshotPosition || report.warnings.contains { $0.contains(path) }
        return found == events && opened == settings && isTold
    }
}

extension InMemoryFileSystem {
    /// The files under a directory, by their paths, in order.
    fileprivate func files(under directory: String) throws -> [String] {
        try list(directory).flatMap { name in
            let path = directory + "/" + name
            return try status(path)?.kind == .directory ? try files(under: path) : [path]
        }
    }
}
