// The people, the course and the terms that a race needs before it can start.

import Enrollment
import EnrollmentEngine
import Foundation

struct School {
    let engine: EnrollmentEngine

    init(_ engine: EnrollmentEngine) { self.engine = engine }

    func make(_ workload: Workload) async throws {
        try await execute(
            [.createCourse(title: "Course"), .publishCourse(1)]
                + (0..<workload.terms).map { number in
                    .scheduleTerm(
                        course: 1, termNumber: number + 1, dates: dates, capacity: workload.seats,
                        admission: .firstCome)
                })
        try await register(0..<workload.people)
    }

    func register(_ people: Range<Int>) async throws {
        for first in stride(from: people.lowerBound, to: people.upperBound, by: 10_000) {
            try await execute(
                (first..<min(people.upperBound, first + 10_000)).map {
                    .registerUser(email: "u\($0)@example.org", name: "User \($0)", role: .student)
                })
        }
    }

    /// Some weeks ahead, so that applications are welcome now.
    var dates: TermDates {
        let today = Day(daysSinceEpoch: Int32(Date().timeIntervalSince1970 / 86_400))
        return engine.calendar.dates(from: today.advanced(by: 30), through: today.advanced(by: 90))
    }

    /// Executes all; the first refusal is an error.
    func execute(_ commands: [Command]) async throws {
        let envelopes = commands.map { CommandEnvelope(id: .random(), actor: .system, command: $0) }
        for result in await engine.execute(contentsOf: envelopes) { _ = try result.get() }
    }
}
