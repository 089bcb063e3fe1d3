// The folder of an export: whole or not at all, with sums that are right and a manifest that is true.

import Crypto
import Enrollment
import EnrollmentEngine
import EnrollmentExport
import EnrollmentReadModel
import EnrollmentTesting
import EventLog
import Foundation
import Synchronization
import Testing
import Transparency

@testable import EnrollmentAudit

@Suite struct `The folder of an export` {
    @Test(arguments: ExportFormat.allCases)
    func `has the sums of its files, and the same bytes again`(_ format: ExportFormat) async throws {
        let scratch = try ExportScratch()
        let history = try await AuditStore.random(seed: 3, commands: 800).history()
        let first = try scratch.export(history, format)
        let second = try scratch.export(history, format)
        let lines = try scratch.text(first + "/SHA256SUMS").split(separator: "\n").map { $0.split(separator: " ") }
        let names = lines.map { String($0[1]) }
        let onDisk = try scratch.names.filter { $0.hasPrefix(first + "/") }.map { $0.dropFirst(first.count + 1) }
        #expect(Set(names + ["SHA256SUMS"]) == Set(onDisk.map(String.init)))
        for line in lines {
            let bytes = try scratch.bytes("\(first)/\(line[1])")
            #expect(SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined() == line[0])
            #expect(try scratch.bytes("\(second)/\(line[1])") == bytes, "\(line[1])")
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(scratch.path)/\(first)/\(line[1])")
            #expect((attributes[.posixPermissions] as? Int).map { $0 & 0o077 } == 0)
        }
    }

    @Test func `has a manifest that says what was exported`() async throws {
        let scratch = try ExportScratch()
        let store = try await AuditStore.eventful()
        let history = try await store.history()
        let folder = try scratch.export(history, .csv) { ($0.first, $0.last, $0.program) = (3, 9, "tester 1") }
        let manifest = try JSONDecoder().decode(ExportManifest.self, from: scratch.bytes(folder + "/manifest.json"))
        #expect(manifest.format == 1 && manifest.export == "csv" && manifest.program == "tester 1")
        #expect(manifest.firstPosition == 3 && manifest.lastPosition == 9 && manifest.events == 7)
        #expect(manifest.storeID == history.storeID && manifest.origin == "test" && manifest.epoch == history.epoch)
        #expect(manifest.checkpoint == nil && !manifest.personalData)
        #expect(manifest.files.map(\.name).first == "events.csv" && manifest.files.first?.rows == 7)
        for file in manifest.files {
            #expect(try scratch.bytes(folder + "/" + file.name).count == Int(file.bytes))
        }
    }

    @Test func `carries the last checkpoint that was signed`() async throws {
        let scratch = try ExportScratch()
        let store = try await AuditStore.eventful()
        let history = try await store.history()
        let log = try LogReader.open(at: history.layout.logPath, fileSystem: store.disk)
        let tree = ProofTree(at: history.layout.transparencyPath, of: log, fileSystem: store.disk)
        let signed = try tree.sign(with: SignerKey(name: "test"))
        let folder = try scratch.export(history, .cloudEvents)
        #expect(try scratch.text(folder + "/checkpoint") == signed.note.encoded)
        let manifest = try JSONDecoder().decode(ExportManifest.self, from: scratch.bytes(folder + "/manifest.json"))
        #expect(manifest.checkpoint?.size == 17 && manifest.checkpoint?.root == signed.root.description)
        #expect(try scratch.text(folder + "/SHA256SUMS").contains("  checkpoint\n"))
    }

    @Test(arguments: ExportFormat.allCases)
    func `is not made where the work is given up`(_ format: ExportFormat) async throws {
        struct Enough: Error {}
        let scratch = try ExportScratch()
        let history = try await AuditStore.random(seed: 3, commands: 4000).history()
        #expect(try history.lastPosition().rawValue > 1024)
        // Given up at every report of progress in turn, until one goes through.
        for limit in 0... {
            let reports = Mutex(0)
            do {
                _ = try history.export(format, into: scratch.path + "/out") { _ in
                    try reports.withLock { count in
                        if count == limit { throw Enough() }
                        count += 1
                    }
                }
                #expect(limit > 0)
                break
            } catch is Enough {} catch let error as ReadModelError where error.code == .cancelled {}
            // What is left now would refuse all that follow.
            try #require(try scratch.names == [], "after \(limit) reports")
        }
        #expect(try scratch.names.contains("out/manifest.json"))
    }

    @Test(arguments: ExportFormat.allCases)
    func `is never written over something, and leaves no trace when refused`(_ format: ExportFormat) async throws {
        let scratch = try ExportScratch()
        let history = try await AuditStore.eventful().history()
        let path = scratch.path + "/out"
        func refusal() -> AuditError.Code? { code { _ = try history.export(format, into: path) } }
        try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
        #expect(refusal() == .alreadyExists)
        #expect(try scratch.text("out") == "mine" && scratch.names == ["out"])
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "nowhere")
        #expect(refusal() == .alreadyExists)
        try FileManager.default.removeItem(atPath: path)
        // An empty folder is somebody's too: a rename would put the export in its place.
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(refusal() == .alreadyExists)
        #expect(try scratch.names == ["out"])
        try FileManager.default.removeItem(atPath: path)
        // What another export, or one that was killed, has left is not touched.
        try FileManager.default.createDirectory(atPath: path + ".partial", withIntermediateDirectories: false)
        #expect(refusal() == .alreadyExists)
        #expect(try scratch.names == ["out.partial"])
        #expect(code { _ = try history.export(format, into: scratch.path + "/no/out") } == .io)
    }

    @Test func `is not made for positions that are not there`() async throws {
        let scratch = try ExportScratch()
        let history = try await AuditStore.eventful().history()
        for (first, last) in [(Position(1), Position(18)), (19, nil), (0, 5), (7, 5)] as [(Position, Position?)] {
            let refused = code { _ = try scratch.export(history, .csv) { ($0.first, $0.last) = (first, last) } }
            #expect(refused == .notFound, "\(first) to \(last?.description ?? "the end")")
        }
        #expect(try scratch.names == [])
    }

    @Test(arguments: ExportFormat.allCases)
    func `may have no event`(_ format: ExportFormat) async throws {
        let scratch = try ExportScratch()
        let empty = try scratch.export(try await AuditStore().history(), format)
        let history = try await AuditStore.eventful().history()
        let behind = try scratch.export(history, format) { $0.first = 18 }
        for folder in [empty, behind] {
            #expect(try scratch.text(folder + "/manifest.json").contains("\"events\" : 0"))
        }
        if format == .ocel { #expect(try scratch.rows(behind, "SELECT * FROM object") == []) }
    }

    @Test(arguments: ExportFormat.allCases)
    func `is not made of a log that tells what cannot be`(_ format: ExportFormat) async throws {
        let scratch = try ExportScratch()
        let store = try await AuditStore.eventful()
        try await store.plant { log in
            try log.plant(
                .approveEnrollment(99), by: .system,
                [.enrollmentApproved(99, term: 1, overbooked: false, reason: nil)],
                at: EventTime(recordedAt: .day(20)))
        }
        let history = try await store.history()
        // A stream of events needs no state and tells what the log has; what is folded must be possible.
        let refused = code { _ = try scratch.export(history, format) }
        switch format {
        case .cloudEvents: #expect(refused == nil)
        case .ocel: #expect(refused == .log)
        case .csv: #expect(refused != nil)
        }
        if refused != nil { #expect(try scratch.names == []) }
    }
}
