// Stores that cannot be used: one clear line, exit code 2, nothing changed.

import Enrollment
import EnrollmentTesting
import Foundation
import Testing

@Suite struct `A store that cannot be used` {
    /// What is wrong, how it is brought about, and what the one line says.
    enum Fault: String, CaseIterable {
        case missing, notAStore, otherLog, otherTimeZone, newerFormat, unreadableSettings, writableByOthers
        case damagedSegment, settingsLost, otherTables, newerEvent

        var says: String {
            switch self {
            case .missing, .notAStore, .settingsLost: "enroll: there is no store at "
            case .otherLog: "put the right log in its place"
            case .otherTimeZone: "/store.json does not fit its checksum: the time zone, the origin, the identity or the"
            case .newerFormat: "has format 99, this program reads up to 3; use a newer one"
            case .unreadableSettings: "is not a store's settings; restore it from a backup"
            case .writableByOthers: "can be written by other users; run chmod go-w on it"
            case .newerEvent: "Schema version 3 is needed, and this program reads 1 through 2. Use a version"
            case .damagedSegment: "Restore the file from a backup"
            case .otherTables: "enroll rebuild"
            }
        }

        func make(in store: TemporaryStore) throws {
            let files = FileManager.default
            let settings = store.path + "/store.json"
            switch self {
            case .missing: try files.removeItem(atPath: store.path)
            case .notAStore:
                try files.removeItem(atPath: store.path)
                try files.createDirectory(atPath: store.path, withIntermediateDirectories: true)
                try Data("letters".utf8).write(to: URL(fileURLWithPath: store.path + "/notes.txt"))
            case .settingsLost: try files.removeItem(atPath: settings)
            case .otherLog:
                let other = try TemporaryStore.furnished(personalData: "plain")
                let theirs = try Data(contentsOf: URL(fileURLWithPath: other.path + "/store.json"))
                try edit(settings) { _ in String(decoding: theirs, as: UTF8.self) }
            case .otherTimeZone: try edit(settings) { $0.replacing("\"UTC\"", with: "\"GMT\"") }
            case .newerFormat: try edit(settings) { $0.replacing("\"format\" : 2", with: "\"format\" : 99") }
            case .unreadableSettings: try edit(settings) { String($0.dropLast(9)) }
            case .writableByOthers:
                try files.setAttributes([.posixPermissions: 0o770], ofItemAtPath: store.path)
            case .damagedSegment: try store.damageFirstSegment()
            case .newerEvent:
                var log = try PlantedLog(store: store.path)
                try log.plantRecord(type: 81, payload: [3 << 4, 1], at: Timestamp(microseconds: 1_900_000_000_000_000))
                try log.close()
            case .otherTables:
                let other = try TemporaryStore.furnished(personalData: "plain")
                for name in try files.contentsOfDirectory(atPath: store.path) where name.hasPrefix("read") {
                    try files.removeItem(atPath: store.path + "/" + name)
                }
                for name in try files.contentsOfDirectory(atPath: other.path) where name.hasPrefix("read") {
                    try files.copyItem(atPath: other.path + "/" + name, toPath: store.path + "/" + name)
                }
            }
        }

        private func edit(_ path: String, _ change: (String) -> String) throws {
            let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
            try Data(change(text).utf8).write(to: URL(fileURLWithPath: path))
        }
    }

    @Test(arguments: Fault.allCases)
    func `is named in one line and left as it was`(_ fault: Fault) throws {
        let store = try TemporaryStore.furnished(personalData: "plain")
        try fault.make(in: store)
        let before = try store.fingerprint()
        for words in [["apply", "2", "1"], ["submit", "/dev/null"]] {
            let outcome = try Program.run(words, in: store)
            #expect(outcome.exitCode == 2)
            #expect(outcome.error.contains(fault.says), "\(outcome.error)")
            #expect(outcome.errorLines.count == 1)
            #expect(outcome.output == "")
        }
        let after = try store.fingerprint()
        #expect(before.count == after.count)
        // Locks, and what a writer notes about its own place, carry nothing that was stored. Neither does the tables'
        // write-ahead log: it is empty after a close, and GRDB begins it when it opens them.
        let notes = ["log/LOCK", "log/TAIL", "read.lock"]
        let touched = zip(before, after).filter { $0 != $1 }.map(\.1).filter { line in
            !notes.contains(where: line.hasPrefix) && !line.contains(".sqlite-shm") && !line.contains(".sqlite-wal")
        }
        #expect(touched.isEmpty)
    }

    @Test func `is told of a newer version by whatever reads its events`() throws {
        let store = try TemporaryStore.furnished(personalData: "plain")
        try Fault.newerEvent.make(in: store)
        for words in [
            ["tail"], ["history", "user", "1"], ["explain", "9"], ["rebuild", "--force"], ["verify"],
            ["verify", "--deep"], ["log", "verify"], ["audit", "decisions"],
            ["replay", "--to", "9", "--into", store.path + ".then"], ["export", "csv", "--into", store.path + ".csv"],
        ] {
            let outcome = try Program.run(words, in: store)
            #expect(outcome.exitCode == 2, "\(words) \(outcome.output)")
            #expect(outcome.error.contains(Fault.newerEvent.says), "\(words) \(outcome.error)")
        }
    }

    @Test func `is mended by a rebuild where only the tables are wrong`() throws {
        let store = try TemporaryStore.furnished(personalData: "plain")
        try Fault.otherTables.make(in: store)
        #expect(try Program.run(["rebuild", "--force"], in: store).exitCode == 0)
        #expect(try Program.run(["apply", "2", "1"], in: store).exitCode == 0)
        #expect(try Program.run(["verify"], in: store).exitCode == 0)
    }

    @Test func `gives a finding and exit code 1 to a check of a damaged log`() throws {
        let store = try TemporaryStore.furnished(personalData: "plain")
        try store.damageFirstSegment()
        let outcome = try Program.run(["log", "verify"], in: store)
        #expect(outcome.exitCode == 1)
        #expect(outcome.output.contains("finding  log  "))
    }

    @Test func `is not made a second time`() throws {
        let store = try TemporaryStore.furnished(personalData: "plain")
        let before = try store.fingerprint()
        let outcome = try Program.run(["init"], in: store)
        #expect(outcome.exitCode == 2)
        #expect(outcome.error.hasPrefix("enroll: there is a store at "))
        #expect(try store.fingerprint() == before)
    }
}

extension TemporaryStore {
    /// Turns a byte of the oldest segment's header.
    func damageFirstSegment() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: path + "/log")
        let name = try #require(names.filter { $0.hasSuffix(".log") }.min())
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path + "/log/" + name))
        try file.seek(toOffset: 20)
        let byte = try #require(try file.read(upToCount: 1)?.first)
        try file.seek(toOffset: 20)
        try file.write(contentsOf: Data([byte ^ 0x40]))
        try file.close()
    }
}
