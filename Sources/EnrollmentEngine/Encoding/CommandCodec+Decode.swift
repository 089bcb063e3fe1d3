// Whole commands, read back from the batches that carry them.

internal import Enrollment

extension CommandCodec {
    static func decode(_ reader: inout ByteReader) throws(PayloadProblem) -> (Command, StreamVersion?) {
        let kind: CommandKind = try reader.value()
        let stored = try reader.unsigned()
        let expected = stored == 0 ? nil : StreamVersion(Int64(bitPattern: stored &- 1))
        return (try decode(kind, &reader), expected)
    }

    private static func decode(_ kind: CommandKind, _ reader: inout ByteReader) throws(PayloadProblem) -> Command {
        switch kind {
        case .registerUser, .createCourse: return try decodeCreation(kind, &reader)
        case .applyEnrollment:
            let user = UserID(try reader.signed())
            return .applyEnrollment(user: user, term: TermID(try reader.signed()))
        case .enrollDirectly:
            let user = UserID(try reader.signed())
            let term = TermID(try reader.signed())
            let override = try reader.bool()
            return .enrollDirectly(user: user, term: term, override: override, reason: try reader.optionalPersonal())
        case .approveEnrollment, .rejectEnrollment, .cancelEnrollment:
            return try decodeDecision(kind, EnrollmentID(try reader.signed()), &reader)
        case .scheduleTerm: return try decodeSchedule(&reader)
        case .attestState: return .attestState(try decodeAttestation(&reader))
        default:
            let id = try reader.signed()
            switch kind.rawValue {
            case ..<16: return try decodeUser(kind, UserID(id), &reader)
            case ..<32: return try decodeCourse(kind, CourseID(id), &reader)
            default: return try decodeTerm(kind, TermID(id), &reader)
            }
        }
    }

    private static func decodeCreation(
        _ kind: CommandKind, _ reader: inout ByteReader
    ) throws(PayloadProblem) -> Command {
        if kind == .registerUser {
            let email = try reader.personal(isAddress: true)
            let name = try reader.personal()
            let role: Role = try reader.value()
            return .registerUser(email: email, name: name, role: role, sourceID: try reader.optionalText())
        }
        let title = try reader.text()
        let description = try reader.text()
        let category = try reader.text()
        let instructor = try decodeOptionalUser(&reader)
        return .createCourse(
            title: title, description: description, category: category, instructor: instructor,
            sourceID: try reader.optionalText())
    }

    private static func decodeDecision(
        _ kind: CommandKind, _ id: EnrollmentID, _ reader: inout ByteReader
    ) throws(PayloadProblem) -> Command {
        switch kind {
        case .approveEnrollment:
            let override = try reader.bool()
            return .approveEnrollment(id, override: override, reason: try reader.optionalPersonal())
        case .rejectEnrollment: return .rejectEnrollment(id, reason: try reader.optionalPersonal())
        default: return .cancelEnrollment(id, reason: try reader.optionalPersonal())
        }
    }

    private static func decodeUser(
        _ kind: CommandKind, _ id: UserID, _ reader: inout ByteReader
    ) throws(PayloadProblem) -> Command {
        switch kind {
        case .updateUser:
            let email = try reader.optionalPersonal(isAddress: true)
            return .updateUser(id, email: email, name: try reader.optionalPersonal())
        case .changeUserRole: return .changeUserRole(id, role: try reader.value())
        case .activateUser: return .activateUser(id)
        case .deactivateUser: return .deactivateUser(id, cascade: try reader.bool())
        case .suspendUser: return .suspendUser(id, reason: try reader.optionalPersonal())
        case .reinstateUser: return .reinstateUser(id)
        case .eraseUser: return .eraseUser(id, cascade: try reader.bool())
        default: return .confirmErasure(id)
        }
    }

    private static func decodeCourse(
        _ kind: CommandKind, _ id: CourseID, _ reader: inout ByteReader
    ) throws(PayloadProblem) -> Command {
        switch kind {
        case .updateCourse:
            let title = try reader.optionalText()
            let description = try reader.optionalText()
            return .updateCourse(id, title: title, description: description, category: try reader.optionalText())
        case .assignInstructor: return .assignInstructor(id, instructor: try decodeOptionalUser(&reader))
        case .publishCourse: return .publishCourse(id)
        case .closeCourse: return .closeCourse(id)
        case .reopenCourse: return .reopenCourse(id)
        default: return .archiveCourse(id)
        }
    }

    private static func decodeSchedule(_ reader: inout ByteReader) throws(PayloadProblem) -> Command {
        let course = CourseID(try reader.signed())
        let number = try reader.int()
        let dates = try decodeDates(&reader)
        let capacity = try reader.int()
        let admission: Admission = try reader.value()
        return .scheduleTerm(
            course: course, termNumber: number, dates: dates, capacity: capacity, admission: admission,
            sourceID: try reader.optionalText())
    }

    private static func decodeTerm(
        _ kind: CommandKind, _ id: TermID, _ reader: inout ByteReader
    ) throws(PayloadProblem) -> Command {
        switch kind {
        case .updateTerm:
            let dates = try decodeOptionalDates(&reader)
            return .updateTerm(id, dates: dates, admission: try decodeOptionalAdmission(&reader))
        case .setEnrollmentWindow: return .setEnrollmentWindow(id, window: try decodeOptionalWindow(&reader))
        case .changeTermCapacity:
            let to = try reader.int()
            let allowOverbooked = try reader.bool()
            return .changeTermCapacity(
                id, to: to, allowOverbooked: allowOverbooked, reason: try reader.optionalPersonal())
        case .startTerm: return .startTerm(id)
        case .completeTerm: return .completeTerm(id)
        default: return .cancelTerm(id, reason: try reader.optionalPersonal())
        }
    }

    static func decodeAttestation(_ reader: inout ByteReader) throws(PayloadProblem) -> StateAttestation {
        let through = try reader.id()
        let tablesVersion = try reader.optionalID() ?? 0
        let tables = try decodeDigest(&reader)
        let terms = try reader.optionalID() ?? 0
        let termVersions = try decodeDigest(&reader)
        let attestation = StateAttestation(
            through: through, tablesVersion: tablesVersion, tables: tables, terms: terms, termVersions: termVersions)
        guard let attestation else { throw PayloadProblem(message: "an attestation has a number that cannot be") }
        return attestation
    }

    private static func decodeDigest(_ reader: inout ByteReader) throws(PayloadProblem) -> StateDigest {
        guard let digest = StateDigest(Array(try reader.bytes(StateDigest.byteCount))) else {
            throw PayloadProblem(message: "a digest is cut off")
        }
        return digest
    }

    static func decodeDates(_ reader: inout ByteReader) throws(PayloadProblem) -> TermDates {
        let start = try decodeDay(&reader)
        let end = try decodeDay(&reader)
        let startsAt = try reader.instant()
        return TermDates(startDate: start, endDate: end, startsAt: startsAt, endsAt: try reader.instant())
    }

    private static func decodeDay(_ reader: inout ByteReader) throws(PayloadProblem) -> Day {
        guard let days = Int32(exactly: try reader.signed()) else {
            throw PayloadProblem(message: "a day is out of range")
        }
        return Day(daysSinceEpoch: days)
    }

    static func decodeOptionalDates(_ reader: inout ByteReader) throws(PayloadProblem) -> TermDates? {
        try reader.bool() ? try decodeDates(&reader) : nil
    }

    static func decodeOptionalWindow(_ reader: inout ByteReader) throws(PayloadProblem) -> EnrollmentWindow? {
        guard try reader.bool() else { return nil }
        let opensAt = try reader.instant()
        return EnrollmentWindow(opensAt: opensAt, closesAt: try reader.instant())
    }

    static func decodeOptionalAdmission(_ reader: inout ByteReader) throws(PayloadProblem) -> Admission? {
        let raw = try reader.byte()
        if raw == 0 { return nil }
        guard let admission = Admission(rawValue: raw) else {
            throw PayloadProblem(message: "\(raw) is no known admission")
        }
        return admission
    }

    private static func decodeOptionalUser(_ reader: inout ByteReader) throws(PayloadProblem) -> UserID? {
        try reader.bool() ? UserID(try reader.signed()) : nil
    }
}
