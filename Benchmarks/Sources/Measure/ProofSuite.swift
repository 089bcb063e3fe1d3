// What proofs cost: commands while the proof tree is built beside them, and building the tree of ten million events.

import Enrollment
import EnrollmentAudit
import EnrollmentEngine
import EventLog
import Foundation
import Synchronization
import Transparency

/// `Measure proofs --scratch DIR [--runs N] [--events N]`: prints tables for people.
struct ProofSuite {
    private let scratch: String
    private let runs: Int
    private let events: Int
    private let key: SignerKey

    init(_ arguments: [String]) throws {
        let options = try SuiteOptions(arguments, numbers: ["--runs": 9, "--events": 10_000_000])
        scratch = options.scratch
        runs = try options.number("--runs")
        events = try options.number("--events")
        key = try SignerKey(name: "enroll.example/measure")
    }

    func run() async throws {
        try await races()
        try tree()
    }

    // MARK: Commands beside the tree

    /// How often the tree is brought up to the durable end, and signed, while a race runs.
    private enum Signing: String, CaseIterable {
        case never
        case eachSecond = "each second"
        case always
    }

    /// In turn, so that whatever drifts meets all three alike.
    private func races() async throws {
        for callers in [64, 1_024] {
            var rates: [Signing: [Double]] = [:]
            var tails: [Signing: [Double]] = [:]
            var signed: [Signing: [Double]] = [:]
            // The first race of a process pays for what all later ones find warm.
            _ = try await race(callers, .never)
            for number in 0..<runs {
                for shift in Signing.allCases.indices {
                    let signing = Signing.allCases[(number + shift) % Signing.allCases.count]
                    let (result, count) = try await race(callers, signing)
                    rates[signing, default: []].append(Double(result.attempts) / result.seconds)
                    tails[signing, default: []].append(result.microseconds(99))
                    signed[signing, default: []].append(Double(count))
                }
            }
            for signing in Signing.allCases {
                print(
                    "race hot200k, \(callers) callers, signed \(signing.rawValue):",
                    "\(spread(rates[signing], 0)) commands/s, p99 \(spread(tails[signing], 0)) µs,",
                    "signed \(spread(signed[signing], 0)) times")
            }
        }
    }

    private func race(_ callers: Int, _ signing: Signing) async throws -> (Race.Result, signed: Int) {
        let store = scratch + "/race-\(CommandID.random())"
        defer { try? FileManager.default.removeItem(atPath: store) }
        let engine = try await EnrollmentEngine.create(at: store, personalData: .plain)
        let race = Race(workload: try .named("hot200k"), callers: callers)
        try await School(engine).make(race.workload)
        let layout = engine.layout
        let tree = ProofTree(at: layout.transparencyPath, of: try LogReader.open(at: layout.logPath))
        // What was there before the race is signed before it.
        if signing != .never { _ = try tree.sign(with: key) }
        let signer = Signer(tree, key, pause: signing == .eachSecond ? 1_000_000 : 0)
        if signing != .never { signer.start() }
        let result = try await race.run(on: engine)
        let count = try signer.stop()
        try await engine.close()
        guard race.holds(result) else { throw Failure("the race is not as it should be: \(result)") }
        return (result, count)
    }

    // MARK: The tree alone

    /// One thread: as `enroll checkpoint` builds it the first time, from a log as commands leave it.
    private func tree() throws {
        let directory = scratch + "/tree-\(CommandID.random())"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try fill(directory + "/log")
        let log = try LogReader.open(at: directory + "/log")
        var rates: [Double] = []
        var bytes = 0.0
        for run in 1...3 {
            let folder = directory + "/transparency-\(run)"
            let before = processorSeconds()
            let start = ContinuousClock.now
            let checkpoint = try ProofTree(at: folder, of: log).sign(with: key)
            let seconds = (ContinuousClock.now - start).seconds
            guard checkpoint.size == Int64(events) else { throw Failure("\(checkpoint.size) of \(events) were signed") }
            rates.append(Double(events) / seconds)
            bytes = Double(try size(of: folder + "/tile")) / Double(events)
            let busy = (processorSeconds() - before) / seconds
            print(
                "tree of \(events) events: \(Int(rates[run - 1])) events/s, \(String(format: "%.2f", busy)) cores busy")
        }
        print("tree of \(events) events: \(spread(rates, 0)) events/s, \(String(format: "%.4f", bytes)) bytes/event")
    }

    /// Applications and approvals, as a registration morning leaves them.
    private func fill(_ path: String) throws {
        let log = try EventLog.create(at: path)
        var batch = LogBatch()
        for number in 0..<Int64(events) {
            let id = number / 2 + 1
            batch.reset(commandID: .random(), actor: id % 50_000 + 1, recordedAt: 1_800_000_000_000_000 + number * 7)
            batch.append(
                type: number % 2 == 0 ? 48 : 49, stream: UInt64(id % 500 + 1) << 2 | 2,
                version: id / 500 * 2 + number % 2 + 1
            ) {
                $0.append(0x10)
                var rest = UInt64(id)
                while rest >= 0x80 {
                    $0.append(UInt8(truncatingIfNeeded: rest) | 0x80)
                    rest >>= 7
                }
                $0.append(UInt8(rest))
                $0.append(contentsOf: number % 2 == 0 ? [0x8a, 0x22] : [0])
            }
            let range = try log.enqueue(batch)
            if number % 65_536 == 65_535 { try log.waitUntilDurableBlocking(range.upperBound) }
        }
        try log.close()
    }

    private func size(of directory: String) throws -> Int64 {
        let files = FileManager.default
        return try files.subpathsOfDirectory(atPath: directory).reduce(0) { sum, name in
            let attributes = try files.attributesOfItem(atPath: directory + "/" + name)
            guard attributes[.type] as? FileAttributeType == .typeRegular else { return sum }
            return sum + (attributes[.size] as? Int64 ?? Int64(attributes[.size] as? UInt64 ?? 0))
        }
    }
}

/// A thread that signs again and again until it is told to stop.
private final class Signer: Sendable {
    private let tree: ProofTree
    private let key: SignerKey
    private let pause: UInt32
    private let stopping = DispatchSemaphore(value: 0)
    private let outcome = Mutex<(count: Int, failure: (any Error)?)>((0, nil))
    private let ended = DispatchSemaphore(value: 0)
    private let isStarted = Atomic(false)

    init(_ tree: ProofTree, _ key: SignerKey, pause: UInt32) {
        self.tree = tree
        self.key = key
        self.pause = pause
    }

    func start() {
        isStarted.store(true, ordering: .relaxed)
        Thread.detachNewThread { [self] in
            repeat {
                do {
                    _ = try tree.sign(with: key)
                    outcome.withLock { $0.count += 1 }
                } catch {
                    outcome.withLock { $0.failure = error }
                    break
                }
            } while stopping.wait(timeout: .now() + .microseconds(Int(pause))) == .timedOut
            ended.signal()
        }
    }

    /// How often it signed.
    func stop() throws -> Int {
        guard isStarted.load(ordering: .relaxed) else { return 0 }
        stopping.signal()
        ended.wait()
        let (count, failure) = outcome.withLock { $0 }
        if let failure { throw failure }
        return count
    }
}
