// The proofs of crashes and of long random lives, small enough for a debug build; `torture all` runs them at length.

import LogProofs
import Testing

@Suite struct CrashProofTests {
    @Test(arguments: [1] as [UInt64])
    func `no crash of a small life loses what was acknowledged, whatever survives`(seed: UInt64) {
        var scale = CrashProof.Scale()
        scale.scripts = Array(Script.small.prefix(2))
        scale.combinedSectors = 3
        scale.secondEvery = 250
        scale.thirdEvery = 100
        let report = CrashProof.run(scale, seed: seed)
        #expect(report.failures == [])
        #expect(report["scripts"] == 2)
        #expect(report["crash points"] > 50, "\(report)")
        #expect(report["states"] > 600, "\(report)")
        #expect(report["states"] + report["met again"] > 1_000, "\(report)")
        #expect(report["subsets"] > 2_000, "\(report)")
        #expect(report["second lives"] > 0 && report["third lives"] > 0, "\(report)")
    }

    @Test(arguments: [1] as [UInt64])
    func `random stories lose nothing that was acknowledged or seen`(seed: UInt64) {
        var scale = StoryProof.Scale()
        scale.seeds = 25
        let report = StoryProof.run(scale, seed: seed)
        #expect(report.failures == [])
        #expect(report["stories"] == 25)
        for step in [
            "append", "burst", "liveReader", "fileReader", "clockBack", "reopen", "crashInGroup", "fault", "seal",
            "tail", "backup",
        ] {
            #expect(report[step] > 40, "\(report)")
        }
        for effect in [
            "groups of several", "recoveries", "set aside", "rewritten", "sealed segments", "crashes within a sealing",
            "tailed across a sealing", "tailed across a new segment", "backups beside a group", "restores",
        ] {
            #expect(report[effect] > 20, "\(report)")
        }
        #expect(report["tailed records"] > 400 && report["tailers told of a restore"] > 3, "\(report)")
    }
}
