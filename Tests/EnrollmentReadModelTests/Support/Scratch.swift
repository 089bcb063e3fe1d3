// A directory for one test, and the ways in which tests fill and read tables in it.

import EnrollmentEngine
import EnrollmentReadModel
import EventLog
import Foundation
import GRDB
import Testing

/// Gives a test a directory of its own and removes it afterwards.
func withScratch<Value>(_ body: (Scratch) async throws -> Value) async throws -> Value {
    let scratch = Scratch(directory: NSTemporaryDirectory() + "read-model-\(CommandID.random())")
    try FileManager.default.createDirectory(atPath: scratch.directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: scratch.directory) }
    return try await body(scratch)
}

struct Scratch: Sendable {
    let directory: String

    var tables: String { directory + "/read.sqlite" }

    /// The names of the files, sorted.
    func files() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: directory).sorted() }

    /// Projects a log to its end.
    func project(_ log: MemoryLog, eventsPerTransaction: Int = 8_192, path: String? = nil) async throws {
        var options = ReadModelOptions()
        options.maximumEventsPerTransaction = eventsPerTransaction
        log.close()
        let model = try ReadModel.open(path: path ?? tables, following: log, options: options)
        do { try await model.run() } catch {
            try model.close()
            throw error
        }
        try model.close()
    }

    /// Changes tables behind the projection's back, constraints or not.
    func tamper(_ sql: String) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: tables, configuration: configuration)
        try queue.writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA ignore_check_constraints = ON")
            try $0.execute(sql: sql)
        }
        try queue.close()
    }
}

/// Writes a database and what a crash left of its write-ahead log.
func copy(_ database: Data, _ wal: Data, to path: String) throws {
    try database.write(to: URL(fileURLWithPath: path))
    try wal.write(to: URL(fileURLWithPath: path + "-wal"))
}

/// Every row of every table, as text that a failing test can show.
func dump(_ path: String) throws -> [String] {
    var configuration = Configuration()
    configuration.readonly = true
    return try DatabaseQueue(path: path, configuration: configuration).read { try dump($0) }
}

func dump(_ database: Database) throws -> [String] {
    try TableName.allCases.flatMap { table in
        try Row.fetchAll(
            database,
            sql: "SELECT \(table.columns.joined(separator: ", ")) FROM \(table.rawValue) ORDER BY \(table.columns[0])"
        ).map { "\(table.rawValue) \($0)" }
    }
}

/// The first lines in which two dumps differ; nil where they are equal.
func difference(_ left: [String], _ right: [String]) -> String? {
    for index in 0..<max(left.count, right.count) {
        let pair = (index < left.count ? left[index] : "nothing", index < right.count ? right[index] : "nothing")
        if pair.0 != pair.1 { return "\(pair.0)\nagainst\n\(pair.1)" }
    }
    return nil
}

/// Expects a read model error of one code, and gives it for a closer look.
@discardableResult
func expect<Value>(
    _ code: ReadModelError.Code, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Value
) async -> ReadModelError? {
    do {
        _ = try await body()
        Issue.record("expected the error \(code)", sourceLocation: sourceLocation)
    } catch let error as ReadModelError {
        #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
        return error
    } catch {
        Issue.record("expected the error \(code), got \(error)", sourceLocation: sourceLocation)
    }
    return nil
}
