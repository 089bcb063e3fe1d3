// Older payloads become the newest, and a chain that does not lead there is refused when it is made.

import EventLog
import Testing

@Suite struct SchemaChainTests {
    private typealias Step = SchemaChain<[Int]>.Step

    /// A step that leaves its trace.
    private func step(_ from: Int, _ to: Int) -> Step { Step(from: from, to: to) { $0.append(to) } }

    @Test func `every version takes all steps that follow it, in order`() throws {
        let chain = try SchemaChain(newest: 4, steps: [step(3, 4), step(1, 2), Step(from: 2, to: 3)])
        for (version, trace) in [(1, [2, 4]), (2, [4]), (3, [4]), (4, [])] {
            var payload: [Int] = []
            try chain.upcast(&payload, from: version)
            #expect(payload == trace)
            #expect(chain.changes(from: version) == !trace.isEmpty)
        }
        #expect(!chain.changes(from: 0) && !chain.changes(from: 5))
    }

    @Test func `a step may skip versions that others lead past`() throws {
        let chain = try SchemaChain(newest: 3, steps: [step(1, 3), step(2, 3)])
        var payload: [Int] = []
        try chain.upcast(&payload, from: 1)
        #expect(payload == [3])
    }

    @Test func `one version needs no step`() throws {
        let chain = try SchemaChain<[Int]>(oldest: 5, newest: 5, steps: [])
        var payload = [7]
        try chain.upcast(&payload, from: 5)
        #expect(payload == [7] && chain.versions == 5...5)
    }

    /// What is wrong with steps from 1 through 3, and the words that tell it.
    static let broken: [(steps: [(Int, Int)], says: String)] = [
        ([(2, 3)], "a gap: from 1 a step leads nowhere"), ([(1, 2)], "a gap: from 2 a step leads nowhere"),
        ([(1, 4), (2, 3)], "from 1 a step leads to 4, which is none"),
        ([(1, 0), (2, 3)], "from 1 a step leads to 0, which is none"),
        ([(1, 2), (2, 1)], "in a circle, from 1 to 2 to 1:"), ([(1, 1), (2, 3)], "in a circle, from 1 to 1:"),
        ([(1, 2), (2, 2)], "in a circle, from 2 to 2:"),
        ([(1, 2), (2, 3), (2, 3)], "Two steps lead on from schema version 2"),
        ([(1, 2), (2, 3), (3, 1)], "A step leads from schema version 3"),
        ([(1, 2), (2, 3), (0, 1)], "A step leads from schema version 0"),
    ]

    @Test(arguments: broken) func `a gap or a cycle is refused, with the versions named`(
        _ broken: (steps: [(Int, Int)], says: String)
    ) {
        let error = #expect(throws: LogError.self) {
            try SchemaChain(newest: 3, steps: broken.steps.map { step($0.0, $0.1) })
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains(broken.says) == true, "\(error?.message ?? "")")
    }

    @Test func `a newest version below the oldest is refused`() {
        #expect(throws: LogError.self) { try SchemaChain<[Int]>(newest: 0, steps: []) }
    }

    @Test func `a version that is not known is told with its number, and the payload stays as it is`() throws {
        let chain = try SchemaChain(newest: 2, steps: [step(1, 2)])
        for (version, code) in [(3, LogError.Code.newerFormat), (99, .newerFormat), (0, .corrupted)] {
            var payload = [7]
            let error = #expect(throws: LogError.self) { try chain.upcast(&payload, from: version) }
            #expect(error?.code == code && error?.message.contains("Schema version \(version) is ") == true)
            #expect(error?.message.contains("this program reads 1 through 2") == true)
            #expect(payload == [7])
        }
    }

    @Test func `what a step cannot read is its own error`() throws {
        let chain = try SchemaChain<[Int]>(
            newest: 2,
            steps: [
                .init(from: 1, to: 2) { (_) throws(LogError) in throw LogError(.corrupted, "No seat in it.") }
            ])
        var payload: [Int] = []
        let error = #expect(throws: LogError.self) { try chain.upcast(&payload, from: 1) }
        #expect(error?.message == "No seat in it.")
    }
}
