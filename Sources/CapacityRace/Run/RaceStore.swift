// The scratch store that a race runs on: its people, its course, its terms.

internal import Enrollment
public import EnrollmentEngine
internal import EventLog

extension RaceParameters {
    /// The engine's options in a race.
    public var engineOptions: EngineOptions {
        var options = EngineOptions()
        options.refusals = recordsRefusals ? .recorded : .transient
        return options
    }
}

/// Makes what a race needs before it begins.
public enum RaceStore {
    private static let usersAtOnce = 8192

    /// Makes a store with everyone registered and every term open; returns the engine.
    ///
    /// User n is racer n. The terms run from tomorrow's distance of thirty days, so that people may apply now.
    ///
    /// - Throws: ``RaceError`` or `EngineError`.
    public static func make(at directory: String, for parameters: RaceParameters) async throws -> EnrollmentEngine {
        let engine = try await EnrollmentEngine.create(
            at: directory, personalData: .plain, options: parameters.engineOptions)
        for first in stride(from: 1, through: parameters.racers, by: usersAtOnce) {
            try Task.checkCancellation()
            let last = min(parameters.racers, first + usersAtOnce - 1)
            try await execute(
                (first...last).map {
                    .registerUser(email: "racer\($0)@example.org", name: "Racer \($0)", role: .student)
                }, engine)
        }
        let today = Day(daysSinceEpoch: Int32(clamping: SystemClock().now().rawValue / 86_400_000_000))
        let dates = engine.calendar.dates(from: today.advanced(by: 30), through: today.advanced(by: 120))
        try await execute([.createCourse(title: "The race"), .publishCourse(1)], engine)
        try await execute(
            (1...parameters.terms).map {
                .scheduleTerm(
                    course: 1, termNumber: $0, dates: dates, capacity: parameters.seats,
                    admission: parameters.admission)
            }, engine)
        return engine
    }

    private static func execute(_ commands: [Command], _ engine: EnrollmentEngine) async throws {
        let envelopes = commands.map { CommandEnvelope(id: .random(), actor: .system, command: $0) }
        for result in await engine.execute(contentsOf: envelopes) {
            if case .failure(let error) = result {
                throw RaceError("could not prepare the race: \(error)")
            }
        }
    }
}
