// From the payload of a record back to its event. Bytes come from a file: a bad payload is an error, never a trap.

internal import Enrollment
internal import EventLog

extension EventCodec {
    /// An event with what its payload says beside it.
    struct Decoded {
        var event: Event
        var effectiveAt: Timestamp?
        var command: (Command, StreamVersion?)?
    }

    /// Reads the payload of a record of that type in that stream.
    static func decode(
        type: UInt8, stream key: UInt64, payload: UnsafeRawBufferPointer
    ) throws(PayloadProblem) -> Decoded {
        var reader = ByteReader(payload)
        let head = try reader.byte()
        reader.schema = head >> 4
        let isUnchanged = unchanged >> UInt16(reader.schema) & 1 == 1
        if !isUnchanged { _ = try schemas(reading: reader.schema, type) }
        guard let type = EventType(rawValue: type) else {
            throw PayloadProblem(message: "event type \(type) is not known in schema version \(reader.schema)")
        }
        guard head & 0x0F <= Flag.effectiveAt | Flag.command else {
            throw PayloadProblem(message: "it has flags that this program does not know")
        }
        let effectiveAt = head & Flag.effectiveAt != 0 ? try reader.instant() : nil
        let event = try decodeBody(type, EventStream(key: key), &reader)
        let command = head & Flag.command != 0 ? try CommandCodec.decode(&reader) : nil
        guard reader.isAtEnd else { throw PayloadProblem(message: "it has bytes past its end") }
        guard reader.schema == version || event.isSealed || command?.0.isSealed ?? false else {
            throw PayloadProblem(message: "its schema version is \(sealedVersion), and nothing in it is sealed")
        }
        let decoded = Decoded(event: event, effectiveAt: effectiveAt, command: command)
        if isUnchanged { return decoded }
        return try upcast(decoded, from: reader.schema, type.rawValue)
    }

    private static func upcast(
        _ decoded: Decoded, from schema: UInt8, _ type: UInt8
    ) throws(PayloadProblem) -> Decoded {
        var upcast = decoded
        let schemas = try schemas(reading: schema, type)
        do throws(LogError) { try schemas.upcast(&upcast, from: Int(schema)) } catch {
            throw PayloadProblem(message: error.message)
        }
        return upcast
    }

    /// The chain of schema versions, where it reads this one.
    private static func schemas(reading schema: UInt8, _ type: UInt8) throws(PayloadProblem) -> SchemaChain<Decoded> {
        do throws(LogError) {
            let schemas = try schemas.get()
            try schemas.check(Int(schema))
            return schemas
        } catch {
            throw PayloadProblem(
                message: "event type \(type): \(error.message)", needsNewer: error.code == .newerFormat)
        }
    }

    private static func decodeBody(
        _ type: EventType, _ stream: EventStream, _ reader: inout ByteReader
    ) throws(PayloadProblem) -> Event {
        switch (stream, type.rawValue) {
        case (.user(let id), ..<16): return try decodeUserBody(type, id, &reader)
        case (.course(let id), 16..<32): return try decodeCourseBody(type, id, &reader)
        case (.term(let id), 32..<48): return try decodeTermBody(type, id, &reader)
        case (.term(let id), 48..<64): return try decodeEnrollmentBody(type, id, &reader)
        case (.attestations, 80): return .stateAttested(try CommandCodec.decodeAttestation(&reader))
        case (.refusals(let id), 64): return .commandRefused(try decodeRefusal(id, &reader))
        default: throw PayloadProblem(message: "a \(type.name) cannot stand in the stream \(stream)")
        }
    }

    private static func decodeEnrollmentBody(
        _ type: EventType, _ term: TermID, _ reader: inout ByteReader
    ) throws(PayloadProblem) -> Event {
        let id = EnrollmentID(try reader.id())
        switch type {
        case .enrollmentApplied:
            let userAndFlag = try reader.unsigned()
            return .enrollmentApplied(
                id, user: UserID(Int64(userAndFlag >> 1)), term: term, direct: userAndFlag & 1 == 1)
        case .enrollmentApproved:
            let flags = try reader.byte()
            guard flags < 4 else { throw PayloadProblem(message: "an approval has unknown flags") }
            let reason = flags & 2 != 0 ? try reader.personal() : nil
            return .enrollmentApproved(id, term: term, overbooked: flags & 1 != 0, reason: reason)
        case .enrollmentRejected:
            let cause: EndCause = try reader.value()
            return .enrollmentRejected(id, term: term, cause: cause, reason: try reader.optionalPersonal())
        default:
            let packed = try reader.byte()
            guard let previous = EnrollmentStatus(rawValue: packed >> 4), let cause = EndCause(rawValue: packed & 15)
            else { throw PayloadProblem(message: "\(packed) is no known status and cause") }
            return .enrollmentCancelled(
                id, term: term, previous: previous, cause: cause, reason: try reader.optionalPersonal())
        }
    }

    private static func decodeUserBody(
        _ type: EventType, _ id: UserID, _ reader: inout ByteReader
    ) throws(PayloadProblem) -> Event {
        switch type {
        case .userRegistered:
            let email = try reader.personal(isAddress: true)
            let name = try reader.personal()
            let role: Role = try reader.value()
            return .userRegistered(id, email: email, name: name, role: role, sourceID: try reader.optionalText())
        case .userUpdated:
            let email = try reader.optionalPersonal(isAddress: true)
            return .userUpdated(id, email: email, name: try reader.optionalPersonal())
        case .userRoleChanged: return .userRoleChanged(id, role: try reader.value())
        case .userActivated: return .userActivated(id)
        case .userDeactivated: return .userDeactivated(id)
        case .userSuspended: return .userSuspended(id, reason: try reader.optionalPersonal())
        case .userReinstated: return .userReinstated(id)
        case .erasureRequested: return .erasureRequested(id)
        default: return .userErased(id)
        }
    }

    private static func decodeCourseBody(
        _ type: EventType, _ id: CourseID, _ reader: inout ByteReader
    ) throws(PayloadProblem) -> Event {
        switch type {
        case .courseCreated:
            let title = try reader.text()
            let description = try reader.text()
            let category = try reader.text()
            let instructor = try reader.optionalID().map { UserID($0) }
            return .courseCreated(
                id, title: title, description: description, category: category, instructor: instructor,
                sourceID: try reader.optionalText())
        case .courseUpdated:
            let title = try reader.optionalText()
            let description = try reader.optionalText()
            return .courseUpdated(id, title: title, description: description, category: try reader.optionalText())
        case .instructorAssigned:
            return .instructorAssigned(id, instructor: try reader.optionalID().map { UserID($0) })
        case .coursePublished: return .coursePublished(id)
        case .courseClosed: return .courseClosed(id)
        case .courseReopened: return .courseReopened(id)
        default: return .courseArchived(id)
        }
    }

    private static func decodeTermBody(
        _ type: EventType, _ id: TermID, _ reader: inout ByteReader
    ) throws(PayloadProblem) -> Event {
        switch type {
        case .termScheduled:
            let course = CourseID(try reader.id())
            let number = try reader.int()
            let dates = try CommandCodec.decodeDates(&reader)
            let capacity = try reader.capacity()
            let admission: Admission = try reader.value()
            return .termScheduled(
                id, course: course, termNumber: number, dates: dates, capacity: capacity, admission: admission,
                sourceID: try reader.optionalText())
        case .termUpdated:
            let dates = try CommandCodec.decodeOptionalDates(&reader)
            return .termUpdated(id, dates: dates, admission: try CommandCodec.decodeOptionalAdmission(&reader))
        case .enrollmentWindowSet:
            return .enrollmentWindowSet(id, window: try CommandCodec.decodeOptionalWindow(&reader))
        case .termCapacityChanged:
            let from = try reader.int()
            let to = try reader.capacity()
            let taken = try reader.int()
            return .termCapacityChanged(id, from: from, to: to, taken: taken, reason: try reader.optionalPersonal())
        case .termStarted: return .termStarted(id)
        case .termCompleted: return .termCompleted(id)
        default: return .termCancelled(id, reason: try reader.optionalPersonal())
        }
    }

    private static func decodeRefusal(
        _ term: TermID, _ reader: inout ByteReader
    ) throws(PayloadProblem) -> Refusal {
        let command: CommandKind = try reader.value()
        let user = UserID(try reader.id())
        let enrollment = try reader.optionalID().map { EnrollmentID($0) }
        let capacity = try reader.int()
        let taken = try reader.int()
        let rejection = try RejectionCodec.decode(&reader, user: user, term: term)
        return Refusal(
            command: command, user: user, term: term, enrollment: enrollment, rejection: rejection,
            capacity: capacity, taken: taken)
    }
}
