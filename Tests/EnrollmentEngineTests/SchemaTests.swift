// Schema versions of payloads: proven at every opening, and told by number where this program is too old.

import Enrollment
import EnrollmentTesting
import EventLog
import Foundation
import Testing

@testable import EnrollmentEngine

@Suite struct SchemaTests {
    @Test func `every schema version leads to the newest`() throws {
        #expect(try EventCodec.schemas.get().versions == 1...2)
        try EventCodec.check()
        // Both are read as they are, and nothing else is.
        #expect(EventCodec.unchanged == 0b110)
    }

    /// Steps that do not lead from 1 to 2, and what is said of them.
    static let broken: [(steps: [EventUpcast], says: String)] = [
        ([], "from 1 a step leads nowhere"), ([EventUpcast(from: 1, to: 3)], "from 1 a step leads to 3"),
        ([EventUpcast(from: 1, to: 1)], "in a circle, from 1 to 1"),
    ]

    @Test(arguments: broken)
    func `an opening refuses a gap or a cycle before it touches anything`(
        _ broken: (steps: [EventUpcast], says: String)
    ) async throws {
        var options = EngineOptions()
        options.upcasts = broken.steps
        func refusal(_ call: () async throws(EngineError) -> EnrollmentEngine) async {
            let error = await #expect(throws: EngineError.self) { try await call() }
            #expect(error?.code == .invalidArgument && error?.message.contains(broken.says) == true)
        }
        let missing = NSTemporaryDirectory() + "enroll-test-\(CommandID.random())"
        await refusal { () throws(EngineError) in try await .create(at: missing, personalData: .plain, options: options)
        }
        #expect(!FileManager.default.fileExists(atPath: missing))
        try await withStore { engine, directory in
            try await engine.close()
            let log = directory + "/log"
            let before = try FileManager.default.contentsOfDirectory(atPath: log).sorted()
            await refusal { () throws(EngineError) in try await .open(at: directory, options: options) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: log).sorted() == before)
        }
    }

    /// A store whose last record a program to come wrote.
    private func withNewerRecord(
        type: UInt8, schema: UInt8, _ body: (_ directory: String) async throws -> Void
    ) async throws {
        try await withStore { engine, directory in
            try await engine.prepareTerm(capacity: 1, users: 1)
            try await engine.close()
            var log = try PlantedLog(store: directory)
            try log.plantRecord(type: type, payload: [schema << 4, 1, 2, 3])
            try log.close()
            try await body(directory)
        }
    }

    @Test(arguments: [(81, 3), (1, 3), (48, 15)] as [(UInt8, UInt8)])
    func `what a newer version wrote stops every reader, with the version named`(type: UInt8, schema: UInt8)
        async throws
    {
        try await withNewerRecord(type: type, schema: schema) { directory in
            var errors: [EngineError?] = []
            errors.append(
                await #expect(throws: EngineError.self) { _ = try await EnrollmentEngine.open(at: directory) })
            let history = try EventHistory.open(at: directory)
            errors.append(#expect(throws: EngineError.self) { _ = try history.state() })
            var cursor = try history.cursor()
            for _ in 1...4 { #expect(try cursor.next() != nil) }
            errors.append(#expect(throws: EngineError.self) { try cursor.next() })
            for error in errors {
                #expect(error?.code == .newerFormat)
                for words in [
                    "at position 5 ", "event type \(type)", "Schema version \(schema) is needed",
                    "this program reads 1 through 2",
                ] { #expect(error?.message.contains(words) == true, "\(error?.message ?? "")") }
            }
            // The lock is free again, and nothing was written behind the record.
            #expect(try history.lastPosition() == 5)
            try EventLog.open(at: directory + "/log").close()
        }
    }

    @Test(arguments: [(81, 1), (99, 2), (48, 0)] as [(UInt8, UInt8)])
    func `a type or a version that never was is damage`(type: UInt8, schema: UInt8) async throws {
        try await withNewerRecord(type: type, schema: schema) { directory in
            let error = await #expect(throws: EngineError.self) { _ = try await EnrollmentEngine.open(at: directory) }
            #expect(error?.code == .damaged && error?.message.contains("at position 5 ") == true)
        }
    }
}
