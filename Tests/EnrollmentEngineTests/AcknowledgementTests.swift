// Who is told what when the log fails between two groups.

import Enrollment
import EventLog
import Testing

@testable import EnrollmentEngine

@Suite struct AcknowledgementTests {
    private let failure = EngineError(.diskFull, "The disk is full.")

    private func decided(_ position: Int64) -> CommandQueue.Decided {
        .success(.accepted([], through: Position(position)))
    }

    /// True where a sync covers the answer, false where the log failed before one did.
    private func isKnown(_ decided: CommandQueue.Decided) -> Bool {
        if case .failure(.unavailable) = decided { false } else { true }
    }

    @Test func `of many that lie in two groups, those of the synced one are told as stored`() async {
        let answers = await withUnsafeContinuation { continuation in
            let acknowledgements = Acknowledgements(durable: 0)
            let many = (1...10).map { decided($0) } + [.failure(.cancelled)]
            acknowledgements.add([.init(through: 10, answer: .many(many, continuation))])
            acknowledgements.advance(to: 6)
            acknowledgements.fail(failure)
        }
        #expect(answers.map(isKnown) == Array(repeating: true, count: 6) + Array(repeating: false, count: 4) + [true])
    }

    @Test func `a retry of what is stored hears so, though it stands behind what is not`() async throws {
        let acknowledgements = Acknowledgements(durable: 0)
        var retrying: Task<CommandQueue.Decided, Never>?
        let late = await withUnsafeContinuation { first in
            retrying = Task {
                await withUnsafeContinuation { second in
                    acknowledgements.add([
                        .init(through: 9, answer: .one(decided(9), first)),
                        .init(through: 5, answer: .one(decided(5), second)),
                    ])
                    acknowledgements.advance(to: 5)
                    acknowledgements.fail(failure)
                }
            }
        }
        let retry = try #require(await retrying?.value)
        #expect(isKnown(retry))
        #expect(!isKnown(late))
    }

    @Test func `after a failure what is stored is told as stored, and nothing else`() async {
        let acknowledgements = Acknowledgements(durable: 3)
        acknowledgements.fail(failure)
        for (position, isStored) in [(3, true), (4, false)] as [(Int64, Bool)] {
            let answer = await withUnsafeContinuation { continuation in
                let one = Acknowledgements.Answer.one(decided(position), continuation)
                acknowledgements.add([.init(through: Position(position), answer: one)])
            }
            #expect(isKnown(answer) == isStored)
        }
    }
}
