// The checkers against the plainest one, on histories small enough for it, most of them wrong in some way.

import Enrollment
import EnrollmentTesting
import Testing

@testable import CapacityRace

@Suite struct `The search for an order` {
    private static let histories = 400

    /// A small history, with an answer changed in three of four.
    private static func history(_ random: inout SplitMix64) -> SimulatedRace {
        var shape = SimulatedRace.Shape()
        shape.operations = 3 + random.below(5)
        shape.clients = 1 + random.below(4)
        shape.people = 1 + random.below(5)
        shape.seats = 1 + random.below(2)
        shape.admission = random.chance(1, in: 2) ? .approval : .firstCome
        shape.sharesPeople = random.chance(1, in: 2)
        shape.unanswered = random.pick([0, 0, 25])
        var race = SimulatedRace(seed: random.next(), shape)
        guard !race.operations.isEmpty, random.chance(3, in: 4) else { return race }
        let slot = random.below(race.operations.count)
        switch random.below(5) {
        case 0: race.operations[slot]?.outcome = random.pick([.accepted, .refused])
        case 1: race.operations[slot]?.taken = Int32(random.below(3))
        case 2: race.operations[slot]?.capacity = Int32(1 + random.below(2))
        case 3: race.operations[slot]?.code = random.pick([.termFull, .alreadyEnrolled, .invalidEnrollmentTransition])
        default: race.operations[slot]?.start -= 20_000_000
        }
        if race.operations[slot]?.outcome != .unknown && race.operations[slot]?.end == .max {
            race.operations[slot]?.end = 1_000_000_000
        }
        return race
    }

    @Test(arguments: UInt64(1)...40)
    func `agrees with trying all orders`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var verdicts = [true: 0, false: 0]
        for number in 0..<Self.histories {
            let race = Self.history(&random)
            let operations = race.operations.compactMap { $0 }
            let isExplained = AllOrders.explain(
                operations, seats: race.shape.seats, needsApproval: race.shape.admission == .approval)
            verdicts[isExplained, default: 0] += 1
            #expect(race.order.isSound == isExplained, "history \(number) of seed \(seed): \(operations)")
            // No hint, however wrong, changes a verdict.
            let check = LinearizabilityCheck(
                seats: race.shape.seats, needsApproval: race.shape.admission == .approval)
            let wrong = race.operations.map { _ in Int64(random.below(9)) }
            for hints in [race.hints, wrong] {
                #expect(
                    check.run(race.operations, hints: hints).isSound == isExplained,
                    "history \(number) of seed \(seed) with hints \(hints): \(operations)")
            }
            // What the replay believes has an order: that of the log.
            if race.positions.isSound { #expect(isExplained, "history \(number) of seed \(seed): \(operations)") }
        }
        #expect(verdicts[true, default: 0] > 20 && verdicts[false, default: 0] > 20, "\(verdicts)")
    }
}
