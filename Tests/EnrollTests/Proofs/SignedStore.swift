// A store that was signed twice, with everything that an auditor is given of it.

import ChildProcesses
import Foundation
import Testing

/// What an auditor has in hand, as text to change.
struct Evidence {
    var key: String
    var checkpoint: String
    /// Of the event at position 5, which the older checkpoint covers too.
    var inclusion: String
    var record: [UInt8]
    var consistency: String
    var old: String
    /// What else whoever changes evidence may have: of another event, of another log with the same key, another key.
    var otherRecord: [UInt8]
    var rivalCheckpoint: String
    var rivalOld: String
    var otherKey: String
}

/// A store with 8 events when it was first signed, and 328 when it was signed again.
final class SignedStore {
    static let key = "log.key"
    let store: TemporaryStore
    let files: TemporaryDirectory
    let evidence: Evidence

    var keyPath: String { files.path + "/" + Self.key }

    init() throws {
        let files = try TemporaryDirectory()
        self.files = files
        let key = try Self.output(["keygen", "enrollment", "--into", files.path + "/" + Self.key])
        let otherKey = try Self.output(["keygen", "enrollment", "--into", files.path + "/other.key"])
        store = try TemporaryStore.furnished(personalData: "plain")
        let old = try Self.sign(store, files)
        try Self.grow(store)
        let checkpoint = try Self.sign(store, files)
        let record = files.path + "/5.record"
        let inclusion = try Self.output(["prove", "inclusion", "5", "--record", record], in: store)
        let other = files.path + "/6.record"
        _ = try Self.output(["prove", "inclusion", "6", "--record", other], in: store)
        let oldPath = try Self.write(Array(old.utf8), "old", in: files)
        let consistency = try Self.output(["prove", "consistency", oldPath], in: store)
        // The same words at the same time, but other command ids: another log under the same name and key.
        let rival = try TemporaryStore.furnished(personalData: "plain")
        let rivalOld = try Self.sign(rival, files)
        try Self.grow(rival)
        evidence = Evidence(
            key: key.trimmingCharacters(in: .newlines), checkpoint: checkpoint, inclusion: inclusion,
            record: try Self.bytes(record), consistency: consistency, old: old, otherRecord: try Self.bytes(other),
            rivalCheckpoint: try Self.sign(rival, files), rivalOld: rivalOld,
            otherKey: otherKey.trimmingCharacters(in: .newlines))
    }

    /// Registers 320 more users.
    static func grow(_ store: TemporaryStore) throws {
        let commands = (0..<320).map {
            #"{"actor":"system","command":"RegisterUser","email":"u\#($0)@x.org","name":"U","role":"STUDENT"}"#
        }
        let outcome = try Program.run(["submit", "-"], in: store, input: commands.joined(separator: "\n"))
        try #require(outcome.exitCode == 0, "\(outcome.error)")
    }

    static func sign(_ store: TemporaryStore, _ files: TemporaryDirectory) throws -> String {
        try output(["checkpoint", "--key", files.path + "/" + key], in: store)
    }

    static func output(_ words: [String], in store: TemporaryStore? = nil) throws -> String {
        let outcome = try Program.run(words, in: store)
        try #require(outcome.exitCode == 0, "\(words): \(outcome.error)")
        return outcome.output
    }

    static func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

    /// Writes a file and gives its path.
    static func write(_ bytes: [UInt8], _ name: String, in files: TemporaryDirectory) throws -> String {
        let path = files.path + "/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }
}

/// The evidence in files of its own, which go away with it: keep it alive while somebody reads them.
struct EvidenceFiles {
    let files: TemporaryDirectory
    let checkpoint, inclusion, record, consistency, old: String

    init(_ evidence: Evidence) throws {
        let files = try TemporaryDirectory()
        self.files = files
        func write(_ bytes: some Sequence<UInt8>, _ name: String) throws -> String {
            try SignedStore.write(Array(bytes), name, in: files)
        }
        checkpoint = try write(evidence.checkpoint.utf8, "checkpoint")
        inclusion = try write(evidence.inclusion.utf8, "inclusion")
        record = try write(evidence.record, "record")
        consistency = try write(evidence.consistency.utf8, "consistency")
        old = try write(evidence.old.utf8, "old")
    }
}
