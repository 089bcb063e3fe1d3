// Directories that vanish after a test.

import Foundation

/// A directory that is removed with its last reference.
final class TemporaryDirectory: Sendable {
    let path: String
    /// Where a test's log goes; does not exist yet.
    var log: String { path + "/log" }

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("event-log-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Copies the log as a crash would leave it in the page cache.
    func copyLog(to name: String) throws -> String {
        let copy = path + "/" + name
        if FileManager.default.fileExists(atPath: copy) { try FileManager.default.removeItem(atPath: copy) }
        try FileManager.default.copyItem(atPath: log, toPath: copy)
        return copy
    }
}

/// The path of the only active or newest segment in a directory.
func newestSegment(in directory: String) throws -> String {
    let names = try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasSuffix(".log") }
    return directory + "/" + (names.max() ?? "none")
}
