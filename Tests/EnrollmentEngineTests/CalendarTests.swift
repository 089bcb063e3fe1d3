// Days and local times of a store become instants.

import Enrollment
import EnrollmentEngine
import Testing

@Suite struct CalendarTests {
    @Test func `a day begins at midnight of the store's zone`() throws {
        let seoul = try StoreCalendar(timeZone: "Asia/Seoul")
        let dates = seoul.dates(from: try #require(Day("2027-03-02")), through: try #require(Day("2027-06-20")))
        #expect(dates.startsAt.description == "2027-03-01T15:00:00Z")
        #expect(dates.endsAt.description == "2027-06-20T15:00:00Z")
    }

    @Test(arguments: [
        ("2027-02-01T09:00:00Z", "2027-02-01T09:00:00Z"), ("2027-02-01T09:00:00+09:00", "2027-02-01T00:00:00Z"),
        ("2027-02-01T09:00:00", "2027-02-01T00:00:00Z"), ("2027-02-01 09:00", "2027-02-01T00:00:00Z"),
        ("2027-02-01", "2027-01-31T15:00:00Z"), ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500000Z"),
        ("2027-02-01T00:00:00.000001-01:30", "2027-02-01T01:30:00.000001Z"),
    ])
    func `instants are read in the forms of ISO 8601`(text: String, utc: String) throws {
        let seoul = try StoreCalendar(timeZone: "Asia/Seoul")
        #expect(seoul.timestamp(text)?.description == utc)
    }

    @Test(arguments: [
        "", "2027", "2027-02-30", "2027-02-01T24:00:00Z", "2027-02-01T09:60", "2027-02-01T09:00:00.Z",
        "2027-02-01T09:00:00.1234567Z", "2027-02-01T09:00Zx", "2027-02-01T09:00+9", "tomorrow", "2027-2-1",
    ])
    func `anything else is not an instant`(text: String) throws {
        #expect(try StoreCalendar(timeZone: "UTC").timestamp(text) == nil)
    }

    @Test func `a local time that a clock change skips moves forward`() throws {
        let paris = try StoreCalendar(timeZone: "Europe/Paris")
        #expect(paris.timestamp("2027-03-28T02:30:00")?.description == "2027-03-28T01:30:00Z")
    }

    @Test func `a zone that does not exist is an error`() {
        #expect(throws: EngineError.self) { try StoreCalendar(timeZone: "Mars/Olympus") }
    }
}
