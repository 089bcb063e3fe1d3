// Stores with every type of event in every schema: the program reads, checks and writes them for ever.

import Foundation
import Testing

@Suite struct `A store that was made once` {
    /// A copy of one of `Fixtures/logs/events`, with the modes that a store has, of which version control keeps none.
    private struct Golden {
        let directory: TemporaryDirectory
        let expected: String
        private let environment: [String: String]
        private let store: String

        init(_ name: String) throws {
            let files = FileManager.default
            let origin = (1...3).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }
                .appendingPathComponent("Fixtures/logs/events/" + name)
            directory = try TemporaryDirectory()
            expected = try String(contentsOf: origin.appendingPathComponent("expected.jsonl"), encoding: .utf8)
            store = directory.path + "/store"
            try files.copyItem(atPath: origin.path, toPath: store)
            for path in [""] + (files.subpaths(atPath: store) ?? []) {
                let mode = ["", "log"].contains(path) ? 0o700 : 0o600
                try files.setAttributes([.posixPermissions: mode], ofItemAtPath: store + "/" + path)
            }
            environment = ["ENROLL_STORE": store, "ENROLL_VAULT_KEY_FILE": store + "/test-only.key"]
        }

        func run(_ arguments: String...) throws -> Program.Outcome {
            try Program.run(arguments, environment: environment)
        }
    }

    @Test(arguments: ["plain", "sealed"])
    func `reads as it did then, personal texts and what was erased included`(name: String) throws {
        let golden = try Golden(name)
        let outcome = try golden.run("tail", "--from", "1", "--format", "json")
        #expect(outcome.exitCode == 0 && outcome.error == "")
        #expect(outcome.output == golden.expected)
    }

    @Test(arguments: ["plain", "sealed"]) func `makes tables, holds its attestation, and goes on`(name: String) throws {
        let golden = try Golden(name)
        #expect(try golden.run("rebuild").exitCode == 0)
        let report = try golden.run("verify", "--deep")
        #expect(report.exitCode == 0, "\(report)")
        #expect(try golden.run("audit", "decisions").exitCode == 0)
        #expect(try golden.run("audit", "attestations").exitCode == 0)
        #expect(try golden.run("course", "create", "--title", "Logic").exitCode == 0)
        #expect(try golden.run("verify", "--deep").exitCode == 0)
    }
}
