// What a history of so many events costs: commands on top of it, opening it, its state in memory, its bytes.

import Enrollment
import EnrollmentEngine
import EventLog
import Foundation

extension EngineSuite {
    func growth(_ events: Int) async throws {
        try await scratch("growth") { store in
            let at = Double(events)
            var options = EngineOptions()
            options.snapshots = .after(events: 1)
            var engine = try await EnrollmentEngine.create(at: store, personalData: .plain, options: options)
            let school = School(engine)
            // Eight of nine events are enrollments: all people have a seat in each of eight terms.
            let terms = 8
            let people = events / 9
            let free = (Self.commandsOnTop + people - 1) / people
            try await school.execute(
                [.createCourse(title: "Course"), .publishCourse(1)]
                    + (1...terms + free).map { number in
                        .scheduleTerm(
                            course: 1, termNumber: number, dates: school.dates, capacity: people,
                            admission: .firstCome)
                    })
            let start = ContinuousClock.now
            try await school.register(0..<people)
            for term in 1...terms {
                for first in stride(from: 0, to: people, by: 10_000) {
                    try await school.execute(
                        (first..<min(people, first + 10_000)).map {
                            .applyEnrollment(user: UserID(Int64($0 + 1)), term: TermID(Int64(term)))
                        })
                }
            }
            let made = Double(engine.lastPosition.rawValue) / (ContinuousClock.now - start).seconds
            try report.add("making a history", made, "events/s", at: at)
            try await engine.close()

            let opening = ContinuousClock.now
            engine = try await EnrollmentEngine.open(at: store, options: options)
            let seconds = (ContinuousClock.now - opening).seconds
            let snapshot = engine.openingReport.snapshotPosition != nil
            try report.add(snapshot ? "opening with a snapshot" : "opening without one", seconds * 1000, "ms", at: at)
            let rate = try await onTop(engine, people: people, terms: terms)
            try report.add("commands on a history", rate, "commands/s", at: at)
            let bytes = Double(try size(of: engine.layout.logPath))
            try report.add("log of a history", bytes / Double(engine.lastPosition.rawValue), "bytes/event", at: at)
            try await engine.close()
        }
    }

    private static let commandsOnTop = 20_000

    /// 64 callers; people apply for the terms that are still empty.
    private func onTop(_ engine: EnrollmentEngine, people: Int, terms: Int) async throws -> Double {
        let answers = Answers(capacity: Self.commandsOnTop, seconds: 20)
        let start = ContinuousClock.now
        await withDiscardingTaskGroup { group in
            for _ in 0..<64 {
                group.addTask {
                    while let (attempt, _) = answers.next() {
                        let user = UserID(Int64(attempt % people + 1))
                        let term = TermID(Int64(terms + 1 + attempt / people))
                        var answer = Answer.accepted
                        do {
                            _ = try await engine.execute(.applyEnrollment(user: user, term: term), by: .user(user))
                        } catch {
                            answer = Answer(error)
                        }
                        answers.note(attempt, answer, nanoseconds: 0)
                    }
                }
            }
        }
        let result = answers.result()
        guard result.failed == 0, result.full == 0 else { throw Failure("an application was refused") }
        return Double(result.accepted) / (ContinuousClock.now - start).seconds
    }
}
