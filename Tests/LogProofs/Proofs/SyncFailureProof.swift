// The three ways in which a sync fails: what the pages become, and what the callers are told.

internal import EventLog

/// Refuses each sync of a life in each way, then evicts the pages and opens the log again.
package enum SyncFailureProof {
    /// Runs the proof.
    ///
    /// Counts: `syncs`, `fired`, `indeterminate` answers, `poisoned` writers.
    package static func run(_ script: Script = .long, seed: UInt64) -> ProofReport {
        var report = ProofReport("sync failure", seed: seed)
        let sound = SimulatedDisk()
        let error = live(Author(script, BatchSource(seed: seed), on: FaultyFileSystem(on: sound)))
        if let error { report.fail("does not run without faults: \(error)") }
        for number in 1...max(1, sound.calls.syncs) {
            report.count("syncs")
            for failure in SimulatedDisk.SyncFailure.allCases {
                one(number, failure, script, seed, &report)
            }
        }
        return report
    }

    private static func live(_ author: Author) -> (any Error)? {
        do {
            try author.create()
            try author.run()
            try author.close()
            return nil
        } catch {
            return error
        }
    }

    private static func one(
        _ number: Int, _ failure: SimulatedDisk.SyncFailure, _ script: Script, _ seed: UInt64,
        _ report: inout ProofReport
    ) {
        let step = "sync \(number), \(failure)"
        let disk = SimulatedDisk()
        disk.failSync(number, failure)
        let author = Author(script, BatchSource(seed: seed), on: FaultyFileSystem(on: disk))
        let answer = live(author) as? LogError
        if disk.fired == 1 { report.count("fired") } else { report.fail("\(step): did not fire") }
        // A sync of the close, after which every record is acknowledged, has no caller left to tell.
        if answer == nil, author.acknowledged < author.source.expected.count {
            report.fail("\(step): nobody was told")
        }
        if answer?.code == .indeterminate { report.count("indeterminate") }
        if let log = author.log {
            let calls = disk.calls
            var source = author.source
            source.make()
            do {
                _ = try log.enqueue(source.batch)
                report.fail("\(step): the writer goes on")
            } catch {
                report.count("poisoned")
                if error.code != .poisoned { report.fail("\(step): the next batch got \(error)") }
            }
            try? author.close()
            if disk.calls != calls { report.fail("\(step): the writer wrote or synced after its failure") }
        }
        let oracle = Oracle(author.source)
        for (ending, state) in [
            ("process died", disk.state.afterProcessDeath), ("evicted", disk.state.afterEviction),
            ("power cut", SimulatedDisk.crashed(disk.state, keeping: 0, seed: seed).state),
        ] {
            let finding = oracle.writer(SimulatedDisk(state))
            if let wrong = oracle.judge(finding, acknowledged: author.acknowledged, mayRefuse: false) {
                report.fail("\(step), \(ending): \(wrong)")
            }
        }
    }
}
