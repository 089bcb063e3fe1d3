// The proofs of damage, refused calls and lying devices, small enough for a debug build; `torture all` runs them at
// length.

import EventLog
import LogProofs
import Testing

@Suite struct DeviceProofTests {
    @Test(arguments: [1] as [UInt64])
    func `a flipped bit or a cut gives identical events or a named error`(seed: UInt64) {
        var scale = FlipProof.Scale()
        scale.every = 29
        scale.everyInPages = 200
        let report = FlipProof.run(scale, seed: seed)
        #expect(report.failures == [])
        #expect(report["files"] >= 18, "\(report)")
        #expect(report["flips"] > 800, "\(report)")
        #expect(report["cuts"] > 50, "\(report)")
        #expect(report["in sealed files"] > 100 && report["in manifests"] > 100, "\(report)")
        #expect(report["in TAIL"] > 10 && report["refused look-ups"] > 50, "\(report)")
        #expect(report["found"] > 600 && report["intact"] > 10 && report["refused"] > 100, "\(report)")
    }

    @Test(arguments: [1] as [UInt64])
    func `a file that lacks its last byte is found, even where that byte was zero`(seed: UInt64) throws {
        // What a file lacks reads as zeros, so only its length tells. The last byte belongs to a checksum over the
        // random identity of a segment: about one log in 256 will do.
        for attempt in 0..<6000 {
            let disk = SimulatedDisk()
            var source = BatchSource(seed: seed &+ UInt64(attempt))
            let log = try EventLog.create(at: logPath, options: quietOptions(), fileSystem: disk)
            try source.append(1, to: log)
            try log.close()
            var state = disk.state.afterProcessDeath
            let path = try #require(state.paths.first { $0.hasSuffix(".log") })
            let bytes = try #require(state.bytes(path))
            guard bytes.last == 0 else { continue }
            #expect(try LogVerifier.verify(at: logPath, fileSystem: SimulatedDisk(state)).isSound)
            state.set(path, Array(bytes.dropLast()))
            #expect(try !LogVerifier.verify(at: logPath, fileSystem: SimulatedDisk(state)).isSound)
            return
        }
        Issue.record("no log of 6000 ended with a zero")
    }

    @Test(arguments: [1] as [UInt64])
    func `whichever call fails, once or from then on, nothing acknowledged is lost`(seed: UInt64) {
        var scale = CallFailureProof.Scale()
        scale.openingEvery = 100
        let report = CallFailureProof.run(scale, seed: seed)
        #expect(report.failures == [])
        #expect(report["openings"] >= 1, "\(report)")
        #expect(report["pairs"] >= 1_300 && report["fired"] == report["pairs"], "\(report)")
        #expect(report["poisoned"] > 700, "\(report)")
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
        scale.every = 8
        scale.rottenSectors = 40
        let report = LyingDeviceProof.run(scale, seed: seed)
        #expect(report.failures == [])
        #expect(report["lies"] > 20 && report["fired"] == report["lies"], "\(report)")
        #expect(report["rotten"] > 30 && report["found"] > 30, "\(report)")
    }
}
