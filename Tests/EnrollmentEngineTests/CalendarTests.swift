// Days and local times of a store become instants.

import Enrollment
import EnrollmentEngine
import EnrollmentTesting
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
        "2027-02-01x09:00:00Z", "2027-02-01T09:00:60Z", "2027-02-01T09:00:0Z", "2027-02-30T09:00:00Z",
        "2027-02-01T9:00:00Z", "2027-02-01T09:00+24:00", "2027-02-01T09:00+09:60", "2027-02-01T09-00-00Z",
    ])
    func `anything else is not an instant`(text: String) throws {
        #expect(try StoreCalendar(timeZone: "UTC").timestamp(text) == nil)
    }

    @Test func `a local time that a clock change skips moves forward`() throws {
        let paris = try StoreCalendar(timeZone: "Europe/Paris")
        #expect(paris.timestamp("2027-03-28T02:30:00")?.description == "2027-03-28T01:30:00Z")
    }

    @Test(arguments: [
        "0001-01-01", "0004-02-29", "1000-06-15", "1500-03-01", "1582-10-04", "1582-10-05", "1582-10-14", "1582-10-15",
        "1900-02-28", "2000-02-29", "9999-12-31",
    ])
    func `a day is that of the same calendar, whether or not an instant names its offset`(text: String) throws {
        let utc = try StoreCalendar(timeZone: "UTC")
        let day = try #require(Day(text))
        let expected = Timestamp(microseconds: Int64(day.daysSinceEpoch) * 86_400_000_000)
        #expect(utc.startOfDay(day) == expected)
        #expect(utc.timestamp(text + "T00:00:00Z") == expected && utc.timestamp(text) == expected)
        #expect(utc.timestamp(text + "T13:30") == expected.advanced(microseconds: 48_600_000_000))
        #expect(utc.dates(from: day, through: day).endsAt == expected.advanced(microseconds: 86_400_000_000))
        let east = try StoreCalendar(timeZone: "Etc/GMT-5")
        #expect(east.startOfDay(day) == expected.advanced(microseconds: -18_000_000_000))
    }

    @Test func `a zone that does not exist is an error`() {
        #expect(throws: EngineError.self) { try StoreCalendar(timeZone: "Mars/Olympus") }
    }
}
