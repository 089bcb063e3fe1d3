// Attestations by the program: made once, computed by SQLite's shell too, and found out where they are false.

import Foundation
import Testing

@Suite struct `Attesting the state` {
    private func field(_ name: String, of json: String) throws -> String {
        let rest = try #require(json.components(separatedBy: "\"\(name)\":").dropFirst().first)
        return String(rest.prefix { $0 != "," && $0 != "}" }).replacing("\"", with: "")
    }

    @Test func `records what the log makes, once`() throws {
        let store = try TemporaryStore.furnished()
        let first = try SignedStore.output(["attest", "--format", "json"], in: store)
        #expect(first.hasPrefix(#"{"position":9,"isNew":true,"through":8,"tablesVersion":2,"tables":""#), "\(first)")
        #expect(try field("terms", of: first) == "2")
        let again = try SignedStore.output(["attest", "--format", "json"], in: store)
        #expect(again == first.replacing("\"isNew\":true", with: "\"isNew\":false"))
        #expect(try SignedStore.output(["attest"], in: store).contains("nothing came since"))
        #expect(try SignedStore.output(["apply", "2", "1"], in: store).contains("position 10"))
        let next = try SignedStore.output(["attest", "--format", "json"], in: store)
        #expect(try field("through", of: next) == "10" && field("tables", of: next) != field("tables", of: first))
        let audit = try SignedStore.output(["audit", "attestations"], in: store)
        #expect(audit == "attestations  2 attestations as the log says, the last through position 10\nsound\n")
        #expect(try SignedStore.output(["verify", "--deep"], in: store).hasSuffix("sound\n"))
    }

    @Test func `is done anew where the last attestation is not what the log makes`() throws {
        let store = try TemporaryStore.furnished()
        let truth = try SignedStore.output(["attest", "--format", "json"], in: store)
        let digest = String(repeating: "ab", count: 32)
        func claim(through: Int) throws -> Program.Outcome {
            let command =
                #"{"actor":"system","command":"AttestState","through":\#(through),"tablesVersion":2,"#
                + #""tables":"\#(digest)","terms":2,"termVersions":"\#(try field("termVersions", of: truth))"}"#
            return try Program.run(["submit", "-"], in: store, input: command)
        }
        try #require(try claim(through: 9).exitCode == 0)
        let anew = try Program.run(["attest", "--format", "json"], in: store)
        #expect(anew.exitCode == 0 && anew.output.hasPrefix(#"{"position":11,"isNew":true,"through":10,"#), "\(anew)")
        #expect(anew.error.contains("the attestation at position 10 is not what the log makes"), "\(anew)")
        #expect(try field("tables", of: anew.output) == field("tables", of: truth))
        #expect(try SignedStore.output(["attest"], in: store).contains("nothing came since"))
        // About itself, or what is not there yet, nothing can be true.
        for through in [12, 900] {
            let refused = try claim(through: through)
            #expect(refused.output.hasPrefix("refused, not recorded (decided after position 11)"), "\(refused)")
            #expect(refused.output.contains("INVALID_INPUT") && refused.output.contains("through"), "\(refused)")
        }
        #expect(try SignedStore.output(["status"], in: store).contains("11"))
        #expect(try claim(through: 11).exitCode == 0)
    }

    @Test(.enabled(if: OutsideVerifiers.hasSQLite))
    func `gives the digest that SQLite's shell and sha256sum give`() throws {
        let store = try TemporaryStore.furnished()
        let files = try TemporaryDirectory()
        for words in [["apply", "2", "1"], ["apply", "3", "2"], ["course", "update", "1", "--title", "O'Neill"]] {
            _ = try SignedStore.output(words, in: store)
        }
        try #require(try Program.run(["apply", "3", "1"], in: store).exitCode == 1)
        let attested = try SignedStore.output(["attest", "--format", "json"], in: store)
        let tables = files.path + "/tables.sqlite"
        _ = try SignedStore.output(["replay", "--to", try field("through", of: attested), "--into", tables], in: store)
        let script = "sqlite3 '\(tables)' < '\(OutsideVerifiers.check("public_tables.sql"))' | sha256sum"
        let digest = try field("tables", of: attested)
        let compare = "[ \"$(\(script) | cut -c1-64)\" = \(digest) ]"
        #expect(OutsideVerifiers.run(["bash", "-euo", "pipefail", "-c", compare]) == 0)
        // One edited cell, and it is another.
        let edit = "sqlite3 '\(tables)' 'UPDATE enrollments SET applied_at = applied_at + 1 WHERE id = 1'"
        #expect(OutsideVerifiers.run(["bash", "-c", edit]) == 0)
        #expect(OutsideVerifiers.run(["bash", "-euo", "pipefail", "-c", compare]) == 1)
    }

    @Test func `is not for operators, nor for an empty log`() throws {
        let store = try TemporaryStore.furnished()
        _ = try SignedStore.output(["user", "role", "2", "OPERATOR"], in: store)
        let refused = try Program.run(["attest", "--as", "2"], in: store)
        #expect(refused.exitCode == 1 && refused.output.contains("FORBIDDEN"), "\(refused)")
        let empty = try TemporaryStore()
        try #require(try Program.run(["init"], in: empty).exitCode == 0)
        let nothing = try Program.run(["attest"], in: empty)
        #expect(nothing.exitCode == 2 && nothing.error.contains("nothing to attest yet"), "\(nothing)")
    }

    @Test func `falsely is found on a replay, and no dossier is made of it`() throws {
        let signed = try SignedStore()
        let store = signed.store
        let truth = try SignedStore.output(["attest", "--format", "json"], in: store)
        let (tables, versions) = (try field("tables", of: truth), try field("termVersions", of: truth))
        func lie(_ tables: String, _ versions: String) throws {
            let command =
                #"{"actor":"system","command":"AttestState","through":328,"tablesVersion":2,"tables":"\#(tables)","#
                + #""terms":2,"termVersions":"\#(versions)"}"#
            try #require(try Program.run(["submit", "-"], in: store, input: command).exitCode == 0)
        }
        let other = String(tables.map { $0 == "a" ? "b" : $0 == "b" ? "a" : $0 })
        try lie(other, versions)
        try lie(tables, other)
        let audit = try Program.run(["audit", "attestations"], in: store)
        #expect(audit.exitCode == 1 && audit.lines.last == "2 findings", "\(audit)")
        #expect(audit.output.contains("position 330: system attested the state through 328; it states the tables"))
        #expect(audit.output.contains("position 331: system attested the state through 328; it states the terms'"))
        let json = try Program.run(["audit", "attestations", "--format", "json"], in: store)
        #expect(json.output.hasPrefix(#"{"finding":"attestations","position":330,"#), "\(json.output)")
        _ = try SignedStore.sign(store, signed.files)
        let dossier = signed.files.path + "/dossier"
        let refused = try Program.run(["prove", "term", "1", "--into", dossier], in: store)
        #expect(refused.exitCode == 1 && refused.error.contains("does not fit the log through 328"), "\(refused)")
        #expect(!FileManager.default.fileExists(atPath: dossier))
    }
}
