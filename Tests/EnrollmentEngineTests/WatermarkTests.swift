// Whoever waits for more of the log to be durable wakes exactly when there is more, or when there never will be.

import EventLog
import Testing

@testable import EnrollmentEngine

@Suite struct `Waiting for what is durable` {

    @Test func `ends for all whose position was passed, and for nobody else`() async {
        let watermark = Watermark(durable: 3)
        let woken = await withTaskGroup(of: Bool.self) { group in
            for position in 0..<100 as Range<Int64> {
                group.addTask {
                    await watermark.wait(past: Position(position))
                    // Nobody wakes too early.
                    return watermark.durable > Position(position) || watermark.isClosed
                }
            }
            for durable in [4, 50, 20, 50, 90] as [Position] { watermark.advance(to: durable) }
            // It never goes back.
            #expect(watermark.durable == 90)
            watermark.close()
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(woken == Array(repeating: true, count: 100))
    }

    @Test func `ends at once where there is more already, and where there is no more to come`() async {
        let watermark = Watermark(durable: 3)
        await watermark.wait(past: 2)
        watermark.close()
        await watermark.wait(past: 3)
        #expect(watermark.durable == 3)
    }

    @Test func `ends with the task, before it began to wait or while it does`() async {
        let watermark = Watermark(durable: 3)
        for round in 0..<200 {
            let task = Task { await watermark.wait(past: 3) }
            for _ in 0..<(round % 20) { await Task.yield() }
            task.cancel()
            await task.value
        }
        #expect(watermark.durable == 3 && !watermark.isClosed)
    }
}
