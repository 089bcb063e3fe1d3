// The recorded rejections, with the values they saw. Only those of Rejection.isRecorded ever stand in the log.

internal import Enrollment

enum RejectionCodec {
    static func encode(_ rejection: Rejection, to bytes: inout [UInt8]) {
        bytes.append(rejection.code.rawValue)
        switch rejection {
        case .ownCourse(let course): ByteWriter.optionalID(course.rawValue, to: &bytes)
        case .alreadyEnrolled(let enrollment): ByteWriter.optionalID(enrollment.rawValue, to: &bytes)
        case .termFull(_, let capacity, let taken):
            ByteWriter.signed(Int64(capacity), to: &bytes)
            ByteWriter.signed(Int64(taken), to: &bytes)
        case .courseNotPublished(let course, let status):
            ByteWriter.optionalID(course.rawValue, to: &bytes)
            bytes.append(status.rawValue)
        case .invalidEnrollmentTransition(let enrollment, let from, let to):
            ByteWriter.optionalID(enrollment.rawValue, to: &bytes)
            bytes.append(from.rawValue << 4 | to.rawValue)
        case .enrollmentPeriodNotOpen(_, let opensAt): ByteWriter.optionalInstant(opensAt, to: &bytes)
        case .enrollmentPeriodClosed(_, let closesAt): ByteWriter.instant(closesAt, to: &bytes)
        case .termClosed(_, let status): bytes.append(status.rawValue)
        default: break
        }
    }

    static func decode(
        _ reader: inout ByteReader, user: UserID, term: TermID
    ) throws(PayloadProblem) -> Rejection {
        let code: RejectionCode = try reader.value()
        switch code {
        case .userNotActive: return .userNotActive(user)
        case .accountSuspended: return .accountSuspended(user)
        case .userErased: return .userErased(user)
        case .ownCourse: return .ownCourse(CourseID(try reader.id()))
        case .alreadyEnrolled: return .alreadyEnrolled(EnrollmentID(try reader.id()))
        case .termFull:
            let capacity = try reader.int()
            return .termFull(term, capacity: capacity, taken: try reader.int())
        case .courseNotPublished:
            let course = CourseID(try reader.id())
            return .courseNotPublished(course, try reader.value())
        case .invalidEnrollmentTransition:
            let enrollment = EnrollmentID(try reader.id())
            let packed = try reader.byte()
            guard let from = EnrollmentStatus(rawValue: packed >> 4),
                let to = EnrollmentStatus(rawValue: packed & 15)
            else { throw PayloadProblem(message: "\(packed) is no known transition") }
            return .invalidEnrollmentTransition(enrollment, from: from, to: to)
        case .enrollmentPeriodNotOpen:
            return .enrollmentPeriodNotOpen(term, opensAt: try reader.optionalInstant())
        case .enrollmentPeriodClosed: return .enrollmentPeriodClosed(term, closesAt: try reader.instant())
        case .termClosed: return .termClosed(term, try reader.value())
        case .cannotCancelStarted: return .cannotCancelStarted(term)
        default: throw PayloadProblem(message: "a refusal for \(code.name) is never recorded")
        }
    }
}
