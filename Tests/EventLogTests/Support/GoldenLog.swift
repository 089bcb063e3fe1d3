// Logs of every version of the format, as they were written then, and what a reader must find in them.

import Foundation
import Testing

@testable import EventLog

/// A log in `Fixtures/logs/VERSION/NAME`, which is never written again.
struct GoldenLog: Sendable, CustomTestStringConvertible {
    /// What the file `expected.json` says.
    struct Expected: Codable, Equatable {
        /// What is provably durable, and so what a reader finds.
        var records: Int
        var lastPosition: Int64
        var digest: String
        /// What an opening for writing does; the code of the error when it is refused.
        var opening: Opening
    }

    struct Opening: Codable, Equatable {
        var refused: String?
        var records: Int
        var digest: String
        var setAside: Int
        var rewrittenRecords: Int
    }

    static let folder = (1...4).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }
        .appendingPathComponent("Fixtures/logs/1")
    static let expectedName = "expected.json"

    /// Every case that is there or has yet to be recorded.
    static let all = GoldenLogRecorder.cases.map { GoldenLog(name: $0.name) }

    let name: String
    var testDescription: String { name }
    var url: URL { Self.folder.appendingPathComponent(name) }

    var expected: Expected {
        get throws {
            let data = try Data(contentsOf: url.appendingPathComponent(Self.expectedName))
            return try JSONDecoder().decode(Expected.self, from: data)
        }
    }

    /// Copies the log with the modes that a log has, of which version control keeps none.
    func copy(to target: String) throws {
        let mode = FileAttributeKey.posixPermissions
        try FileManager.default.createDirectory(
            atPath: target, withIntermediateDirectories: false, attributes: [mode: 0o700])
        for file in try FileManager.default.contentsOfDirectory(atPath: url.path) where file != Self.expectedName {
            let copy = target + "/" + file
            try Data(contentsOf: url.appendingPathComponent(file)).write(to: URL(fileURLWithPath: copy))
            try FileManager.default.setAttributes(
                [mode: file.hasSuffix(".seg") ? 0o400 : 0o600], ofItemAtPath: copy)
        }
    }
}

/// What a log holds: the number of records and the digest over them.
struct LogContents: Equatable {
    var records = 0
    var lastPosition: Int64 = 0
    var digest = LogDigest.start.description

    init() {}

    /// Reads a log through a position, or to its end.
    init(of reader: LogReader, through last: Int64? = nil) throws {
        var cursor = try reader.blocks(from: 1, through: last.map { Position($0) })
        let run = DigestRun(from: .start)
        var block = DecodedBlock()
        while try cursor.next(into: &block) {
            run.add(block)
            records += block.count
            lastPosition = block.firstPosition.rawValue + Int64(block.count) - 1
        }
        digest = run.digest.description
    }
}
