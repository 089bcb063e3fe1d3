// Recorded events, for people or for programs.

import Enrollment
import EnrollmentEngine
import EventLog

/// Writes events to standard output as they are read, with a progress bar for long logs.
struct EventPrinter {
    private let isJSON: Bool
    private let bar: ProgressBar
    private var json = ResultJSON()
    private var table = Table([
        .number("POSITION"), .text("RECORDED"), .text("ACTOR"), .text("EVENT"), .text("DETAILS"),
    ])

    /// The bar counts positions up to `total`; it stays away where results go to the terminal themselves.
    init(_ options: OutputOptions, total: Int, label: String) {
        isJSON = options.isJSON
        bar = ProgressBar(label: label, total: total)
    }

    mutating func write(_ event: RecordedEvent) throws {
        try pass(event)
        if isJSON {
            json.removeAll()
            json.append(event)
            json.endLine()
            return try StandardOutput.shared.write { $0.append(contentsOf: json.bytes) }
        }
        var details = event.event.fields.map(\.text).joined(separator: " ")
        if let effectiveAt = event.time.effectiveAt { details += " effectiveAt=\(effectiveAt)" }
        try table.append([
            event.position.description, event.time.recordedAt.description, event.actor.description,
            event.event.type.name, details,
        ])
    }

    /// Notes that an event was read and is not shown.
    func pass(_ event: RecordedEvent) throws {
        try Interruption.check()
        if !Terminal.output.isTerminal { bar.update(Int(clamping: event.position.rawValue)) }
    }

    mutating func finish(emptyRemark: String) throws {
        bar.finish()
        if !isJSON { try table.finish(emptyRemark: emptyRemark) }
    }
}
