// The proofs that need real processes and real disks, small; `torture all --tier ci` runs them to their figures.

import CapacityRace
import ChildProcesses
import EnrollmentEngine
import Foundation
import Testing

@testable import torture

@Suite struct `A log whose writer is killed` {
    @Test(arguments: [20_261_123] as [UInt64])
    func `keeps what it acknowledged, through a hundred kills`(seed: UInt64) async throws {
        let run = try await TortureRun.of(["kill", "--cycles", "100", "--seed", "\(seed)"]).get()
        #expect(run.ending == .exited(0), "\(run.output)")
        #expect(run.counted("of 100") >= 100, "\(run.output)")
        // Kills that only ever met an idle writer would prove nothing.
        #expect(run.counted("under load") > 40, "\(run.output)")
        #expect(run.counted("within an opening") > 4, "\(run.output)")
        #expect(run.counted("with a written group not yet acknowledged") > 10, "\(run.output)")
        #expect(run.counted("sightings by tailers") > 100, "\(run.output)")
        #expect(run.counted("within a sealing") > 0, "\(run.output)")
    }
}

/// One after the other, so that they do not take each other's time.
@Suite(.serialized) struct `A log on a real disk` {
    @Test(
        .enabled(if: RootTests.mayRun || RootTests.mustRun, "cutting the power of a disk needs root"),
        arguments: DiskFormat.allCases)
    func `keeps what it acknowledged when the power fails`(format: DiskFormat) async throws {
        let arguments = ["power", "--filesystem", format.rawValue, "--cycles", "8", "--seed", "7"]
        let run = try await TortureRun.of(arguments).get()
        #expect(run.ending == .exited(0), "\(run.output)")
        #expect(run.counted("of 8") >= 8, "\(run.output)")
        #expect(run.counted("acknowledged batches") > 50, "\(run.output)")
    }

    @Test(.enabled(if: RootTests.mayRun || RootTests.mustRun, "mounting a small disk needs root"))
    func `survives a full disk and goes on when there is room`() async throws {
        let run = try await TortureRun.of(["space", "--cycles", "4", "--seed", "7"]).get()
        #expect(run.ending == .exited(0), "\(run.output)")
        #expect(run.counted("of 4") >= 4, "\(run.output)")
        #expect(run.counted("acknowledged batches") > 100, "\(run.output)")
    }

    @Test(arguments: [20_261_123] as [UInt64])
    func `survives sixty faults of system calls`(seed: UInt64) async throws {
        let run = try await TortureRun.of(["faults", "--cycles", "60", "--seed", "\(seed)"]).get()
        #expect(run.ending == .exited(0), "\(run.output)")
        guard !run.output.contains("SKIPPED") else {
            #expect(!RootTests.mustRun, "\(run.output)")
            return
        }
        #expect(run.counted("of 60") >= 60, "\(run.output)")
        for scene in ["creating", "opening", "recovering"] {
            #expect(run.counted("while \(scene)") > 10, "\(run.output)")
        }
        #expect(run.counted("ended the writer") > 20, "\(run.output)")
    }
}

/// One after the other, so that they do not take each other's time.
@Suite(.serialized) struct `A race on a real disk` {
    @Test(
        .enabled(if: RootTests.mayRun || RootTests.mustRun, "cutting the power of a disk needs root"),
        arguments: DiskFormat.allCases)
    func `keeps every seat that was given when the power fails, and sells none twice`(format: DiskFormat) async throws {
        let arguments = ["race", "--filesystem", format.rawValue, "--cycles", "5", "--seed", "7"]
        let run = try await TortureRun.of(arguments).get()
        #expect(run.ending == .exited(0), "\(run.output)")
        #expect(run.counted("of 5") >= 5, "\(run.output)")
        #expect(run.counted("answers") > 1000, "\(run.output)")
        #expect(run.counted("never answered") > 0, "\(run.output)")
    }

    @Test func `syncs at least once for every group, as the kernel counts`() async throws {
        guard Strace.obstacle() == nil else {
            #expect(!RootTests.mustRun)
            return
        }
        let scratch = try Scratch()
        let race = RaceShape()
        let parameters = race.parameters(kills: 0)
        try await RaceStore.make(at: scratch.path + "/store", for: parameters).close()
        let trace = scratch.path + "/trace"
        let run = try await TortureRun.of(
            ["racer", scratch.path + "/store", scratch.path + "/history"] + race.words,
            under: ["strace", "-f", "-y", "-qq", "-e", "trace=fdatasync", "-e", "status=successful", "-o", trace]
        ).get()
        #expect(run.ending == .exited(0), "\(run.output)")
        let syncs = segmentSyncs(try String(contentsOfFile: trace, encoding: .utf8))
        #expect(run.counted("groups") > 10, "\(run.output)")
        #expect(syncs >= run.counted("groups"), "\(syncs) calls, \(run.output)")
    }

    /// How many syncs of active segments a trace has: those of other files make no group durable.
    private func segmentSyncs(_ trace: String) -> Int {
        // A call that another thread's comes in between has two lines, and only the first names the file.
        var begun: Set<Substring> = []
        return trace.split(separator: "\n").count { line in
            let thread = line.prefix { $0 != " " }
            if line.contains("fdatasync(") {
                guard line.contains(".log>") else { return false }
                if line.contains("<unfinished") { begun.insert(thread) }
                return line.hasSuffix("= 0")
            }
            return begun.remove(thread) != nil && line.hasSuffix("= 0")
        }
    }
}

@Suite struct `A run of all proofs` {
    @Test func `fails where a figure of every build is not reached in time`() async throws {
        let run = try await TortureRun.of(["all", "--tier", "ci", "--in-memory", "--minutes", "0.0001"]).get()
        #expect(run.ending == .exited(1), "\(run.output)")
        #expect(run.output.contains("Ended before its figure: crash states"), "\(run.output)")
    }

    @Test func `can repeat a single round`() async throws {
        let run = try await TortureRun.of(["memory", "stories", "--seed", "3", "--round", "2"]).get()
        #expect(run.ending == .exited(0), "\(run.output)")
        #expect(run.counted("stories") == 10, "\(run.output)")
    }
}
