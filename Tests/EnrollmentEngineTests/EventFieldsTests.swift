// What each event says as JSON: the names and the order that readers of the log rely on.

import Enrollment
import EnrollmentTesting
import EventLog
import Testing

@testable import EnrollmentEngine

@Suite struct EventFieldsTests {
    @Test(arguments: zip(Samples.events, expected))
    func `an event says exactly this`(event: Event, fields: String) {
        #expect(shown(event) == "{\(fields)}")
    }

    @Test func `there is an expectation for every sample`() {
        #expect(Samples.events.count == Self.expected.count)
    }

    /// In the order of the samples.
    private static let expected = users + courses + terms + enrollments + refusals + attestations

    private static let users = [
        #""user":1,"email":"kim@example.org","name":"김하늘","role":"STUDENT","sourceID":"s-1""#,
        #""user":2305843009213693951,"email":"a@b","name":"A","role":"ADMIN""#, #""user":7,"name":"""#,
        #""user":7,"email":"b@c""#, #""user":7,"role":"INSTRUCTOR""#, #""user":7"#, #""user":7"#,
        #""user":7,"reason":"왜""#, #""user":7"#, #""user":7"#,
        #""user":9,"email":null,"name":null,"role":"STUDENT","sourceID":"s-9""#, #""user":9,"email":null"#,
        #""user":9,"name":null"#, #""user":9,"reason":null"#, #""user":9"#, #""user":9"#,
    ]

    private static let courses = [
        #""course":1,"title":"T","description":"","category":"""#,
        #""course":2,"title":"강의","description":"d\n","category":"c","instructor":9,"sourceID":"x""#,
        #""course":1,"title":"N","category":"""#, #""course":1,"instructor":null"#, #""course":1,"instructor":12"#,
        #""course":1"#, #""course":1"#, #""course":1"#, #""course":1"#,
    ]

    private static let terms = [
        """
        "term":3,"course":2,"termNumber":1,"startDate":"2027-01-11","endDate":"2027-02-10",\
        "startsAt":"2027-01-11T00:00:00Z","endsAt":"2027-02-11T00:00:00Z","capacity":80,"admission":"SELECTION",\
        "sourceID":"t"
        """,
        #""term":3,"admission":"FIRST_COME""#,
        """
        "term":3,"startDate":"2024-07-15","endDate":"2027-01-05","startsAt":"2024-07-15T00:00:00Z",\
        "endsAt":"2027-01-06T00:00:00Z"
        """,
        #""term":3,"opensAt":null,"closesAt":null"#,
        #""term":3,"opensAt":"2027-01-02T00:00:00Z","closesAt":"2027-01-06T00:00:00Z""#,
        #""term":3,"from":80,"to":1000000000,"taken":79,"reason":"room""#, #""term":3,"from":2,"to":1,"taken":2"#,
        #""term":3"#, #""term":3"#, #""term":3"#, #""term":3,"reason":"강사 사정""#,
        #""term":3,"from":2,"to":1,"taken":2,"reason":null"#, #""term":3,"reason":null"#,
    ]

    private static let enrollments = [
        #""enrollment":1,"user":1,"term":3"#,
        #""enrollment":9223372036854775807,"user":4611686018427387903,"term":3,"direct":true"#,
        #""enrollment":1,"term":3"#, #""enrollment":1,"term":3,"overbooked":true,"reason":"dean""#,
        #""enrollment":1,"term":3,"cause":"OPERATOR","reason":"no""#,
        #""enrollment":1,"term":3,"cause":"TERM_COMPLETED""#,
        #""enrollment":1,"term":3,"previous":"APPROVED","cause":"SELF""#,
        #""enrollment":1,"term":3,"previous":"PENDING","cause":"USER_DEACTIVATED","reason":"left""#,
        #""enrollment":1,"term":3,"overbooked":true,"reason":null"#,
        #""enrollment":1,"term":3,"cause":"OPERATOR","reason":null"#,
        #""enrollment":1,"term":3,"previous":"APPROVED","cause":"USER_ERASED","reason":null"#,
    ]

    private static let refusals = [
        #""USER_NOT_ACTIVE","observed":{"user":5}"#, #""ACCOUNT_SUSPENDED","observed":{"user":5}"#,
        #""USER_ERASED","observed":{"user":5}"#,
        #""OWN_COURSE","observed":{"course":2}"#, #""ALREADY_ENROLLED","observed":{"enrollment":1}"#,
        #""TERM_FULL","observed":{"capacity":80,"taken":81}"#,
        #""COURSE_NOT_PUBLISHED","observed":{"course":2,"status":"DRAFT"}"#,
        #""INVALID_ENROLLMENT_TRANSITION","observed":{"enrollment":1,"from":"REJECTED","to":"CANCELLED"}"#,
        #""ENROLLMENT_PERIOD_NOT_OPEN","observed":{}"#,
        #""ENROLLMENT_PERIOD_NOT_OPEN","observed":{"opensAt":"2027-01-05T00:00:00Z"}"#,
        #""ENROLLMENT_PERIOD_CLOSED","observed":{"closesAt":"2027-01-10T00:00:00Z"}"#,
        #""TERM_CLOSED","observed":{"term":3,"status":"CANCELLED"}"#, #""CANNOT_CANCEL_STARTED","observed":{"term":3}"#,
    ].map { #""command":"ApplyEnrollment","user":5,"term":3,"code":\#($0),"capacity":80,"taken":79"# }

    private static let rising = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
    private static let falling = "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0efeeedecebeae9e8e7e6e5e4e3e2e1e0"
    private static let attestations = [
        #""through":1,"tablesVersion":0,"tables":"\#(rising)","terms":0,"termVersions":"\#(falling)""#,
        #""through":\#(Int64.max),"tablesVersion":\#(Int64.max),"tables":"\#(falling)","terms":\#(Int64.max),"#
            + #""termVersions":"\#(rising)""#,
    ]

    @Test func `a refusal names the enrollment that its command named`() {
        let refusal = Refusal(
            command: .approveEnrollment, user: 5, term: 3, enrollment: 41, rejection: .userNotActive(5), capacity: 1,
            taken: 0)
        #expect(
            shown(.commandRefused(refusal)) == """
                {"command":"ApproveEnrollment","user":5,"term":3,"enrollment":41,"code":"USER_NOT_ACTIVE",\
                "observed":{"user":5},"capacity":1,"taken":0}
                """)
    }

    /// The event's own fields, as they stand in its JSON between its version and its time.
    private func shown(_ event: Event) -> String {
        var results = ResultJSON()
        results.append(
            RecordedEvent(
                position: 1, stream: event.stream, version: 1, time: EventTime(recordedAt: .day(0)), actor: .system,
                commandID: CommandID(high: 0, low: 0), isBatchStart: true, event: event))
        let text = String(decoding: results.bytes, as: UTF8.self)
        guard let start = text.firstRange(of: #""version":1,"#), let end = text.firstRange(of: #","recordedAt""#) else {
            return text
        }
        return "{" + text[start.upperBound..<end.lowerBound] + "}"
    }
}
