// The other direction: what became of a command, as one JSON object with its fields in a fixed order.

package import Enrollment
public import EventLog

/// Writes results as JSON objects, one a line where the caller wants lines.
///
/// ```json
/// {"commandID":"…","outcome":"accepted","position":1204,"events":[{"position":1204,"type":"EnrollmentApplied",…}]}
/// {"commandID":"…","outcome":"refused","position":1205,"code":"TERM_FULL","observed":{"capacity":80,"taken":80}}
/// {"commandID":"…","outcome":"refused","decidedAfter":1205,"code":"FORBIDDEN","observed":{"actor":"user/2"}}
/// ```
/// `position` is where the answer stands in the log. An answer that the log does not keep has none: `decidedAfter` is
/// then the last position that was seen when it was given.
///
/// `outcome` is `accepted`, `refused`, `replayed` (the command was recorded before, and this is the first answer) or
/// `invalid` (the text was no command). Controls and bidirectional marks in texts are escaped, so that an object never
/// spans lines. Times are UTC.
public struct ResultJSON: Sendable {
    private var writer = JSONWriter()

    /// Makes a writer that has written nothing.
    public init() {}

    /// What was written so far.
    public var bytes: [UInt8] { writer.bytes }

    /// Starts anew, keeping the capacity.
    public mutating func removeAll() { writer.removeAll() }

    /// Ends a line, for JSON lines.
    public mutating func endLine() { writer.endLine() }

    /// An accepted command, or the first answer to one that was recorded before.
    ///
    /// - Complexity: O(*n*) in its events.
    public mutating func append(_ receipt: Receipt) {
        writer.openObject()
        let isStored = receipt.isReplay || !receipt.events.isEmpty
        begin(
            receipt.commandID, receipt.isReplay ? "replayed" : "accepted",
            at: isStored ? .recorded(receipt.position) : .decidedAfter(receipt.position))
        append(receipt.events, as: "events")
        writer.closeObject()
    }

    /// A command that was not accepted.
    ///
    /// A version conflict carries the events `since`; where the store could give no answer, there is a `reason` and no
    /// position.
    public mutating func append(_ error: ExecutionError, of id: CommandID) {
        writer.openObject()
        switch error {
        case .refused(let rejection, let position, let refusal, let isReplay):
            let isStored = isReplay || refusal != nil
            begin(
                id, isReplay ? "replayed" : "refused", at: isStored ? .recorded(position) : .decidedAfter(position))
            append(rejection)
        case .versionConflict(let rejection, let position, let since):
            begin(id, "refused", at: .decidedAfter(position))
            append(rejection)
            append(since, as: "since")
        case .commandIDReused(_, let position):
            begin(id, "refused", at: .recorded(position))
            writer.field("code", CodeNames.name(error.code))
        case .overloaded, .cancelled:
            begin(id, "refused", at: nil)
            writer.field("code", CodeNames.name(error.code))
            writer.field("reason", "\(error)")
        case .unavailable(let cause):
            begin(id, "refused", at: nil)
            writer.field("code", CodeNames.name(error.code))
            writer.field("reason", cause.message)
        }
        writer.closeObject()
    }

    /// A text that was no command, with its line number where it came from a file.
    public mutating func append(_ error: CommandJSONError, line: Int? = nil) {
        writer.openObject()
        begin(error.commandID, "invalid", at: nil)
        if let line { writer.field("line", line) }
        if let column = error.column { writer.field("column", column) }
        if let field = error.field { writer.field("field", field) }
        writer.field("reason", error.reason)
        writer.closeObject()
    }

    /// One recorded event with all that the log knows about it.
    public mutating func append(_ event: RecordedEvent) {
        writer.openObject()
        writer.field("position", event.position.rawValue)
        writer.field("type", TypeNames.name(event.event.type))
        writer.field("stream", event.stream.description)
        writer.field("version", event.version.rawValue)
        writer.append(event.event.fields)
        append(event.time)
        writer.field("actor", event.actor.description)
        writer.field("commandID", event.commandID)
        writer.closeObject()
    }

    private enum Place {
        case recorded(Position)
        case decidedAfter(Position)
    }

    private mutating func begin(_ id: CommandID?, _ outcome: String, at place: Place?) {
        if let id { writer.field("commandID", id) }
        writer.field("outcome", outcome)
        switch place {
        case .recorded(let position): writer.field("position", position.rawValue)
        case .decidedAfter(let position): writer.field("decidedAfter", position.rawValue)
        case nil: break
        }
    }

    private mutating func append(_ rejection: Rejection) {
        writer.field("code", CodeNames.name(rejection.code))
        writer.openObject("observed")
        writer.append(rejection.observed)
        writer.closeObject()
    }

    private mutating func append(_ events: [RecordedEvent], as name: StaticString) {
        writer.openArray(name)
        for event in events {
            writer.openObject()
            writer.field("position", event.position.rawValue)
            writer.field("type", TypeNames.name(event.event.type))
            writer.append(event.event.fields)
            append(event.time)
            writer.closeObject()
        }
        writer.closeArray()
    }

    private mutating func append(_ time: EventTime) {
        if let effectiveAt = time.effectiveAt { writer.field("effectiveAt", effectiveAt.description) }
        writer.field("recordedAt", time.recordedAt.description)
    }
}

extension JSONWriter {
    /// Fields of an event as fields of the object that is open.
    package mutating func append(_ fields: some Sequence<EventField>) {
        for item in fields {
            switch item.value {
            case .number(let number): field(item.name, number)
            case .text(let text): field(item.name, text)
            case .flag(let flag): field(item.name, flag)
            case .null, .sealed: null(item.name)
            case .observed(let values):
                openObject(item.name)
                append(values)
                closeObject()
            }
        }
    }

    /// Observed values as fields of the object that is open.
    package mutating func append(_ values: [(name: String, value: Rejection.Observed)]) {
        for (name, value) in values {
            switch value {
            case .number(let number): field(named: name, number)
            case .text(let text): field(named: name, text)
            }
        }
    }
}

/// Names of codes and types, spelled once: making them takes longer than writing an event.
enum CodeNames {
    private static let names = table(RejectionCode.allCases.map { ($0.rawValue, $0.name) })
    static func name(_ code: RejectionCode) -> String { names[Int(code.rawValue)] }
}

package enum TypeNames {
    private static let names = table(EventType.allCases.map { ($0.rawValue, $0.name) })
    package static func name(_ type: EventType) -> String { names[Int(type.rawValue)] }
}

private func table(_ entries: [(UInt8, String)]) -> [String] {
    var names = [String](repeating: "", count: 256)
    for (number, name) in entries { names[Int(number)] = name }
    return names
}
