// Events of every type and schema that were ever written are read for ever. Fixtures/logs/events/README.md.

import Enrollment
import EventLog
import Foundation
import Testing

@testable import EnrollmentEngine

@Suite struct GoldenEventsTests {
    /// What is recorded of an event: its type and the schema of its payload.
    struct Kind: Hashable, CustomStringConvertible {
        let type: EventType
        let schema: UInt8
        var description: String { "\(type.name) in schema \(schema)" }
    }

    @Test func `hold every type of event in every schema that it has`() throws {
        var found: Set<Kind> = []
        for store in try GoldenStore.all() {
            var blocks = try LogReader.open(at: store.directory + "/log").blocks(from: 1)
            var block = DecodedBlock()
            while try blocks.next(into: &block) {
                for index in 0..<block.count {
                    let type = try #require(EventType(rawValue: block.types[index]))
                    found.insert(Kind(type: type, schema: block.payload[block.payloadRange(at: index).lowerBound] >> 4))
                }
            }
        }
        let wanted = Set(Samples.events.map { Kind(type: $0.type, schema: $0.isSealed ? 2 : 1) })
        #expect(Set(wanted.map(\.type)) == Set(EventType.allCases))
        let missing = wanted.subtracting(found).map(\.description).sorted()
        #expect(missing == [], "record them as Fixtures/logs/events/README.md says")
    }

    @Test func `read as they did when they were written`() throws {
        for store in try GoldenStore.all() {
            let history = try EventHistory.open(at: store.directory)
            var cursor = try history.cursor()
            var json = ResultJSON()
            while let event = try cursor.next() {
                json.append(event)
                json.endLine()
            }
            // Without a vault personal texts stay sealed; the program's own test opens them.
            let expected =
                history.isLocked
                ? store.expected.replacing(/"(email|name|reason)":"[^"]*"/) {
                    "\"\($0.output.1)\":null"
                } : store.expected
            #expect(String(decoding: json.bytes, as: UTF8.self) == expected, "\(store.directory)")
        }
    }

    @Test func `are decided again without a difference, and make a sound state`() throws {
        for store in try GoldenStore.all() {
            let history = try EventHistory.open(at: store.directory)
            #expect(try history.state().checkInvariants() == [])
            let report = try history.replayDecisions { Issue.record("\($0)") }
            #expect(report.differences == 0 && report.commands > 50)
        }
    }
}

/// A copy of one of the golden stores, with the modes that a store has, of which version control keeps none.
final class GoldenStore {
    let directory: String
    /// The events as JSON lines.
    let expected: String

    static func all() throws -> [GoldenStore] { try ["plain", "sealed"].map { try GoldenStore($0) } }

    private init(_ name: String) throws {
        let files = FileManager.default
        let origin = (1...3).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }
            .appendingPathComponent("Fixtures/logs/events/" + name)
        expected = try String(contentsOf: origin.appendingPathComponent("expected.jsonl"), encoding: .utf8)
        directory = NSTemporaryDirectory() + "enroll-test-\(CommandID.random())"
        try files.copyItem(atPath: origin.path, toPath: directory)
        for path in [""] + (files.subpaths(atPath: directory) ?? []) {
            let mode = ["", "log"].contains(path) ? 0o700 : 0o600
            try files.setAttributes([.posixPermissions: mode], ofItemAtPath: directory + "/" + path)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }
}
