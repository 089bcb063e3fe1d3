// The store's time zone: the one place that turns days and local times into instants, before anything is decided.

internal import Foundation

public import Enrollment

/// The calendar of a store.
///
/// The domain behind it sees instants only.
public struct StoreCalendar: Sendable {
    private let calendar: Calendar

    /// 1582-10-15: Foundation takes earlier days for those of the Julian calendar, which a ``Day`` never is.
    private static let reform = Day(daysSinceEpoch: -141_427)

    /// - Throws: `invalidArgument` where there is no such zone.
    public init(timeZone identifier: String) throws(EngineError) {
        guard let zone = TimeZone(identifier: identifier) else {
            throw EngineError(
                .invalidArgument, "\(identifier) is no time zone; use an IANA name such as Asia/Seoul or UTC.")
        }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        self.calendar = calendar
    }

    /// The first instant of a day.
    public func startOfDay(_ day: Day) -> Timestamp {
        guard day >= Self.reform else {
            return Timestamp(microseconds: (Int64(day.daysSinceEpoch) * 86_400 - Int64(earlyOffset)) * 1_000_000)
        }
        let (year, month, number) = day.components
        let midnight = calendar.date(from: DateComponents(year: year, month: month, day: number)) ?? .distantPast
        // A clock change may swallow midnight: the day then starts later.
        return Timestamp(calendar.startOfDay(for: midnight))
    }

    /// The zone's offset before the reform, in seconds: no zone had clock changes then.
    private var earlyOffset: Int { calendar.timeZone.secondsFromGMT(for: .distantPast) }

    /// A term from the first to the last day, both inclusive, with the instants at which they begin and end.
    public func dates(from first: Day, through last: Day) -> TermDates {
        TermDates(
            startDate: first, endDate: last, startsAt: startOfDay(first), endsAt: startOfDay(last.advanced(by: 1)))
    }

    /// Reads an instant: ISO 8601 with `Z` or an offset, local time of the store without one, or a bare day for its
    /// first instant; nil for anything else.
    ///
    /// A local time that a clock change repeats means the first of the two; one that it skips moves forward.
    public func timestamp(_ text: String) -> Timestamp? {
        if let day = Day(text) { return startOfDay(day) }
        guard let parsed = ISO8601Text(text) else { return nil }
        if let offset = parsed.offsetSeconds {
            return parsed.timestamp(offsetSeconds: offset)
        }
        guard parsed.day >= Self.reform else { return parsed.timestamp(offsetSeconds: earlyOffset) }
        let (year, month, day) = parsed.day.components
        let components = DateComponents(
            year: year, month: month, day: day, hour: parsed.hour, minute: parsed.minute, second: parsed.second)
        guard let date = calendar.date(from: components) else { return nil }
        return Timestamp(microseconds: Timestamp(date).rawValue + Int64(parsed.microsecond))
    }
}

extension Timestamp {
    /// Whole seconds of a Foundation date.
    fileprivate init(_ date: Date) {
        self.init(microseconds: Int64(date.timeIntervalSince1970.rounded()) * 1_000_000)
    }

    /// Reads an instant with `Z` or an offset, as ``description`` writes it.
    static func parsing(utc text: String) -> Timestamp? {
        guard let parsed = ISO8601Text(text), let offset = parsed.offsetSeconds else { return nil }
        return parsed.timestamp(offsetSeconds: offset)
    }
}
