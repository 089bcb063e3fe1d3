// The proofs that need real processes and real disks, at the scale of every build.

import Testing

@testable import torture

@Suite struct `A log whose writer is killed` {
    @Test(arguments: [20_261_123] as [UInt64])
    func `keeps what it acknowledged, through five hundred kills`(seed: UInt64) async throws {
        let run = try await TortureRun.of(["kill", "--cycles", "500", "--seed", "\(seed)"]).get()
        #expect(run.ending == .exited(0), "\(run.output)")
        #expect(run.counted("of 500") >= 500, "\(run.output)")
        // Kills that only ever met an idle writer would prove nothing.
        #expect(run.counted("under load") > 200, "\(run.output)")
        #expect(run.counted("within an opening") > 20, "\(run.output)")
        #expect(run.counted("with a written group not yet acknowledged") > 50, "\(run.output)")
        #expect(run.counted("sightings by tailers") > 500, "\(run.output)")
    }
}

/// One after the other, so that they do not take each other's time.
@Suite(.serialized) struct `A log on a real disk` {
    @Test(
        .enabled(if: RootTests.mayRun || RootTests.mustRun, "cutting the power of a disk needs root"),
        arguments: DiskFormat.allCases)
    func `keeps what it acknowledged when the power fails`(format: DiskFormat) async throws {
        let arguments = ["power", "--filesystem", format.rawValue, "--cycles", "30", "--seed", "7"]
        let run = try await TortureRun.of(arguments).get()
        #expect(run.ending == .exited(0), "\(run.output)")
        #expect(run.counted("of 30") >= 30, "\(run.output)")
        #expect(run.counted("acknowledged batches") > 300, "\(run.output)")
        #expect(run.counted("with a whole group written again") > 0, "\(run.output)")
    }

    @Test(.enabled(if: RootTests.mayRun || RootTests.mustRun, "mounting a small disk needs root"))
    func `survives a full disk and goes on when there is room`() async throws {
        let run = try await TortureRun.of(["space", "--cycles", "8", "--seed", "7"]).get()
        #expect(run.ending == .exited(0), "\(run.output)")
        #expect(run.counted("of 8") >= 8, "\(run.output)")
        #expect(run.counted("acknowledged batches") > 200, "\(run.output)")
    }

    @Test(arguments: [20_261_123] as [UInt64])
    func `survives three hundred faults of system calls`(seed: UInt64) async throws {
        let run = try await TortureRun.of(["faults", "--cycles", "300", "--seed", "\(seed)"]).get()
        #expect(run.ending == .exited(0), "\(run.output)")
        guard !run.output.contains("SKIPPED") else {
            #expect(!RootTests.mustRun, "\(run.output)")
            return
        }
        #expect(run.counted("of 300") >= 300, "\(run.output)")
        for scene in ["creating", "opening", "recovering"] {
            #expect(run.counted("while \(scene)") > 50, "\(run.output)")
        }
        #expect(run.counted("ended the writer") > 100, "\(run.output)")
    }
}
