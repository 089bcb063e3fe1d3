// CloudEvents 1.0.2 in their JSON format, one a line: github.com/cloudevents/spec, spec.md, formats/json-format.md and
// extensions/sequence.md.

internal import Enrollment
internal import EnrollmentEngine
internal import EventLog

extension ExportRun {
    /// Every event as a line of `events.jsonl`.
    ///
    /// In the memory of a block of the log.
    func writeCloudEvents() throws -> ExportManifest.File {
        let file = try ExportFile("events.jsonl", in: folder)
        var text = CloudEventText(origin: history.settings.origin, options: options)
        try forEachEvent { event in
            text.removeAll()
            text.append(event)
            try file.write(text.bytes)
        }
        return try file.finish(rows: range.count)
    }
}

/// Writes events as CloudEvents.
struct CloudEventText {
    private let origin: String
    private let source: String
    private let options: ExportOptions
    private var writer = JSONWriter()

    init(origin: String, options: ExportOptions) {
        self.origin = origin
        source = Self.reference(origin)
        self.options = options
    }

    var bytes: [UInt8] { writer.bytes }

    mutating func removeAll() { writer.removeAll() }

    /// One event as a line.
    ///
    /// What CloudEvents have an attribute for stands there, and everything else that the program's JSON says of the
    /// event in `data`. A `sequence` has as many digits as the largest position, so that texts are ordered as numbers.
    mutating func append(_ event: RecordedEvent) {
        writer.openObject()
        writer.field("specversion", "1.0")
        writer.field("id", "\(origin)/\(event.position)")
        writer.field("source", source)
        writer.field("type", TypeNames.name(event.event.type))
        writer.field("subject", event.stream.description)
        writer.field("time", event.time.recordedAt.description)
        let digits = String(event.position.rawValue)
        writer.field("sequence", String(repeating: "0", count: 19 - digits.utf8.count) + digits)
        writer.field("datacontenttype", "application/json")
        writer.openObject("data")
        writer.append(event.event.fields.lazy.filter { [options] in ExportedTexts.mayExport("\($0.name)", options) })
        if let effectiveAt = event.time.effectiveAt { writer.field("effectiveAt", effectiveAt.description) }
        writer.field("version", event.version.rawValue)
        writer.field("actor", event.actor.description)
        writer.field("commandID", event.commandID)
        writer.closeObject()
        writer.closeObject()
        writer.endLine()
    }

    /// An origin as a URI reference (RFC 3986): what may not stand in one is percent-encoded.
    ///
    /// An origin has visible ASCII characters only. A colon may stand behind a scheme, or behind the first slash.
    static func reference(_ origin: String) -> String {
        let head = origin.prefix { $0 != ":" }
        let isScheme =
            head.first.map { $0.isASCII && $0.isLetter } ?? false
            && head.allSatisfy { $0.isLetter || $0.isNumber || $0 == "." || $0 == "-" }
        let mayHaveColon = isScheme || head.contains("/")
        var text = ""
        for scalar in origin.unicodeScalars {
            let isForbidden = "\"#%<>[\\]^`{|}".unicodeScalars.contains(scalar) || (scalar == ":" && !mayHaveColon)
            if isForbidden {
                text += "%" + String(scalar.value, radix: 16, uppercase: true)
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
