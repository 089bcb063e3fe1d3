// The fields of one command, taken one by one; what nobody took at the end is an error.

internal import Enrollment
internal import EventLog

/// Typed access to the members of an object, with complaints that name place and expectation.
struct CommandFields {
    private let members: [JSONValue.Member]
    private let line: ArraySlice<UInt8>
    private let calendar: StoreCalendar
    private let sourceIDs: any SourceIDs
    /// The names that were asked for, and which members answered; the parser allows 64 members.
    private var known: [StaticString] = []
    private var taken: UInt64 = 0

    init(_ members: [JSONValue.Member], line: ArraySlice<UInt8>, calendar: StoreCalendar, sourceIDs: any SourceIDs) {
        self.members = members
        self.line = line
        self.calendar = calendar
        self.sourceIDs = sourceIDs
    }

    /// The member of that name; nil where there is none.
    mutating func member(_ name: StaticString) -> JSONValue.Member? {
        known.append(name)
        for index in members.indices where members[index].name.equals(name) {
            taken |= 1 << UInt64(index)
            return members[index]
        }
        return nil
    }

    /// The member of that name, unless it is missing or null.
    mutating func optionalMember(_ name: StaticString) -> JSONValue.Member? {
        guard let member = member(name) else { return nil }
        if case .null = member.value { return nil }
        return member
    }

    /// The member of that name; what was expected is put into words only where it is missing.
    mutating func requiredMember(
        _ name: StaticString, _ expected: @autoclosure () -> String
    ) throws(CommandJSONError) -> JSONValue.Member {
        guard let member = member(name) else {
            throw CommandJSONError(line, offset: nil, field: "\(name)", reason: "is missing; expected \(expected())")
        }
        return member
    }

    /// Complains about the first field that nobody asked for.
    func finish(_ kind: CommandKind) throws(CommandJSONError) {
        for index in members.indices where taken & (1 << UInt64(index)) == 0 {
            var names: [String] = []
            for name in known where !names.contains("\(name)") { names.append("\(name)") }
            throw CommandJSONError(
                line, offset: members[index].offset, field: excerpt(members[index].name),
                reason: "\(kind.name) has no such field; it takes \(names.joined(separator: ", "))")
        }
    }

    func problem(_ member: JSONValue.Member, _ expected: String) -> CommandJSONError {
        problem(member, reason: "expected \(expected), found \(member.value.kind)")
    }

    func problem(_ member: JSONValue.Member, reason: String) -> CommandJSONError {
        CommandJSONError(line, offset: member.offset, field: member.name, reason: reason)
    }

    // MARK: Texts, numbers, flags

    mutating func text(_ name: StaticString) throws(CommandJSONError) -> String {
        try text(requiredMember(name, "a text"))
    }

    mutating func optionalText(_ name: StaticString) throws(CommandJSONError) -> String? {
        guard let member = optionalMember(name) else { return nil }
        return try text(member)
    }

    mutating func optionalPersonalText(_ name: StaticString) throws(CommandJSONError) -> PersonalText? {
        try optionalText(name).map { .plain($0) }
    }

    private func text(_ member: JSONValue.Member) throws(CommandJSONError) -> String {
        guard case .string(let text) = member.value else { throw problem(member, "a text") }
        return text
    }

    mutating func integer(_ name: StaticString) throws(CommandJSONError) -> Int64 {
        let member = try requiredMember(name, "a whole number")
        guard case .integer(let number) = member.value else { throw problem(member, "a whole number") }
        return number
    }

    mutating func optionalInteger(_ name: StaticString) throws(CommandJSONError) -> Int64? {
        guard let member = optionalMember(name) else { return nil }
        guard case .integer(let number) = member.value else { throw problem(member, "a whole number") }
        return number
    }

    /// False where it is not given.
    mutating func flag(_ name: StaticString) throws(CommandJSONError) -> Bool {
        guard let member = optionalMember(name) else { return false }
        guard case .bool(let flag) = member.value else { throw problem(member, "true or false") }
        return flag
    }

    mutating func digest(_ name: StaticString) throws(CommandJSONError) -> StateDigest {
        let expected = "64 hexadecimal digits in lower case"
        let member = try requiredMember(name, expected)
        guard case .string(let text) = member.value, let digest = StateDigest(text) else {
            throw problem(member, expected)
        }
        return digest
    }

    /// A value of a closed set, by its name.
    mutating func named<Value: NamedValue>(
        _ name: StaticString, _ find: (String) -> Value? = { Value(name: $0) }
    ) throws(CommandJSONError) -> Value {
        let member = try requiredMember(name, Self.names(Value.self))
        return try Self.value(of: member, find, self)
    }

    mutating func optionalNamed<Value: NamedValue>(_ name: StaticString) throws(CommandJSONError) -> Value? {
        guard let member = optionalMember(name) else { return nil }
        return try Self.value(of: member, { Value(name: $0) }, self)
    }

    private static func value<Value: NamedValue>(
        of member: JSONValue.Member, _ find: (String) -> Value?, _ fields: CommandFields
    ) throws(CommandJSONError) -> Value {
        guard case .string(let text) = member.value, let value = find(text) else {
            throw fields.problem(member, names(Value.self))
        }
        return value
    }

    private static func names<Value: NamedValue>(_ type: Value.Type) -> String {
        "one of " + Value.allCases.map(\.name).joined(separator: ", ")
    }

    // MARK: Days and instants

    mutating func day(_ name: StaticString) throws(CommandJSONError) -> Day {
        let member = try requiredMember(name, "a date such as 2027-03-02")
        guard case .string(let text) = member.value, let day = Day(text) else {
            throw problem(member, "a date such as 2027-03-02")
        }
        return day
    }

    mutating func optionalInstant(_ name: StaticString) throws(CommandJSONError) -> Timestamp? {
        guard let member = optionalMember(name) else { return nil }
        guard case .string(let text) = member.value, let instant = calendar.timestamp(text) else {
            throw problem(member, "an instant such as 2027-02-01T09:00:00Z")
        }
        return instant
    }

    /// The instants of the days in the store's time zone.
    mutating func dates() throws(CommandJSONError) -> TermDates {
        calendar.dates(from: try day("startDate"), through: try day("endDate"))
    }

    // MARK: Ids

    mutating func commandID(_ name: StaticString) throws(CommandJSONError) -> CommandID? {
        guard let member = optionalMember(name) else { return nil }
        guard case .string(let text) = member.value, let id = CommandID(text) else {
            throw problem(member, "a UUID of 36 characters")
        }
        return id
    }

    mutating func actor(_ name: StaticString) throws(CommandJSONError) -> Actor {
        let expected = "\"system\" or {\"user\": id}"
        let member = try requiredMember(name, expected)
        if case .string("system") = member.value { return .system }
        guard case .object(let inner) = member.value, inner.count == 1, inner[0].name == "user" else {
            throw problem(member, expected)
        }
        return .user(try user(inner[0]))
    }

    mutating func user(_ name: StaticString) throws(CommandJSONError) -> UserID {
        try user(requiredMember(name, "the id of a user"))
    }

    func user(_ member: JSONValue.Member) throws(CommandJSONError) -> UserID {
        UserID(try id(member, "user") { sourceIDs.user(sourceID: $0)?.rawValue })
    }

    mutating func course(_ name: StaticString) throws(CommandJSONError) -> CourseID {
        let member = try requiredMember(name, "the id of a course")
        return CourseID(try id(member, "course") { sourceIDs.course(sourceID: $0)?.rawValue })
    }

    mutating func term(_ name: StaticString) throws(CommandJSONError) -> TermID {
        let member = try requiredMember(name, "the id of a term")
        return TermID(try id(member, "term") { sourceIDs.term(sourceID: $0)?.rawValue })
    }

    mutating func enrollment(_ name: StaticString) throws(CommandJSONError) -> EnrollmentID {
        let member = try requiredMember(name, "the id of an enrollment")
        guard case .integer(let number) = member.value else { throw problem(member, "the number of an enrollment") }
        return EnrollmentID(number)
    }

    private func id(
        _ member: JSONValue.Member, _ kind: String, _ find: (String) -> Int64?
    ) throws(CommandJSONError) -> Int64 {
        switch member.value {
        case .integer(let number): return number
        case .object(let inner) where inner.count == 1 && inner[0].name == "sourceID":
            guard case .string(let name) = inner[0].value else { throw problem(inner[0], "a text") }
            guard let number = find(name) else {
                throw problem(member, reason: "no \(kind) has the sourceID \"\(excerpt(name))\"")
            }
            return number
        default: throw problem(member, "the id of a \(kind): a number, or {\"sourceID\": text}")
        }
    }
}

extension String {
    fileprivate func equals(_ other: StaticString) -> Bool {
        utf8.elementsEqual(UnsafeBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount))
    }
}
