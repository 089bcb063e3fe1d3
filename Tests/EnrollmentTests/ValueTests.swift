// The values that interfaces show: days, instants, names, streams.

import Enrollment
import EnrollmentTesting
import Testing

@Suite struct ValueTests {
    @Test(arguments: [
        ("0001-01-01", -719_162), ("1969-12-31", -1), ("1970-01-01", 0), ("2000-02-29", 11_016), ("2027-01-01", 20_819),
        ("9999-12-31", 2_932_896),
    ])
    func `days are read and written as ISO 8601`(text: String, days: Int) {
        #expect(Day(text)?.daysSinceEpoch == Int32(days))
        #expect(Day(daysSinceEpoch: Int32(days)).description == text)
    }

    @Test func `every day of four centuries goes there and back`() {
        for days in Int32(-60_000)...Int32(90_000) {
            let day = Day(daysSinceEpoch: days)
            let (year, month, number) = day.components
            guard Day(year: year, month: month, day: number) == day else {
                Issue.record("day \(days) is \(day)")
                return
            }
        }
    }

    @Test(arguments: [
        "", "2027", "2027-1-1", "2027-13-01", "2027-00-10", "2027-02-29", "2100-02-29", "2027-04-31", "2027-01-00",
        "0000-01-01", "12027-01-01", "2027-01-01Z", "２０２７-01-01", "+027-01-01", "2027--101",
    ])
    func `what is no date is not read as one`(text: String) {
        #expect(Day(text) == nil)
    }

    @Test func `instants are written in UTC, with decimals where there are some`() {
        #expect(Timestamp(microseconds: 0).description == "1970-01-01T00:00:00Z")
        #expect(Timestamp(microseconds: -1).description == "1969-12-31T23:59:59.999999Z")
        #expect(Timestamp.day(31, hour: 9).description == "2027-02-01T09:00:00Z")
        #expect(Timestamp(microseconds: 1_500_000).description == "1970-01-01T00:00:01.500000Z")
        #expect(Timestamp.earliest.description == "0001-01-01T00:00:00Z")
        #expect(Timestamp.latest.description == "9999-12-31T23:59:59.999999Z")
    }

    @Test func `a name leads back to its value, exactly as written`() {
        func check<Value: NamedValue & Equatable>(_ type: Value.Type) {
            for value in Value.allCases { #expect(Value(name: value.name) == value) }
            #expect(Set(Value.allCases.map(\.name)).count == Value.allCases.count)
            #expect(Value(name: "") == nil)
        }
        check(Role.self)
        check(UserStatus.self)
        check(CourseStatus.self)
        check(TermStatus.self)
        check(Admission.self)
        check(EnrollmentStatus.self)
        check(EndCause.self)
        check(CommandKind.self)
        check(EventType.self)
        check(RejectionCode.self)
        #expect(Role(name: "admin") == nil)
        #expect(Admission.firstCome.name == "FIRST_COME")
        #expect(RejectionCode.termFull.name == "TERM_FULL")
        #expect(RejectionCode.commandIDReused.name == "COMMAND_ID_REUSED")
        #expect(RejectionCode.duplicateSourceID.name == "DUPLICATE_SOURCE_ID")
        #expect(CommandKind.applyEnrollment.name == "ApplyEnrollment")
        #expect(EventType.commandRefused.name == "CommandRefused")
    }

    @Test func `every code has the HTTP status of its family`() {
        #expect(RejectionCode.invalidCapacity.httpStatus == 400)
        #expect(RejectionCode.unauthorized.httpStatus == 401)
        #expect(RejectionCode.ownCourse.httpStatus == 403)
        #expect(RejectionCode.termNotFound.httpStatus == 404)
        #expect(RejectionCode.termFull.httpStatus == 409)
        #expect(RejectionCode.commandIDReused.httpStatus == 422)
        #expect(RejectionCode.storeUnavailable.httpStatus == 503)
    }

    @Test func `a stream's key leads back to it`() {
        for id: Int64 in [1, 2, 77, 1 << 40] {
            for stream: EventStream in [
                .user(UserID(id)), .course(CourseID(id)), .term(TermID(id)), .refusals(TermID(id)),
            ] {
                #expect(EventStream(key: stream.key) == stream)
            }
        }
        #expect(EventStream(key: EventStream.attestations.key) == .attestations)
        #expect(EventStream.attestations.description == "attestations")
        #expect(EventStream.refusals(3).description == "refusals/3")
        #expect(EventStream.term(3).description == "term/3")
        #expect(Actor.user(7).description == "user/7")
        #expect(Actor.system.description == "system")
    }
}
