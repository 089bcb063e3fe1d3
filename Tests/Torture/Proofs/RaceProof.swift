// Power cuts under a capacity race: whoever was told that they have a seat has it, and no seat is sold twice.

import CapacityRace
import ChildProcesses
import Dispatch
import EnrollmentEngine
import EnrollmentTesting
import EventLog
import Synchronization

extension CutDisk: RaceDisk {}

/// Races on a disk that loses its power several times; two checkers judge what the callers were told.
struct RaceProof {
    private static let cutsPerRace = 5

    private let format: DiskFormat
    private let budget: ProofBudget
    private var generator: SplitMix64
    private var result: ProofResult

    private init(_ format: DiskFormat, _ budget: ProofBudget) {
        self.format = format
        self.budget = budget
        generator = SplitMix64(seed: budget.seed ^ 0x7261)
        result = ProofResult("power cut in a race, \(format.rawValue)", budget)
    }

    static func run(_ format: DiskFormat, _ budget: ProofBudget) throws -> ProofResult {
        var proof = RaceProof(format, budget)
        return try proof.run()
    }

    private mutating func run() throws -> ProofResult {
        result.skipped = format.obstacle
        if result.skipped != nil { return result.finish() }
        while result.reached < budget.figure && Moment.now < budget.deadline && result.failures.count < 5 {
            let disk = try CutDisk(format)
            let failures = result.failures.count
            do { try race(on: disk, cuts: min(Self.cutsPerRace, budget.figure - result.reached)) } catch {
                result.fail("\(error)")
            }
            if result.failures.count > failures { result.fail("the disk is kept: \(disk.keep())") }
        }
        return result.finish()
    }

    private mutating func race(on disk: CutDisk, cuts: Int) throws {
        // What the callers know lies on another disk, which keeps its power.
        let elsewhere = try Scratch()
        let store = disk.path + "/store"
        let shape = RaceShape(
            clients: 1 << generator.below(8), seats: 500 << generator.below(4), seed: generator.next() >> 1)
        let parameters = shape.parameters(kills: cuts)
        let history = try HistoryFile(at: elsewhere.path + "/history", for: Workload(parameters))
        try Self.waiting { try await RaceStore.make(at: store, for: parameters).close() }
        let deadline = budget.deadline
        let killed = try KilledRace(
            of: TortureProgram.path, ["racer", store, elsewhere.path + "/history"] + shape.words, writing: history,
            on: disk
        ).run { Moment.now < deadline }
        // Where the time was over after a cut, nobody has opened the log since: only a writer recovers it.
        try Self.waiting {
            try await EnrollmentEngine.open(at: store, options: parameters.engineOptions).close()
        }
        try judge(store, history, killed)
    }

    private mutating func judge(_ store: String, _ history: HistoryFile, _ cuts: [Int64]) throws {
        let events = try EventHistory.open(at: store)
        let found = RaceResult(of: history, log: try RaceLog(events), kills: cuts)
        result.reached += cuts.count
        result.count("races")
        result.count("answers", found.accepted + found.refused)
        result.count("never answered", found.unknown)
        result.count("of them stored", found.storedUnknown)
        if !found.isSound || found.oversold > 0 || found.lost > 0 || found.duplicates > 0 {
            result.fail("by position: \(found.positions)")
            result.fail("by the order of operations: \(found.order)")
        }
        for problem in try LogVerifier.verify(at: events.layout.logPath, progress: { _ in }).problems {
            result.fail("\(problem.path) at byte \(problem.offset): \(problem.message)")
        }
    }

    /// Runs asynchronous work on a thread that may wait.
    private static func waiting(_ work: @escaping @Sendable () async throws -> Void) throws {
        let outcome = Mutex<Result<Void, any Error>>(.success(()))
        let isDone = DispatchSemaphore(value: 0)
        Task.detached {
            do { try await work() } catch { outcome.withLock { $0 = .failure(error) } }
            isDone.signal()
        }
        isDone.wait()
        try outcome.withLock { $0 }.get()
    }
}
