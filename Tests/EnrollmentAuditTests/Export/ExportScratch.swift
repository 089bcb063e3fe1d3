// Where the tests of exports write, and how they read what was written.

import Enrollment
import EnrollmentEngine
import EnrollmentExport
import EnrollmentTesting
import Foundation
import GRDB
import Testing

@testable import EnrollmentAudit

/// A folder for exports that goes away with its owner.
final class ExportScratch {
    let path = NSTemporaryDirectory() + "exports-" + UUID().uuidString
    private var count = 0

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false) }

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch { Issue.record(error) }
    }

    /// What is in the folder, by its path.
    var names: [String] { get throws { try FileManager.default.subpathsOfDirectory(atPath: path).sorted() } }

    func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)) }

    func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

    /// Exports into a folder of its own, whose name is the result.
    func export(
        _ history: EventHistory, _ format: ExportFormat, _ adjust: (inout ExportOptions) -> Void = { _ in }
    ) throws -> String {
        count += 1
        var options = ExportOptions()
        adjust(&options)
        _ = try history.export(format, into: "\(path)/\(count)", options: options)
        return "\(count)"
    }

    /// The rows of a query on an OCEL file, with `|` between columns.
    func rows(_ folder: String, _ sql: String) throws -> [String] {
        let queue = try DatabaseQueue(path: "\(path)/\(folder)/ocel.sqlite")
        return try queue.read { database in
            try Row.fetchAll(database, sql: sql).map { row in
                row.databaseValues.map { $0.isNull ? "" : "\($0.storage.value ?? "")" }.joined(separator: "|")
            }
        }
    }
}

extension AuditStore {
    /// Something of every kind; times differ, but for those of a command, and one event is back-dated.
    static func eventful() async throws -> AuditStore {
        let store = try await furnished(capacity: 1, students: 3)  // 1 to 7
        try await store.give(.applyEnrollment(user: 2, term: 1), by: .user(2), at: .day(1))  // 8
        try await store.give(.applyEnrollment(user: 3, term: 1), by: .user(3), at: .day(2))  // 9, refused
        try await store.give(
            .approveEnrollment(1, reason: "=HYPERLINK(\"x\")"), at: .day(3), effectiveAt: .day(2, hour: 6))  // 10
        try await store.give(.changeTermCapacity(1, to: 2, reason: "más sitio"), at: .day(4))  // 11
        try await store.give(
            .enrollDirectly(user: 3, term: 1, reason: "@later"), at: .day(5))  // 12, 13
        try await store.give(.changeUserRole(4, role: .instructor), at: .day(6))  // 14
        try await store.give(.assignInstructor(1, instructor: 4), at: .day(7))  // 15
        try await store.give(.cancelEnrollment(1, reason: "moved away"), by: .user(2), at: .day(8))  // 16
        try await store.give(.updateUser(2, email: "+new@x.org", name: "-Ana"), at: .day(9))  // 17
        return store
    }
}
