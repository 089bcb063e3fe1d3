// When the writer waits for the callers of its last group, and when it has learned not to.

import Testing

@testable import EventLog

@Suite struct ReturningCallersTests {
    @Test func `before the first sync nothing is waited for`() {
        var returning = ReturningCallers()
        #expect(returning.deadline(gathered: 1, now: 0) == nil)
    }

    @Test func `after a sync everyone in flight is waited for, for half as long again as it took`() {
        var returning = ReturningCallers()
        returning.groupEnded(acknowledged: 40, gathered: 24, duration: 1000, now: 5000)
        #expect(returning.expected == 64)
        #expect(returning.deadline(gathered: 24, now: 5000) == 6500)
        #expect(returning.deadline(gathered: 63, now: 6499) == 6500)
        // The last one is back: the group is whole.
        #expect(returning.deadline(gathered: 64, now: 6499) == nil)
        #expect(returning.deadline(gathered: 0, now: 6499) == nil)
    }

    @Test func `a wait in vain makes waits seldom, and one that paid makes them usual again`() {
        var returning = ReturningCallers()
        /// Ends one group; true when the next is waited for, which ends in vain or with everyone back.
        func group(everyoneReturns: Bool) -> Bool {
            returning.groupEnded(acknowledged: 8, gathered: 0, duration: 100, now: 0)
            guard returning.deadline(gathered: 1, now: 0) != nil else { return false }
            #expect(returning.deadline(gathered: everyoneReturns ? 8 : 1, now: 150) == nil)
            return true
        }
        let vain = (0..<400).map { _ in group(everyoneReturns: false) }
        // One, two, four … and at last sixty-four groups without a wait.
        #expect(vain.prefix(12).map { $0 ? 1 : 0 } == [1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 0])
        #expect(vain.count { $0 } == 6 + (400 - 69) / 65 + 1)
        while !group(everyoneReturns: true) {}
        #expect((0..<10).allSatisfy { _ in group(everyoneReturns: true) })
    }

    @Test func `after a stall of seconds nobody is waited for as long`() {
        var returning = ReturningCallers()
        returning.groupEnded(acknowledged: 100, gathered: 0, duration: 10_000_000_000, now: 0)
        #expect(returning.deadline(gathered: 1, now: 1) == 10_000_000)
    }

    @Test func `a lone caller who has not returned is no wait in vain`() {
        var returning = ReturningCallers()
        returning.groupEnded(acknowledged: 1, gathered: 0, duration: 100, now: 0)
        #expect(returning.deadline(gathered: 0, now: 160) == nil)
        returning.groupEnded(acknowledged: 1, gathered: 0, duration: 100, now: 200)
        #expect(returning.deadline(gathered: 0, now: 200) == 350)
    }
}
