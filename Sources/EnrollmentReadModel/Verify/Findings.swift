// Findings as they come: the first hundred are kept, all are counted.

internal import Enrollment
internal import EnrollmentEngine
internal import EventLog

/// Collects findings, and the positions of the events to name with them.
struct Findings {
    private(set) var kept: [Finding] = []
    private(set) var count = 0
    private var touchedAt: [Int64?] = []

    mutating func add(_ kind: Finding.Kind, _ table: TableName, _ row: Int64, _ message: String, touchedAt: Int64?) {
        add(Finding(kind: kind, table: table.rawValue, row: String(row), message: message), touchedAt)
    }

    mutating func addIntegrity(_ message: String) {
        add(Finding(kind: .integrity, table: "", row: "", message: message), nil)
    }

    private mutating func add(_ finding: Finding, _ position: Int64?) {
        count += 1
        guard kept.count < VerificationReport.maximumFindings else { return }
        kept.append(finding)
        touchedAt.append(position)
    }

    /// Reads the types of the events that findings name: a second look at the log, at one event each.
    mutating func nameEvents(_ source: any EventSource) throws {
        for index in kept.indices {
            guard let number = touchedAt[index] else { continue }
            let position = Position(number)
            var type: EventType?
            try source.forEach(from: position, through: position) {
                type = $0.event.type
                return false
            }
            kept[index].lastEvent = type.map { Finding.EventReference(position: position, type: $0) }
        }
    }
}
