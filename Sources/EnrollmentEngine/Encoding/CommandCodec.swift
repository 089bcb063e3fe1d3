// Whole commands, for the batches whose events do not show them, so that every decision can be replayed.

internal import Enrollment

enum CommandCodec {
    static func encode(
        _ command: Command, expectedVersion: StreamVersion?, schema: UInt8, to bytes: inout [UInt8]
    ) {
        bytes.append(command.kind.rawValue)
        ByteWriter.unsigned(expectedVersion.map { UInt64(bitPattern: $0.rawValue) &+ 1 } ?? 0, to: &bytes)
        switch command {
        case .applyEnrollment(let user, let term):
            ByteWriter.signed(user.rawValue, to: &bytes)
            ByteWriter.signed(term.rawValue, to: &bytes)
        case .approveEnrollment(let id, let override, let reason):
            ByteWriter.signed(id.rawValue, to: &bytes)
            bytes.append(override ? 1 : 0)
            ByteWriter.optionalPersonal(reason, schema: schema, to: &bytes)
        case .rejectEnrollment(let id, let reason), .cancelEnrollment(let id, let reason):
            ByteWriter.signed(id.rawValue, to: &bytes)
            ByteWriter.optionalPersonal(reason, schema: schema, to: &bytes)
        case .enrollDirectly(let user, let term, let override, let reason):
            ByteWriter.signed(user.rawValue, to: &bytes)
            ByteWriter.signed(term.rawValue, to: &bytes)
            bytes.append(override ? 1 : 0)
            ByteWriter.optionalPersonal(reason, schema: schema, to: &bytes)
        default: encodeAdministration(command, schema, to: &bytes)
        }
    }

    private static func encodeAdministration(_ command: Command, _ schema: UInt8, to bytes: inout [UInt8]) {
        switch command {
        case .registerUser(let email, let name, let role, let sourceID):
            ByteWriter.personal(email, schema: schema, to: &bytes)
            ByteWriter.personal(name, schema: schema, to: &bytes)
            bytes.append(role.rawValue)
            ByteWriter.optionalText(sourceID, to: &bytes)
        case .updateUser(let id, let email, let name):
            ByteWriter.signed(id.rawValue, to: &bytes)
            ByteWriter.optionalPersonal(email, schema: schema, to: &bytes)
            ByteWriter.optionalPersonal(name, schema: schema, to: &bytes)
        case .changeUserRole(let id, let role):
            ByteWriter.signed(id.rawValue, to: &bytes)
            bytes.append(role.rawValue)
        case .activateUser(let id), .reinstateUser(let id), .confirmErasure(let id):
            ByteWriter.signed(id.rawValue, to: &bytes)
        case .deactivateUser(let id, let cascade), .eraseUser(let id, let cascade):
            ByteWriter.signed(id.rawValue, to: &bytes)
            bytes.append(cascade ? 1 : 0)
        case .suspendUser(let id, let reason):
            ByteWriter.signed(id.rawValue, to: &bytes)
            ByteWriter.optionalPersonal(reason, schema: schema, to: &bytes)
        case .createCourse(let title, let description, let category, let instructor, let sourceID):
            ByteWriter.text(title, to: &bytes)
            ByteWriter.text(description, to: &bytes)
            ByteWriter.text(category, to: &bytes)
            encodeOptionalID(instructor?.rawValue, to: &bytes)
            ByteWriter.optionalText(sourceID, to: &bytes)
        case .updateCourse(let id, let title, let description, let category):
            ByteWriter.signed(id.rawValue, to: &bytes)
            ByteWriter.optionalText(title, to: &bytes)
            ByteWriter.optionalText(description, to: &bytes)
            ByteWriter.optionalText(category, to: &bytes)
        case .assignInstructor(let id, let instructor):
            ByteWriter.signed(id.rawValue, to: &bytes)
            encodeOptionalID(instructor?.rawValue, to: &bytes)
        case .publishCourse(let id), .closeCourse(let id), .reopenCourse(let id), .archiveCourse(let id):
            ByteWriter.signed(id.rawValue, to: &bytes)
        default: encodeTerm(command, schema, to: &bytes)
        }
    }

    private static func encodeTerm(_ command: Command, _ schema: UInt8, to bytes: inout [UInt8]) {
        switch command {
        case .scheduleTerm(let course, let termNumber, let dates, let capacity, let admission, let sourceID):
            ByteWriter.signed(course.rawValue, to: &bytes)
            ByteWriter.signed(Int64(termNumber), to: &bytes)
            encode(dates, to: &bytes)
            ByteWriter.signed(Int64(capacity), to: &bytes)
            bytes.append(admission.rawValue)
            ByteWriter.optionalText(sourceID, to: &bytes)
        case .updateTerm(let id, let dates, let admission):
            ByteWriter.signed(id.rawValue, to: &bytes)
            encodeOptional(dates, to: &bytes)
            bytes.append(admission?.rawValue ?? 0)
        case .setEnrollmentWindow(let id, let window):
            ByteWriter.signed(id.rawValue, to: &bytes)
            encodeOptional(window, to: &bytes)
        case .changeTermCapacity(let id, let to, let allowOverbooked, let reason):
            ByteWriter.signed(id.rawValue, to: &bytes)
            ByteWriter.signed(Int64(to), to: &bytes)
            bytes.append(allowOverbooked ? 1 : 0)
            ByteWriter.optionalPersonal(reason, schema: schema, to: &bytes)
        case .startTerm(let id), .completeTerm(let id): ByteWriter.signed(id.rawValue, to: &bytes)
        case .cancelTerm(let id, let reason):
            ByteWriter.signed(id.rawValue, to: &bytes)
            ByteWriter.optionalPersonal(reason, schema: schema, to: &bytes)
        case .attestState(let attestation): encode(attestation, to: &bytes)
        default: preconditionFailure("\(command.kind.name) is encoded before")
        }
    }

    static func encode(_ attestation: StateAttestation, to bytes: inout [UInt8]) {
        ByteWriter.unsigned(UInt64(bitPattern: attestation.through), to: &bytes)
        ByteWriter.unsigned(UInt64(bitPattern: attestation.tablesVersion), to: &bytes)
        bytes += attestation.tables.bytes
        ByteWriter.unsigned(UInt64(bitPattern: attestation.terms), to: &bytes)
        bytes += attestation.termVersions.bytes
    }

    static func encode(_ dates: TermDates, to bytes: inout [UInt8]) {
        ByteWriter.signed(Int64(dates.startDate.daysSinceEpoch), to: &bytes)
        ByteWriter.signed(Int64(dates.endDate.daysSinceEpoch), to: &bytes)
        ByteWriter.instant(dates.startsAt, to: &bytes)
        ByteWriter.instant(dates.endsAt, to: &bytes)
    }

    static func encodeOptional(_ dates: TermDates?, to bytes: inout [UInt8]) {
        bytes.append(dates == nil ? 0 : 1)
        if let dates { encode(dates, to: &bytes) }
    }

    static func encodeOptional(_ window: EnrollmentWindow?, to bytes: inout [UInt8]) {
        bytes.append(window == nil ? 0 : 1)
        guard let window else { return }
        ByteWriter.instant(window.opensAt, to: &bytes)
        ByteWriter.instant(window.closesAt, to: &bytes)
    }

    /// A command may name an id that does not exist, even 0, so nil has a flag of its own.
    private static func encodeOptionalID(_ id: Int64?, to bytes: inout [UInt8]) {
        bytes.append(id == nil ? 0 : 1)
        if let id { ByteWriter.signed(id, to: &bytes) }
    }
}
