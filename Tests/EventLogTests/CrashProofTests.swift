// The proofs of crashes and of long random lives, at the scale of every test run.

import LogProofs
import Testing

@Suite struct CrashProofTests {
    @Test(arguments: [1] as [UInt64])
    func `no crash of a small life loses what was acknowledged, whatever survives`(seed: UInt64) {
        var scale = CrashProof.Scale()
        scale.combinedSectors = 3
        scale.secondEvery = 250
        scale.thirdEvery = 100
        let report = CrashProof.run(scale, seed: seed)
        #expect(report.failures == [])
        #expect(report["scripts"] == Script.small.count)
        #expect(report["crash points"] > 250, "\(report)")
        #expect(report["states"] > 20_000, "\(report)")
        #expect(report["subsets"] > 60_000, "\(report)")
        #expect(report["second lives"] > 20 && report["third lives"] > 50, "\(report)")
    }

    @Test(arguments: [1] as [UInt64])
    func `300 random stories lose nothing that was acknowledged or seen`(seed: UInt64) {
        let report = StoryProof.run(StoryProof.Scale(), seed: seed)
        #expect(report.failures == [])
        #expect(report["stories"] == 300)
        for step in ["append", "burst", "liveReader", "fileReader", "clockBack", "reopen", "crashInGroup", "fault"] {
            #expect(report[step] > 500, "\(report)")
        }
        for effect in ["groups of several", "recoveries", "set aside", "rewritten"] {
            #expect(report[effect] > 300, "\(report)")
        }
    }
}
