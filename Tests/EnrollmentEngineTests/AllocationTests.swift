// How often a command may ask for memory.

import ChildProcesses
import Foundation
import Testing

@Suite struct `The allocations of a command` {
    /// A release build of the program `allocations`: without the optimiser the figures say nothing.
    private static let program = ProcessInfo.processInfo.environment["ENROLL_ALLOCATIONS"] ?? ""
    private static let mustRun = ProcessInfo.processInfo.environment["CI"] == "true"

    // Of its own: the array in which the answer carries the events, and what a refusal saw, which has its own place in
    // memory, so that every other event is half as large. What tables and the log's thread take is shared.
    @Test(.enabled(if: program != "" || mustRun, "ENROLL_ALLOCATIONS names a release build of 'allocations'"))
    func `are one for its events, one for what a refusal saw, and none for a refusal that nobody keeps`() throws {
        let counted = try figures()
        #expect(try #require(counted["accepted, recorded"]) <= 1.5)
        #expect(try #require(counted["refused, recorded"]) <= 2.5)
        #expect(try #require(counted["accepted, transient"]) <= 1.5)
        #expect(try #require(counted["refused, transient"]) <= 0.05)
        // The answer's array cannot be missing: whoever counts less does not count.
        #expect(try #require(counted["accepted, recorded"]) >= 1)
    }

    /// The least of three runs: what is shared is shared by as many commands as happen to come together, and on a busy
    /// machine those are sometimes few.
    private func figures() throws -> [String: Double] {
        var least = try run()
        for _ in 1..<3 { least.merge(try run(), uniquingKeysWith: min) }
        return least
    }

    private func run() throws -> [String: Double] {
        let process = try ChildProcess([Self.program])
        process.closeInput()
        let lines = process.remainingLines(until: .afterSeconds(600))
        try #require(process.wait() == .exited(0))
        return Dictionary(
            uniqueKeysWithValues: try lines.map { line in
                let parts = line.components(separatedBy: ": ")
                return (parts[0], try #require(Double(parts[parts.count - 1])))
            })
    }
}
