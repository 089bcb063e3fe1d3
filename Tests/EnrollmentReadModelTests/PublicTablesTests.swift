// The digest of the public tables: the same as SQLite makes out of a file, and of nothing that is sealed.

import Crypto
import Enrollment
import EnrollmentEngine
import EnrollmentTesting
import EventLog
import Foundation
import GRDB
import Testing

@testable import EnrollmentReadModel

@Suite struct `The digest of the public tables` {
    private static let script = (1...3)
        .reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }
        .appendingPathComponent("Fixtures/checks/public_tables.sql")

    /// What the script for SQLite's own shell gives, hashed.
    private func digestBySQL(_ path: String) throws -> [UInt8] {
        let script = try String(contentsOf: Self.script, encoding: .utf8)
            .split(separator: "\n").filter { !$0.hasPrefix("--") && !$0.hasPrefix(".") }.joined(separator: "\n")
        let statements = script.split(separator: ";").filter { $0.contains("SELECT") }
        #expect(statements.count == 5)
        let queue = try DatabaseQueue(path: path)
        let text = try queue.read { database in
            try statements.flatMap { try String.fetchAll(database, sql: String($0)) }.map { $0 + "\n" }.joined()
        }
        return Array(SHA256.hash(data: Data(text.utf8)))
    }

    private func digest(_ events: [RecordedEvent]) throws -> [UInt8] {
        var tables = PublicTables()
        for event in events { try tables.apply(event) }
        return try tables.digest()
    }

    @Test(arguments: UInt64(500)...505) func `is what SQLite's quote() makes of the rows`(seed: UInt64) async throws {
        let history = History.random(seed: seed, events: 600)
        try await withScratch { scratch in
            for count in [0, 1, 7, 150, 151, 400, history.events.count] {
                let path = "\(scratch.directory)/\(count).sqlite"
                _ = try Rebuild.materialize(history.log, .position(Position(Int64(count))), into: path)
                let events = Array(history.events.prefix(count))
                #expect(try digest(events) == digestBySQL(path), "seed \(seed), position \(count)")
            }
        }
    }

    @Test func `can be asked for at any event, and goes on`() throws {
        let history = History.random(seed: 510, events: 120)
        var tables = PublicTables()
        var digests: Set<[UInt8]> = [try tables.digest()]
        for (place, event) in history.events.enumerated() {
            try tables.apply(event)
            let digest = try tables.digest()
            #expect(try digest == self.digest(Array(history.events.prefix(place + 1))))
            digests.insert(digest)
        }
        #expect(digests.count > 100)
    }

    @Test func `depends on no address, no name and no reason`() throws {
        func digest(email: String, name: String, reason: PersonalText?, role: Role = .student) throws -> [UInt8] {
            try self.digest(
                recorded([
                    .userRegistered(1, email: .plain(email), name: .plain(name), role: role, sourceID: "s"),
                    .userUpdated(1, email: "x\(email)", name: "x\(name)"), .userSuspended(1, reason: reason),
                ]))
        }
        let one = try digest(email: "a@b", name: "A", reason: nil)
        #expect(try digest(email: "c@d", name: "C", reason: "why") == one)
        #expect(try digest(email: "a@b", name: "A", reason: nil, role: .user) != one)
    }

    /// Quotes, line feeds and the ends of the number range.
    @Test func `tells apart what rows look alike without quotes`() async throws {
        let events = recorded([
            .courseCreated(
                1, title: "O'Neill, ''", description: "a\nb,'c'", category: "", instructor: nil, sourceID: "'"),
            .courseCreated(2, title: "NULL", description: "1", category: "x", instructor: nil, sourceID: nil),
        ])
        try await withScratch { scratch in
            let path = scratch.directory + "/odd.sqlite"
            _ = try Rebuild.materialize(MemoryLog(events), .position(2), into: path)
            #expect(try digest(events) == digestBySQL(path))
        }
    }

    private func recorded(_ events: [Event]) -> [RecordedEvent] {
        events.enumerated().map { place, event in
            RecordedEvent(
                position: .init(Int64(place) + 1), stream: event.stream, version: 1,
                time: EventTime(recordedAt: Timestamp(microseconds: place == 0 ? -62_135_596_800_000_000 : 7)),
                actor: .system, commandID: .init(high: 1, low: UInt64(place)), isBatchStart: true, event: event)
        }
    }
}
