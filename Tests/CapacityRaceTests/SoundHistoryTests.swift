// Histories that keep the rules: neither checker may find anything.

import Enrollment
import Testing

@testable import CapacityRace

@Suite struct `A history that keeps the rules` {
    @Test(arguments: UInt64(1)...200)
    func `passes both checkers`(seed: UInt64) {
        var shape = SimulatedRace.Shape()
        shape.operations = 120
        shape.clients = 1 + Int(seed % 8)
        shape.people = 4 + Int(seed % 9)
        shape.admission = seed % 2 == 0 ? .approval : .firstCome
        shape.recordsRefusals = seed % 3 != 0
        shape.sharesPeople = seed % 5 == 0
        shape.unanswered = seed % 4 == 0 ? 10 : 0
        let race = SimulatedRace(seed: seed, shape)
        #expect(race.positions.isSound, "\(race.positions.findings)")
        #expect(race.order.isSound, "\(race.order.findings)")
    }

    @Test func `of thousands of operations is explained in few steps`() {
        var shape = SimulatedRace.Shape()
        shape.operations = 5000
        shape.clients = 64
        shape.people = 20_000
        shape.seats = 1000
        let race = SimulatedRace(seed: 7, shape)
        #expect(race.positions.isSound, "\(race.positions.findings)")
        // Steps instead of seconds, which depend on the machine: 64 at a time make some hundred looks an operation.
        let check = LinearizabilityCheck(seats: 1000, needsApproval: false, maximumSteps: 1000 * 5000)
        #expect(check.run(race.operations, hints: race.hints).isSound)
    }
}
