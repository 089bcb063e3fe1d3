// Text that is compared with a file, which a person has read and committed.

import Foundation
import Testing

enum Golden {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Golden")

    /// Compares a text with the golden file of that name.
    ///
    /// With `RECORD_SNAPSHOTS=1` the file is written anew, and the test fails once, so that nobody records unawares.
    static func expect(_ text: String, named name: String) throws {
        let file = folder.appendingPathComponent(name + ".txt")
        if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
            Issue.record("recorded \(name).txt; read it, and run again without RECORD_SNAPSHOTS")
            return
        }
        let expected = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        if text == expected { return }
        let pair = zip(text.split(separator: "\n"), expected.split(separator: "\n")).first { $0 != $1 }
        Issue.record(
            """
            \(name).txt differs.
            first different line: \(pair.map { "\($0.0)" } ?? "one text is longer")
            expected:             \(pair.map { "\($0.1)" } ?? "")
            """)
    }

    /// The text with everything that changes from run to run replaced by a word.
    static func masked(_ text: String, store: TemporaryStore) -> String {
        text.replacingOccurrences(of: store.path, with: "STORE")
            .replacing(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/, with: "COMMAND-ID")
            .replacing(/\b[0-9a-f]{32}\b/, with: "STORE-ID")
            .replacing(/\d{20}-[0-9a-f]{16}\.log/, with: "SEGMENT")
            .replacing(/\d+ bytes, \d+\.\d an event/, with: "N bytes, N an event")
            .replacing(/bytes +\d+\n/, with: "bytes N\n")
            .replacing(/bytes an event +[\d.]+/, with: "bytes an event N")
            .replacing(/without command ids +[\d.]+/, with: "without command ids N")
            .replacing(/\d+ bytes read/, with: "N bytes read")
            .replacing(/process \d+/, with: "process PID")
    }
}
