// Random histories through the true decider and the naive model, command by command.

import Enrollment
import EnrollmentTesting
import Foundation
import Testing

@Suite struct ModelTests {
    private static let environment = ProcessInfo.processInfo.environment
    /// Commands of each seed; for long runs set more, and other seeds, through the environment.
    private static let commands = environment["ENROLLMENT_MODEL_COMMANDS"].flatMap { Int($0) } ?? 52_000
    private static let seeds: [UInt64] =
        environment["ENROLLMENT_MODEL_SEED"].flatMap { UInt64($0) }.map { [$0] } ?? [1, 2, 3, 4]

    @Test(arguments: seeds) func `decider and naive model agree on every command and every state`(seed: UInt64) {
        let run = ModelRun(seed: seed, commands: Self.commands, invariantsEvery: 4)
        if let failure = run.failure { Issue.record("\(failure)") }
        #expect(run.commands >= Self.commands)
        // Fewer would leave rare things out by chance.
        if Self.commands >= 50_000 { checkCoverage(run.coverage) }
    }

    /// A rule that was never met was not compared.
    private func checkCoverage(_ coverage: ModelCoverage) {
        for kind in CommandKind.allCases {
            #expect(coverage.accepted[kind, default: 0] > 0, "\(kind.name) was never accepted")
            #expect(coverage.refused[kind, default: 0] > 0, "\(kind.name) was never refused")
            #expect((coverage.recorded[kind, default: 0] > 0) == kind.isAboutEnrollment, "records of \(kind.name)")
        }
        let changing: Set<CommandKind> = [
            .updateUser, .changeUserRole, .updateCourse, .assignInstructor, .updateTerm, .setEnrollmentWindow,
            .changeTermCapacity, .confirmErasure,
        ]
        #expect(Set(coverage.unchanged.keys) == changing)
        let givenByOthers: Set<RejectionCode> = [
            .commandIDReused, .cancelRatioExceeded, .storeUnavailable, .legalHold,
        ]
        #expect(Set(coverage.codes.keys) == Set(RejectionCode.allCases).subtracting(givenByOthers))
        #expect(Set(coverage.events.keys) == Set(EventType.allCases).subtracting([.commandRefused]))
        #expect(Set(coverage.causes.keys) == Set(EndCause.allCases))
        #expect(coverage.overbooked > 0)
        #expect(Set(coverage.problems.keys) == Self.problems)
    }

    private static let problems: Set<ModelCoverage.Problem> = {
        var problems: Set<ModelCoverage.Problem> = [
            .init(.termNumber, .outOfRange), .init(.expectedVersion, .outOfRange), .init(.reason, .missing),
            .init(.effectiveAt, .outOfRange), .init(.effectiveAt, .inTheFuture),
            .init(.effectiveAt, .beforeEarlierFact), .init(.through, .outOfRange),
        ]
        for field in [InputField.email, .name, .sourceID, .title] { problems.insert(.init(field, .empty)) }
        for field in [InputField.email, .name, .sourceID, .title, .description, .category, .reason] {
            problems.insert(.init(field, .tooLong))
            problems.insert(.init(field, .malformed))
        }
        return problems
    }()

    @Test func `the same seed gives the same history`() {
        func history(_ seed: UInt64) -> [ModelStep] {
            var generator = CommandGenerator(seed: seed)
            var comparison = ModelComparison()
            return (0..<200).map { _ in
                let step = generator.next(in: comparison.state)
                _ = comparison.run(step, checksInvariants: false)
                return step
            }
        }
        #expect(history(7) == history(7))
        #expect(history(7) != history(8))
    }

    @Test func `a failing history shrinks to what it needs`() {
        let numbers = Array(1...400)
        #expect(shrunk(numbers) { $0.contains(37) && $0.contains(311) } == [37, 311])
        #expect(shrunk(numbers) { $0.count { $0 % 2 == 0 } >= 3 }.count == 3)
        #expect(shrunk(numbers) { _ in true }.isEmpty)
    }

    @Test func `the state is the fold of its events, whoever decided them`() throws {
        var generator = CommandGenerator(seed: 99)
        var state = EnrollmentState()
        var log: [(Event, EventTime)] = []
        for _ in 0..<2_000 {
            let step = generator.next(in: state)
            let time = EventTime(recordedAt: step.context.now, effectiveAt: step.context.effectiveAt)
            guard let events = try? state.decide(step.command, step.context) else { continue }
            for event in events {
                state.evolve(event, at: time)
                log.append((event, time))
            }
        }
        var replayed = EnrollmentState()
        for (event, time) in log { replayed.evolve(event, at: time) }
        #expect(replayed.users == state.users)
        #expect(replayed.courses == state.courses)
        #expect(replayed.terms == state.terms)
        #expect(replayed.enrollments == state.enrollments)
        #expect(log.count > 500)
    }
}
