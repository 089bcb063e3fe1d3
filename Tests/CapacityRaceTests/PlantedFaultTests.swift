// Histories with a fault that was put there on purpose: whoever can see it must.

import Enrollment
import EventLog
import Testing

@testable import CapacityRace

@Suite struct `A planted fault` {
    /// One after the other, in a term with one seat; every operation has a log entry of its own.
    private struct Sequence {
        var operations: [Operation?] = []
        var log = RaceLog()
        private var version: Int64 = 1

        init(seats: Int = 1) { write([.scheduled(capacity: seats)], slot: -1) }

        mutating func write(_ contents: [RaceLog.Content], slot: Int) {
            for (index, content) in contents.enumerated() {
                var own: Int64 = 0
                if case .refused = content {
                } else {
                    own = version
                    version += 1
                }
                log.lastPosition += 1
                log.entries.append(
                    RaceLog.Entry(
                        position: log.lastPosition,
                        command: CommandID(high: SimulatedRace.commandHigh, low: UInt64(bitPattern: Int64(slot))),
                        term: 1, version: own, time: 0, isBatchStart: index == 0, content: content))
            }
        }

        /// An operation after all before it.
        mutating func ask(
            _ kind: Operation.Kind, _ outcome: Operation.Outcome, user: Int32 = 0, _ contents: [RaceLog.Content],
            _ change: (inout Operation) -> Void = { _ in }
        ) {
            let time = Int64(operations.count) * 10
            var operation = Operation(kind, outcome, term: 1, user: user, start: time, end: time + 5)
            write(contents, slot: operations.count)
            operation.isRecorded = !contents.isEmpty
            operation.position = log.lastPosition
            change(&operation)
            operations.append(operation)
        }

        mutating func enroll(_ user: Int32, _ enrollment: Int64) {
            ask(
                .apply, .accepted, user: user,
                [.applied(user: Int64(user), enrollment: enrollment), .approved(enrollment: enrollment)]
            ) { $0.enrollment = enrollment }
        }

        mutating func read(_ taken: Int32, of capacity: Int32, version: Int64) {
            ask(.read, .accepted, []) {
                $0.taken = taken
                $0.capacity = capacity
                $0.version = version
            }
        }

        mutating func findFull(_ user: Int32, taken: Int32, of capacity: Int32, isRecorded: Bool = true) {
            let refused = RaceLog.Content.refused(
                user: Int64(user), .termFull, taken: Int(taken), capacity: Int(capacity))
            ask(.apply, .refused, user: user, isRecorded ? [refused] : []) {
                $0.code = .termFull
                $0.taken = taken
                $0.capacity = capacity
            }
        }

        var positions: CheckReport {
            var check = PositionCheck(operations, commandHigh: SimulatedRace.commandHigh, log: log)
            return check.run()
        }
        func order(seats: Int = 1) -> CheckReport {
            LinearizabilityCheck(seats: seats, needsApproval: false).run(operations)
        }
    }

    @Test func `is none where one gets the seat, and the next finds the term full`() {
        var history = Sequence()
        history.enroll(1, 1)
        history.findFull(2, taken: 1, of: 1)
        history.read(1, of: 1, version: 3)
        #expect(history.positions.isSound, "\(history.positions.findings)")
        #expect(history.order().isSound, "\(history.order().findings)")
    }

    @Test func `that sells one seat to two is seen by both`() {
        var history = Sequence()
        history.enroll(1, 1)
        history.enroll(2, 2)
        #expect(history.positions.count(.oversold) > 0)
        #expect(history.positions.count(.wrongAnswer) > 0)
        #expect(history.order().count(.notLinearizable) == 1)
    }

    @Test func `that gives one person two seats is seen by both`() {
        var history = Sequence(seats: 5)
        history.enroll(1, 1)
        history.enroll(1, 2)
        #expect(history.positions.count(.duplicate) > 0)
        #expect(history.order(seats: 5).count(.notLinearizable) == 1)
    }

    @Test func `that stores one command twice is seen by the replay`() {
        var history = Sequence(seats: 5)
        history.enroll(1, 1)
        history.write([.applied(user: 1, enrollment: 1), .approved(enrollment: 1)], slot: 0)
        #expect(history.positions.count(.duplicate) > 0)
        // The callers cannot know.
        #expect(history.order(seats: 5).isSound)
    }

    @Test func `that loses an answered application is seen by both, by the second once somebody looks`() {
        var history = Sequence()
        history.enroll(1, 1)
        history.log.entries.removeLast(2)
        #expect(history.positions.count(.lost) == 1)
        #expect(history.order().isSound)
        history.log.lastPosition -= 2
        history.enroll(2, 2)
        #expect(history.order().count(.notLinearizable) == 1)
    }

    @Test func `that loses a recorded refusal is seen by the replay`() {
        var history = Sequence()
        history.enroll(1, 1)
        history.findFull(2, taken: 1, of: 1)
        history.log.entries.removeLast()
        #expect(history.positions.count(.lost) == 1)
    }

    @Test func `that reads an older state than was known is seen by both`() {
        var history = Sequence(seats: 2)
        history.read(0, of: 2, version: 1)
        history.enroll(1, 1)
        #expect(history.positions.isSound && history.order(seats: 2).isSound)
        history.read(0, of: 2, version: 1)
        #expect(history.positions.count(.stale) == 1)
        #expect(history.order(seats: 2).count(.notLinearizable) == 1)
    }

    @Test func `that reads an older state than another reader is seen by both`() {
        var history = Sequence(seats: 2)
        history.enroll(1, 1)
        // The application is still under way when the first reader sees it, and when the second does not.
        history.operations[0]?.end = 1000
        history.read(1, of: 2, version: 3)
        #expect(history.positions.isSound && history.order(seats: 2).isSound)
        history.read(0, of: 2, version: 1)
        #expect(history.positions.count(.stale) == 1)
        #expect(history.order(seats: 2).count(.notLinearizable) == 1)
    }

    @Test func `that reads what never was is seen by both`() {
        var history = Sequence(seats: 2)
        history.enroll(1, 1)
        history.read(2, of: 2, version: 3)
        #expect(history.positions.count(.wrongAnswer) == 1)
        #expect(history.order(seats: 2).count(.notLinearizable) == 1)
    }

    @Test(arguments: [true, false])
    func `that refuses with seats free is seen by both`(isRecorded: Bool) {
        var history = Sequence(seats: 2)
        history.enroll(1, 1)
        history.findFull(2, taken: 2, of: 2, isRecorded: isRecorded)
        #expect(history.positions.count(.wrongAnswer) == 1)
        #expect(history.order(seats: 2).count(.notLinearizable) == 1)
    }

    @Test func `that answers at a position before one that was known is seen by the replay`() {
        var history = Sequence(seats: 2)
        history.enroll(1, 1)
        history.findFull(2, taken: 0, of: 0, isRecorded: false)
        history.operations[1]?.code = .alreadyEnrolled
        history.operations[1]?.position = 1
        #expect(history.positions.count(.stale) == 1)
    }

    @Test func `that stores what nobody asked for is seen by the replay`() {
        var history = Sequence(seats: 2)
        history.enroll(1, 1)
        history.write([.applied(user: 2, enrollment: 2), .approved(enrollment: 2)], slot: 77)
        #expect(history.positions.count(.unasked) == 1)
    }

    @Test func `that takes an unanswered application for impossible is not made`() {
        var history = Sequence()
        history.enroll(1, 1)
        history.operations[0]?.outcome = .unknown
        history.operations[0]?.end = .max
        history.findFull(2, taken: 1, of: 1)
        #expect(history.positions.isSound, "\(history.positions.findings)")
        #expect(history.order().isSound)
    }

    @Test func `of a search without end is told as such`() {
        var shape = SimulatedRace.Shape()
        shape.operations = 200
        let race = SimulatedRace(seed: 3, shape)
        let check = LinearizabilityCheck(seats: shape.seats, needsApproval: false, maximumSteps: 50)
        #expect(check.run(race.operations).count(.undecided) == 1)
    }
}
