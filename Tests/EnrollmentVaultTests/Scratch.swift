// A directory of its own for each test, and a look at the bytes in it.

import EventLog
import Foundation
import GRDB

/// Removed with the test that made it.
final class Scratch: Sendable {
    let path: String
    var store: String { path + "/store" }
    var vault: String { path + "/vault.sqlite" }

    init() {
        path = NSTemporaryDirectory() + "vault-test-\(CommandID.random())"
        mkdir(path, 0o700)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func vaultBytes() throws -> FileBytes { FileBytes(bytes: try Data(contentsOf: URL(fileURLWithPath: vault))) }

    /// One blob out of the vault's tables.
    func column(_ sql: String) throws -> [UInt8] {
        let queue = try DatabaseQueue(path: vault)
        let data = try queue.read { try Data.fetchOne($0, sql: sql) }
        try queue.close()
        return Array(data ?? Data())
    }

    /// The files below the directory that hold these bytes; an index of a long file takes a moment.
    func files(holding bytes: [UInt8]) throws -> [String] {
        var found: [String] = []
        guard let all = FileManager.default.enumerator(atPath: path) else { return [] }
        while let name = all.nextObject() as? String {
            var isDirectory: ObjCBool = false
            let file = path + "/" + name
            guard FileManager.default.fileExists(atPath: file, isDirectory: &isDirectory), !isDirectory.boolValue
            else { continue }
            let contents = FileBytes(bytes: try Data(contentsOf: URL(fileURLWithPath: file)))
            if contents.contains(bytes) { found.append(name) }
        }
        return found
    }
}

struct FileBytes: Equatable {
    let bytes: Data

    func contains(_ part: [UInt8]) -> Bool { !part.isEmpty && bytes.range(of: Data(part)) != nil }
}
