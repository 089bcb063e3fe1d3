// What is left in the memory of a process that showed a person's texts, and erased them while it ran.

import ChildProcesses
import Crypto
import Enrollment
import EnrollmentEngine
import EnrollmentVault
import Foundation
import Testing

@Suite struct `The memory of a process that showed texts and erased them` {
    private static let texts = [
        "minji.kim-secret@example.kr", "Minji Kim-Secret, of a memorable name", "a private reason to be found",
    ]

    /// `overwriting`: the C library overwrites what is freed, so that whatever is found is in use.
    @Test(arguments: [false, true]) func `has no key, and no text in use`(overwriting: Bool) async throws {
        let files = try TemporaryDirectory()
        let (store, keyFile) = (files.path + "/store", files.path + "/store.key")
        let wrapping = LocalKey()
        try wrapping.save(keyFile)
        let program = URL(fileURLWithPath: Program.path).deletingLastPathComponent().path + "/forgetting"
        let inverted = Self.texts.map { $0.utf8.map { String(format: "%02x", ~$0) }.joined() }
        let tunables = overwriting ? "glibc.malloc.perturb=165:glibc.malloc.tcache_count=0" : ""
        let process = try ChildProcess(
            [program, store, keyFile] + inverted, environment: ["PATH": "/usr/bin", "GLIBC_TUNABLES": tunables])
        // The answers show two texts, the history the same and the tables a name, and both again after an opening.
        #expect(process.readLine(until: .afterSeconds(600)) == "shown 8")
        let vault = try Vault.open(ofStore: store, wrapping: wrapping, readOnly: true)
        let key = try #require(try vault.key(of: 1)).withUnsafeBytes { Data($0) }
        try vault.close()
        let before = try await Memory(of: process.pid)
        #expect(before.holds(key), "the search finds what is there")
        process.write("\n")
        #expect(process.readLine(until: .afterSeconds(600)) == "forgotten 0")
        let after = try await Memory(of: process.pid)
        #expect(after.holds(Data("a text that stays in use".utf8)), "the search finds what is there")
        // Not even half of it: what was freed has lost its first bytes.
        for half in [key.prefix(16), key.suffix(16)] { #expect(!after.holds(Data(half))) }
        // Freed memory may hold texts until it is used again, so a process that runs on must be started anew.
        if overwriting {
            for text in Self.texts { #expect(!after.holds(Data(text.utf8)), "\(text) is in use") }
        }
        process.write("\n")
        #expect(process.wait() == .exited(0))
    }
}
