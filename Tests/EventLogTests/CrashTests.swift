// Crashes on a simulated disk, after every change and with any survivors: nothing acknowledged may be missing.

import EventLog
import LogProofs
import Testing

@Suite struct CrashTests {
    /// Opens the log; `nil` when the crash came before its creation was acknowledged.
    private func open(_ disk: SimulatedDisk, _ acknowledged: Int) throws -> EventLog? {
        do {
            return try EventLog.open(at: "/disk/log", options: quietOptions(), fileSystem: disk)
        } catch {
            if error.code == .notFound && acknowledged == 0 { return nil }
            throw error
        }
    }

    /// Crashes in a state, opens, compares, writes on, and does it again.
    private func check(
        _ state: DiskState, _ source: BatchSource, chance: Double, seed: UInt64, generations: Int = 2
    ) throws {
        var disk = SimulatedDisk.crashed(state, keeping: chance, seed: seed)
        var source = source
        var acknowledged = state.acknowledged
        for generation in 0..<generations {
            guard let log = try open(disk, acknowledged) else { return }
            let records = try allRecords(log.reader())
            #expect(records.count >= acknowledged, "lost acknowledged records")
            #expect(source.boundaries.contains(records.count), "a batch is cut")
            #expect(records == Array(source.expected.prefix(records.count)))
            source.forget(after: records.count)
            disk.recordHistory()
            try source.append(1, to: log)
            acknowledged = source.expected.count
            disk.acknowledge(acknowledged)
            try log.close()
            let history = disk.history
            // Into the middle of the second life, or right after its end.
            let place = Int(seed % UInt64(history.count))
            let next = generation == 0 ? history[place] : history[history.count - 1]
            acknowledged = max(next.acknowledged, records.count)
            disk = SimulatedDisk.crashed(next, keeping: chance, seed: seed &+ 1)
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `no crash loses what was acknowledged, whatever survives of unsynced writes`(seed: UInt64) throws {
        let disk = SimulatedDisk()
        var options = quietOptions()
        options.segmentBytes = 6000
        if seed == 2 { options.confirmDelayMilliseconds = 0 }
        disk.recordHistory()
        var source = BatchSource(seed: seed)
        let log = try EventLog.create(at: "/disk/log", options: options, fileSystem: disk)
        for _ in 0..<6 {
            try source.append(1, to: log, records: 5, payload: 90)
            disk.acknowledge(source.expected.count)
        }
        try log.close()
        var crashes = 0
        for (place, state) in disk.history.enumerated() {
            for chance in [0, 0.6, 1] {
                for variant in 0..<(chance > 0 && chance < 1 ? 2 : 1) {
                    let crashSeed = seed &* 1_000_003 &+ UInt64(place * 31 + variant)
                    try check(state, source, chance: chance, seed: crashSeed)
                    crashes += 1
                }
            }
        }
        #expect(crashes > 150)
    }
}
