// The latest events in memory: whole batches, bounded, found by position.

import Enrollment
import EventLog
import Testing

@testable import EnrollmentEngine

@Suite struct `The latest events` {
    private func events(_ positions: ClosedRange<Int64>) -> [RecordedEvent] {
        positions.map { number in
            RecordedEvent(
                position: Position(number), stream: .course(CourseID(number % 3 + 1)), version: StreamVersion(number),
                time: EventTime(recordedAt: Timestamp(microseconds: number)), actor: .system, commandID: .random(),
                isBatchStart: number == positions.lowerBound, event: .coursePublished(CourseID(number % 3 + 1)))
        }
    }

    @Test func `are given from any position on that is still here, at most so many`() {
        var recent = RecentEvents(capacity: 100, byteCapacity: 1 << 20, after: 10)
        var first: Int64 = 11
        for length in [1, 3, 2, 5, 1, 1, 7] as [Int64] {
            recent.append(events(first...first + length - 1), bytes: 10)
            first += length
        }
        #expect(recent.reaches(backTo: 10) && !recent.reaches(backTo: 9))
        for position in 10..<first - 1 {
            for limit in [1, 2, 5, 100] {
                let expected = (position + 1..<first).prefix(limit).map { Position($0) }
                let given = recent.events(after: Position(position), through: Position(first - 1), limit: limit)
                #expect(given.map(\.position) == expected)
            }
        }
        #expect(recent.events(after: 12, through: 15, limit: 100).map(\.position) == [13, 14, 15])
        #expect(recent.events(after: Position(first - 1), through: Position(first - 1), limit: 9).isEmpty)
    }

    @Test(arguments: [(1, 1 << 20), (7, 1 << 20), (1000, 95), (1000, 0)])
    func `are let go batch by batch where they are too many, or take too much`(capacity: Int, bytes: Int) {
        var recent = RecentEvents(capacity: capacity, byteCapacity: bytes, after: 0)
        var last: Int64 = 0
        for round in 1...500 {
            let length = Int64(round % 4 + 1)
            recent.append(events(last + 1...last + length), bytes: Int(length) * 10)
            last += length
            let kept = (0...last).first { recent.reaches(backTo: Position($0)) } ?? last
            #expect(last - kept <= Int64(capacity) && (last - kept) * 10 <= Int64(bytes))
            // No more are let go than must: the batch before them, of at most four, would not have fitted.
            #expect(kept == 0 || last - kept + 4 > Int64(capacity) || (last - kept + 4) * 10 > Int64(bytes))
            let given = recent.events(after: Position(kept), through: Position(last), limit: .max)
            #expect(given.map(\.position.rawValue) == Array(kept + 1..<last + 1))
        }
    }

    @Test func `of a stream are given where all that are asked for are here`() {
        var recent = RecentEvents(capacity: 12, byteCapacity: 1 << 20, after: 0)
        for first in stride(from: Int64(1), to: 40, by: 4) { recent.append(events(first...first + 3), bytes: 1) }
        let belongs = { (event: RecordedEvent) in event.stream == .course(1) }
        #expect(recent.events(where: belongs, count: 3, before: 40)?.map(\.position) == [33, 36, 39])
        #expect(recent.events(where: belongs, count: 2, before: 35)?.map(\.position) == [30, 33])
        #expect(recent.events(where: belongs, count: 9, before: 40) == nil)
    }
}
