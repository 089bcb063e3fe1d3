// Start here: one JSON object becomes one command. The same form is read from files, from pipes and by a service.

internal import Enrollment
internal import EventLog

/// Reads commands from JSON objects.
///
/// ```json
/// {"commandID":"0192f1c4-…","actor":{"user":7},"command":"ApplyEnrollment","user":7,"term":3}
/// ```
/// An object names the `command` and its `actor` (`"system"` or `{"user":7}`), and carries the command's fields.
/// `commandID`, `effectiveAt` and `expectedVersion` are optional; without a `commandID` a random one is drawn, and a
/// retry is then a new command. `{"sourceID":"…"}` may stand for the id of a user, course or term. Days are
/// `YYYY-MM-DD`; instants are ISO 8601, in the store's time zone where they name none.
///
/// Reading is strict: an unknown field, a field that stands twice, a number with a fraction or a null where a value is
/// needed is an error. A field may be null exactly where that means something: `instructor` of AssignInstructor,
/// `opensAt` and `closesAt` of SetEnrollmentWindow; and any optional field, where it means "not given".
public struct CommandJSON: Sendable {
    let calendar: StoreCalendar
    let sourceIDs: any SourceIDs

    /// Reads for one store: its time zone, and its names.
    public init(calendar: StoreCalendar, sourceIDs: any SourceIDs) {
        self.calendar = calendar
        self.sourceIDs = sourceIDs
    }

    /// Reads one command.
    ///
    /// - Throws: ``CommandJSONError``, which names the column, the field and what was expected.
    /// - Complexity: O(*n*) in the length of the text.
    public func decode(_ line: ArraySlice<UInt8>) throws(CommandJSONError) -> CommandEnvelope {
        let value: JSONValue
        do { value = try JSONParser.parse(line) } catch {
            throw CommandJSONError(line, offset: error.offset, reason: error.reason)
        }
        guard case .object(let members) = value else {
            throw CommandJSONError(line, offset: 0, reason: "expected an object, found \(value.kind)")
        }
        var fields = CommandFields(members, line: line, calendar: calendar, sourceIDs: sourceIDs)
        let id = try fields.commandID("commandID")
        do {
            return try envelope(&fields, id: id ?? .random())
        } catch {
            var error = error
            error.commandID = id
            throw error
        }
    }

    /// Reads one command.
    ///
    /// - Throws: ``CommandJSONError``.
    public func decode(_ line: String) throws(CommandJSONError) -> CommandEnvelope { try decode(Array(line.utf8)[...]) }

    private func envelope(_ fields: inout CommandFields, id: CommandID) throws(CommandJSONError) -> CommandEnvelope {
        let kind: CommandKind = try fields.named("command", CommandNames.kind)
        let envelope = CommandEnvelope(
            id: id, actor: try fields.actor("actor"), command: try fields.command(kind),
            effectiveAt: try fields.optionalInstant("effectiveAt"),
            expectedVersion: try fields.optionalInteger("expectedVersion").map(StreamVersion.init(rawValue:)))
        try fields.finish(kind)
        return envelope
    }
}

/// The kinds of command by name, looked up for every line.
enum CommandNames {
    private static let kinds = Dictionary(uniqueKeysWithValues: CommandKind.allCases.map { ($0.name, $0) })

    static func kind(_ name: String) -> CommandKind? { kinds[name] }
}
