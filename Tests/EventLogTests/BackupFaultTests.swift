// Backup, restore and salvage with every call refused once and the power cut at every point.

import EnrollmentTesting
import EventLog
import Foundation
import LogProofs
import Synchronization
import Testing

@Suite struct BackupFaultTests {
    /// What fills a new directory from a log.
    enum Work: String, CaseIterable, Sendable {
        case backup, restore, salvage

        static let destination = "/disk/copy"

        func run(_ disk: any FileSystem) throws {
            switch self {
            case .backup: _ = try LogBackup.copy(from: logPath, to: Self.destination, fileSystem: disk)
            case .restore: _ = try LogRestore.restore(from: logPath, to: Self.destination, now: 5, fileSystem: disk)
            case .salvage: _ = try LogSalvage.salvage(from: logPath, to: Self.destination, now: 5, fileSystem: disk)
            }
        }
    }

    /// A log on a disk where everything is durable.
    private func prepared(_ source: inout BatchSource) throws -> DiskState {
        let disk = SimulatedDisk()
        try mixedLog(at: logPath, &source, batches: 5, payload: 12, fileSystem: disk)
        return settled(disk.state)
    }

    private func settled(_ state: DiskState) -> DiskState {
        SimulatedDisk.crashed(state, keeping: 1, seed: 0).state
    }

    /// The bytes of the source's files.
    private func source(_ state: DiskState) -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for (path, node) in state.entries where path.hasPrefix(logPath + "/") {
            files[path] = state.nodes[node]?.current
        }
        return files
    }

    /// Says what is wrong with a destination that is neither complete nor clearly unfinished.
    private func judge(_ disk: SimulatedDisk, _ expected: [LogRecord], _ work: Work) -> String? {
        do {
            let reader = try LogReader.open(at: Work.destination, fileSystem: disk)
            guard try allRecords(reader) == expected else { return "it opens and is not the whole log" }
            guard try LogVerifier.verify(at: Work.destination, fileSystem: disk).isSound else { return "it is damaged" }
            if work != .backup {
                try EventLog.open(at: Work.destination, options: quietOptions(), fileSystem: disk).close()
            }
            return nil
        } catch let error as LogError {
            // Nothing there, an empty directory, or files without a manifest.
            let isClear = error.code == .notFound || error.code == .corrupted && error.message.contains("cut short")
            return isClear ? nil : "\(error)"
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: Work.allCases, [(EIO, false), (EIO, true), (ENOSPC, true)] as [(Int32, Bool)])
    func `whichever call fails, the source stays and the copy is whole or none`(
        work: Work, fault: (errno: Int32, isSticky: Bool)
    ) throws {
        var batches = BatchSource(seed: 11)
        let state = try prepared(&batches)
        let sound = FaultyFileSystem(on: SimulatedDisk(state))
        try work.run(sound)
        let calls = sound.trace.count
        #expect(calls > 30)
        var failures = 0
        for number in 1...calls {
            let base = SimulatedDisk(state)
            let disk = FaultyFileSystem(on: base, failing: number, errno: fault.errno, isSticky: fault.isSticky)
            do { try work.run(disk) } catch { failures += 1 }
            #expect(source(base.state) == source(state), "call \(number): \(sound.trace[number - 1])")
            let wrong = judge(base, batches.expected, work)
            // A salvage takes a refused read for damage, and keeps less.
            #expect(
                wrong == nil || work == .salvage && sound.trace[number - 1].hasSuffix(".log")
                    || work == .salvage && fault.isSticky
                    || work == .salvage && sound.trace[number - 1].hasSuffix(".seg")
                    || work == .salvage && sound.trace[number - 1].hasSuffix("MANIFEST"),
                "call \(number): \(sound.trace[number - 1]): \(wrong ?? "")")
        }
        #expect(failures > calls / 2 || work == .salvage)
    }

    @Test(arguments: Work.allCases, 1...3 as ClosedRange<UInt64>)
    func `wherever the power is cut, the source stays and the copy is whole or none`(work: Work, seed: UInt64) throws {
        var batches = BatchSource(seed: 12)
        let state = try prepared(&batches)
        let disk = SimulatedDisk(state)
        disk.recordHistory()
        try work.run(disk)
        let history = disk.history
        #expect(history.count > 15)
        var complete = 0
        for (number, moment) in history.enumerated() {
            for chance in [0, 0.5, 1] {
                let after = SimulatedDisk.crashed(moment, keeping: chance, seed: seed &* 1000 &+ UInt64(number))
                #expect(source(after.state) == source(state))
                let wrong = judge(after, batches.expected, work)
                #expect(wrong == nil, "after \(moment.call), keeping \(chance): \(wrong ?? "")")
                if (try? LogReader.open(at: Work.destination, fileSystem: after)) != nil { complete += 1 }
            }
        }
        let end = SimulatedDisk.crashed(disk.state, keeping: 0, seed: seed)
        #expect(try allRecords(LogReader.open(at: Work.destination, fileSystem: end)) == batches.expected)
        // Complete only at the very end: from the rename of the manifest on.
        #expect((1...6).contains(complete))
    }

    @Test(arguments: Work.allCases)
    func `a full disk is told, takes nothing from the source, and leaves its space free`(work: Work) throws {
        var batches = BatchSource(seed: 13)
        let state = try prepared(&batches)
        let base = SimulatedDisk(state)
        let disk = FaultyFileSystem(on: base)
        disk.isFull = true
        #expect { try work.run(disk) } throws: { ($0 as? LogError)?.code == .diskFull }
        #expect(source(base.state) == source(state))
        #expect(try base.list(Work.destination) == [])
        disk.isFull = false
        try work.run(disk)
        #expect(judge(base, batches.expected, work) == nil)
    }

    /// Takes a backup that stands still at a call until everything that it is about to copy was sealed away.
    ///
    /// - Returns: the error of the backup, after `meddle` was called.
    private func backupWhileSealing(
        holding operation: String, _ suffix: ([String]) -> String, _ meddle: (FaultyFileSystem, [String]) -> Void
    ) throws -> (error: LogError?, names: [String]) {
        let directory = try TemporaryDirectory()
        var source = BatchSource(seed: 14)
        try mixedLog(at: directory.log, &source, seals: false)
        let log = try EventLog.open(at: directory.log, options: smallSegments())
        let names = try log.reader().segments().map(\.name)
        let disk = FaultyFileSystem()
        disk.hold(operation, suffix(names))
        let outcome = Mutex<Result<BackupReport, any Error>?>(nil)
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread { [path = directory.path] in
            let result = Result { try LogBackup.copy(from: path + "/log", to: path + "/backup", fileSystem: disk) }
            outcome.withLock { $0 = result }
            done.signal()
        }
        while !disk.isHolding { sched_yield() }
        _ = try log.seal()
        meddle(disk, names)
        disk.release()
        done.wait()
        try log.close()
        guard case .failure(let error) = outcome.withLock({ $0 }) else { return (nil, names) }
        return (error as? LogError, names)
    }

    @Test func `a refused read is told, though the file was sealed away meanwhile`() throws {
        // The original is open, its copy not yet.
        let (error, names) = try backupWhileSealing(holding: "open", { "/backup/" + $0[0] }) { disk, names in
            disk.refuse("read", names[0], EIO)
        }
        #expect(error?.code == .io && error?.errno == EIO)
        #expect(error?.path?.hasSuffix(names[0]) == true)
    }

    @Test func `a file that is missing is told, though nobody can look what became of it`() throws {
        let (error, names) = try backupWhileSealing(holding: "open", { "/log/" + $0[1] }) { disk, _ in
            disk.refuse("open", "MANIFEST", EIO)
        }
        #expect(error?.code == .corrupted && error?.errno == ENOENT)
        #expect(error?.path?.hasSuffix(names[1]) == true)
    }
}
