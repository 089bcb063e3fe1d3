// From an event to the payload of its record. The grammar stands in PAYLOADS.md; the numbers are stored for ever.

package import Enrollment

/// Translates events and commands to payload bytes and back.
package enum EventCodec {
    /// Which events and fields there are; raised when a payload changes its meaning.
    static let version: UInt8 = 1
    /// The same, with the form of each personal text before it: of payloads with a sealed one.
    static let sealedVersion: UInt8 = 2

    /// The first byte of a payload: flags in the low half, version in the high half.
    enum Flag {
        static let effectiveAt: UInt8 = 1
        /// The command follows the event, because the event does not show all of it.
        static let command: UInt8 = 2
    }

    /// Appends the payload of an event.
    ///
    /// `command` belongs to the first event of a batch only, and only where ``Command/init(shownBy:)`` would not give
    /// the same command back.
    package static func encode(
        _ event: Event, effectiveAt: Timestamp?, command: (Command, StreamVersion?)?, to bytes: inout [UInt8]
    ) {
        let flags =
            (effectiveAt == nil ? 0 : Flag.effectiveAt) | (command == nil ? 0 : Flag.command)
        let schema = event.isSealed || command?.0.isSealed ?? false ? sealedVersion : version
        bytes.append(schema << 4 | flags)
        if let effectiveAt { ByteWriter.instant(effectiveAt, to: &bytes) }
        encodeBody(event, schema, to: &bytes)
        if let (command, expectedVersion) = command {
            CommandCodec.encode(command, expectedVersion: expectedVersion, schema: schema, to: &bytes)
        }
    }

    /// The stream names the entity, so a body leaves it out.
    private static func encodeBody(_ event: Event, _ schema: UInt8, to bytes: inout [UInt8]) {
        switch event {
        case .enrollmentApplied(let id, let user, _, let direct):
            ByteWriter.unsigned(UInt64(bitPattern: id.rawValue), to: &bytes)
            ByteWriter.unsigned(UInt64(bitPattern: user.rawValue) << 1 | (direct ? 1 : 0), to: &bytes)
        case .enrollmentApproved(let id, _, let overbooked, let reason):
            ByteWriter.unsigned(UInt64(bitPattern: id.rawValue), to: &bytes)
            bytes.append((overbooked ? 1 : 0) | (reason == nil ? 0 : 2))
            if let reason { ByteWriter.personal(reason, schema: schema, to: &bytes) }
        case .enrollmentRejected(let id, _, let cause, let reason):
            ByteWriter.unsigned(UInt64(bitPattern: id.rawValue), to: &bytes)
            bytes.append(cause.rawValue)
            ByteWriter.optionalPersonal(reason, schema: schema, to: &bytes)
        case .enrollmentCancelled(let id, _, let previous, let cause, let reason):
            ByteWriter.unsigned(UInt64(bitPattern: id.rawValue), to: &bytes)
            bytes.append(previous.rawValue << 4 | cause.rawValue)
            ByteWriter.optionalPersonal(reason, schema: schema, to: &bytes)
        case .commandRefused(let refusal): encodeRefusal(refusal, to: &bytes)
        case .stateAttested(let attestation): CommandCodec.encode(attestation, to: &bytes)
        case .userRegistered, .userUpdated, .userRoleChanged, .userActivated, .userDeactivated, .userSuspended,
            .userReinstated, .erasureRequested, .userErased:
            encodeUserBody(event, schema, to: &bytes)
        case .courseCreated, .courseUpdated, .instructorAssigned, .coursePublished, .courseClosed, .courseReopened,
            .courseArchived:
            encodeCourseBody(event, to: &bytes)
        default: encodeTermBody(event, schema, to: &bytes)
        }
    }

    private static func encodeUserBody(_ event: Event, _ schema: UInt8, to bytes: inout [UInt8]) {
        switch event {
        case .userRegistered(_, let email, let name, let role, let sourceID):
            ByteWriter.personal(email, schema: schema, to: &bytes)
            ByteWriter.personal(name, schema: schema, to: &bytes)
            bytes.append(role.rawValue)
            ByteWriter.optionalText(sourceID, to: &bytes)
        case .userUpdated(_, let email, let name):
            ByteWriter.optionalPersonal(email, schema: schema, to: &bytes)
            ByteWriter.optionalPersonal(name, schema: schema, to: &bytes)
        case .userRoleChanged(_, let role): bytes.append(role.rawValue)
        case .userSuspended(_, let reason): ByteWriter.optionalPersonal(reason, schema: schema, to: &bytes)
        default: break
        }
    }

    private static func encodeCourseBody(_ event: Event, to bytes: inout [UInt8]) {
        switch event {
        case .courseCreated(_, let title, let description, let category, let instructor, let sourceID):
            ByteWriter.text(title, to: &bytes)
            ByteWriter.text(description, to: &bytes)
            ByteWriter.text(category, to: &bytes)
            ByteWriter.optionalID(instructor?.rawValue, to: &bytes)
            ByteWriter.optionalText(sourceID, to: &bytes)
        case .courseUpdated(_, let title, let description, let category):
            ByteWriter.optionalText(title, to: &bytes)
            ByteWriter.optionalText(description, to: &bytes)
            ByteWriter.optionalText(category, to: &bytes)
        case .instructorAssigned(_, let instructor): ByteWriter.optionalID(instructor?.rawValue, to: &bytes)
        default: break
        }
    }

    private static func encodeTermBody(_ event: Event, _ schema: UInt8, to bytes: inout [UInt8]) {
        switch event {
        case .termScheduled(_, let course, let termNumber, let dates, let capacity, let admission, let sourceID):
            ByteWriter.unsigned(UInt64(bitPattern: course.rawValue), to: &bytes)
            ByteWriter.signed(Int64(termNumber), to: &bytes)
            CommandCodec.encode(dates, to: &bytes)
            ByteWriter.signed(Int64(capacity), to: &bytes)
            bytes.append(admission.rawValue)
            ByteWriter.optionalText(sourceID, to: &bytes)
        case .termUpdated(_, let dates, let admission):
            CommandCodec.encodeOptional(dates, to: &bytes)
            bytes.append(admission?.rawValue ?? 0)
        case .enrollmentWindowSet(_, let window): CommandCodec.encodeOptional(window, to: &bytes)
        case .termCapacityChanged(_, let from, let to, let taken, let reason):
            ByteWriter.signed(Int64(from), to: &bytes)
            ByteWriter.signed(Int64(to), to: &bytes)
            ByteWriter.signed(Int64(taken), to: &bytes)
            ByteWriter.optionalPersonal(reason, schema: schema, to: &bytes)
        case .termCancelled(_, let reason): ByteWriter.optionalPersonal(reason, schema: schema, to: &bytes)
        default: break
        }
    }

    private static func encodeRefusal(_ refusal: Refusal, to bytes: inout [UInt8]) {
        bytes.append(refusal.command.rawValue)
        ByteWriter.unsigned(UInt64(bitPattern: refusal.user.rawValue), to: &bytes)
        ByteWriter.optionalID(refusal.enrollment?.rawValue, to: &bytes)
        ByteWriter.signed(Int64(refusal.capacity), to: &bytes)
        ByteWriter.signed(Int64(refusal.taken), to: &bytes)
        RejectionCodec.encode(refusal.rejection, to: &bytes)
    }
}
