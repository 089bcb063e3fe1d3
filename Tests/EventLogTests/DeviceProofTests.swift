// The proofs of damage, refused calls and lying devices, at the scale of every test run.

import LogProofs
import Testing

@Suite struct DeviceProofTests {
    @Test(arguments: [1] as [UInt64])
    func `a flipped bit or a cut gives identical events or a named error`(seed: UInt64) {
        var scale = FlipProof.Scale()
        scale.every = 7
        scale.everyInPages = 40
        let report = FlipProof.run(scale, seed: seed)
        #expect(report.failures == [])
        #expect(report["files"] >= 12, "\(report)")
        #expect(report["flips"] > 5_000, "\(report)")
        #expect(report["cuts"] > 300, "\(report)")
        #expect(report["found"] > 4_000 && report["intact"] > 100 && report["refused"] > 1000, "\(report)")
    }

    @Test(arguments: [1] as [UInt64])
    func `whichever call fails, once or from then on, nothing acknowledged is lost`(seed: UInt64) {
        var scale = CallFailureProof.Scale()
        scale.openingEvery = 7
        let report = CallFailureProof.run(scale, seed: seed)
        #expect(report.failures == [])
        #expect(report["openings"] >= 8, "\(report)")
        #expect(report["pairs"] >= 5_000 && report["fired"] == report["pairs"], "\(report)")
        #expect(report["poisoned"] > 3_000, "\(report)")
    }

    @Test(arguments: [1] as [UInt64])
    func `after any kind of failed sync the writer stops and nothing acknowledged is lost`(seed: UInt64) {
        let report = SyncFailureProof.run(seed: seed)
        #expect(report.failures == [])
        #expect(report["syncs"] > 25 && report["fired"] == 3 * report["syncs"], "\(report)")
        #expect(report["indeterminate"] > 50 && report["poisoned"] > 50, "\(report)")
    }

    @Test(arguments: [1] as [UInt64])
    func `a device that lies or rots is never believed in silence`(seed: UInt64) {
        var scale = LyingDeviceProof.Scale()
        scale.every = 2
        let report = LyingDeviceProof.run(scale, seed: seed)
        #expect(report.failures == [])
        #expect(report["lies"] > 100 && report["fired"] == report["lies"], "\(report)")
        #expect(report["rotten"] > 150 && report["found"] > 150, "\(report)")
    }
}
