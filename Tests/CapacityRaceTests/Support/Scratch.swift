// Directories that go away, and races in them.

import EnrollmentEngine
import Foundation

@testable import CapacityRace

enum Scratch {
    /// Works in a new directory, and removes it.
    static func with<Value>(_ work: (String) throws -> Value) throws -> Value {
        let path = try make()
        defer { remove(path) }
        return try work(path)
    }

    /// Runs a race to its end and judges it, after `change` had a hand on its log.
    static func race(
        _ parameters: RaceParameters, _ change: (inout RaceLog) -> Void = { _ in }
    ) async throws -> RaceResult {
        let path = try make()
        defer { remove(path) }
        let history = try HistoryFile(at: path + "/history", for: Workload(parameters))
        let engine = try await RaceStore.make(at: path + "/store", for: parameters)
        try await RaceRun(on: engine, writing: history).run()
        try await engine.close()
        var log = try RaceLog(try EventHistory.open(at: path + "/store"))
        change(&log)
        return RaceResult(of: history, log: log, kills: [])
    }

    private static func make() throws -> String {
        let path = NSTemporaryDirectory() + "race-tests-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return path
    }

    private static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }
}
