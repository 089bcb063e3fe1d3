// The way of a command from its caller to the queue, and of the answer back.

internal import Synchronization

public import Enrollment
public import EventLog

extension EnrollmentEngine {
    /// Executes one command.
    ///
    /// Returns when its events are durable; a refusal is thrown when it is durable too, so that no answer rests on an
    /// event that a crash could take back. Where the queue is full it waits for room. A task that is cancelled before
    /// its command is decided gets `cancelled`; from then on the command is carried through.
    ///
    /// - Throws: ``ExecutionError``.
    /// - Complexity: O(1) for the commands of one enrollment; a cascade is linear in its events.
    public func execute(
        _ command: Command, id: CommandID = .random(), by actor: Actor, effectiveAt: Timestamp? = nil,
        expectedVersion: StreamVersion? = nil
    ) async throws(ExecutionError) -> Receipt {
        let envelope = CommandEnvelope(
            id: id, actor: actor, command: command, effectiveAt: effectiveAt, expectedVersion: expectedVersion)
        while true {
            if Task.isCancelled { throw .cancelled }
            if command.erasesUser { try await prepare([envelope]) }
            let decided = await withUnsafeContinuation { if queue.add(envelope, $0) { serve() } }
            do {
                let decision = try decided.get()
                if case .keyNotAtHand(let owner) = decision {
                    try await bringToHand(keyOf: owner)
                    continue
                }
                if let receipt = try immediateAnswer(to: envelope, decision) { return receipt }
                return try await answer(to: envelope, decision)
            } catch {
                guard case .overloaded = error else { throw error }
            }
            try await waitForRoom()
        }
    }

    /// Executes many commands, in order, and gives their results in the same order.
    ///
    /// They share syncs, with each other and with other callers; a refused one does not stop those behind it.
    public func execute(contentsOf envelopes: [CommandEnvelope]) async -> [Result<Receipt, ExecutionError>] {
        var results: [Result<Receipt, ExecutionError>] = []
        results.reserveCapacity(envelopes.count)
        while results.count < envelopes.count {
            if Task.isCancelled { return results + failures(.cancelled, count: envelopes.count - results.count) }
            // No more at once than leaves room for others, and than a vault has keys at hand for.
            let rest = envelopes[results.count...].prefix(min(max(1, options.maximumPendingEvents / 8), 65_536))
            do throws(ExecutionError) { try await prepare(rest) } catch {
                return results + failures(error, count: envelopes.count - results.count)
            }
            var lacksKey = false
            for decided in await withUnsafeContinuation({ if queue.add(rest, $0) { serve() } }) {
                if case .success(.keyNotAtHand) = decided {
                    lacksKey = true
                    break
                }
                let envelope = envelopes[results.count]
                if let result = immediateResult(of: envelope, decided) {
                    results.append(result)
                } else {
                    results.append(await result(of: envelope, decided))
                }
            }
            // A key that others took meanwhile is made by the next round.
            guard results.count < rest.endIndex, !lacksKey else { continue }
            do throws(ExecutionError) {
                try await waitForRoom()
            } catch { return results + failures(error, count: envelopes.count - results.count) }
        }
        return results
    }

    private func immediateResult(
        of envelope: CommandEnvelope, _ decided: CommandQueue.Decided
    ) -> Result<Receipt, ExecutionError>? {
        do throws(ExecutionError) {
            return try immediateAnswer(to: envelope, try decided.get()).map { .success($0) }
        } catch { return .failure(error) }
    }

    private func result(
        of envelope: CommandEnvelope, _ decided: CommandQueue.Decided
    ) async -> Result<Receipt, ExecutionError> {
        do throws(ExecutionError) {
            return .success(try await answer(to: envelope, try decided.get()))
        } catch { return .failure(error) }
    }

    private func failures(_ error: ExecutionError, count: Int) -> [Result<Receipt, ExecutionError>] {
        Array(repeating: .failure(error), count: count)
    }

    /// Waits for the next sync; returns at once when nothing waits for the disk any more.
    ///
    /// For the oldest event that waits, and not for one that was the last some time ago: that may be durable already,
    /// and whoever waited for it would ask again and again until the sync that runs now ends.
    private func waitForRoom() async throws(ExecutionError) {
        let durable = log.durablePosition
        guard log.lastPosition > durable else { return }
        do {
            try await log.waitUntilDurable(Position(durable.rawValue + 1))
        } catch { throw .unavailable(EngineError(error)) }
    }

    /// Decides for everyone who put something down.
    ///
    /// Many commands of one caller are a pass of their own, told at once: their caller works on its answers while the
    /// next caller's commands are decided.
    private func serve() {
        queue.serve { [self] requests in
            if !requests.singles.isEmpty { decide { $0.decide(requests.singles) } }
            for bulk in requests.bulks { decide { [$0.decide(bulk)] } }
        }
    }

    /// Has one pass decided, and its answers told when they are durable.
    private func decide(_ pass: (inout EngineCore) -> [Acknowledgements.Entry]) {
        let (decided, failure) = core.withLock { core in (pass(&core), core.failure) }
        acknowledgements.add(decided)
        // The log tells its own failures; should it refuse for another reason, nobody else would tell these.
        if let failure { acknowledgements.fail(failure) }
    }
}

extension EngineCore {
    /// Decides the commands of callers who gave one each.
    mutating func decide(_ singles: [CommandQueue.Single]) -> [Acknowledgements.Entry] {
        beginPass()
        defer { write() }
        var entries: [Acknowledgements.Entry] = []
        entries.reserveCapacity(singles.count)
        singles.withUnsafeBufferPointer { singles in
            for index in singles.indices {
                if index % PlaceTable.touchLength == 0 {
                    let end = min(index + PlaceTable.touchLength, singles.count)
                    for coming in index..<end { touch(singles[coming].envelope) }
                }
                let decided = result(of: singles[index].envelope)
                entries.append(
                    .init(through: decided.through, answer: .one(decided, singles[index].continuation)))
            }
        }
        return entries
    }

    /// Decides the commands of a caller who gave many.
    mutating func decide(_ bulk: CommandQueue.Bulk) -> Acknowledgements.Entry {
        beginPass()
        defer { write() }
        let (through, results) = bulk.envelopes.withUnsafeBufferPointer { decide($0) }
        return .init(through: through, answer: .many(results, bulk.continuation))
    }

    /// Decides everything that one caller asked for.
    private mutating func decide(
        _ envelopes: UnsafeBufferPointer<CommandEnvelope>
    ) -> (Position, [CommandQueue.Decided]) {
        var results: [CommandQueue.Decided] = []
        results.reserveCapacity(envelopes.count)
        var through = Position.zero
        for index in envelopes.indices {
            if index % PlaceTable.touchLength == 0 {
                for coming in index..<min(index + PlaceTable.touchLength, envelopes.count) { touch(envelopes[coming]) }
            }
            let decided = result(of: envelopes[index])
            // Those behind it come after it: they wait for room, or for a key, with it.
            if case .failure(.overloaded) = decided { break }
            through = max(through, decided.through)
            results.append(decided)
            if case .success(.keyNotAtHand) = decided { break }
        }
        return (through, results)
    }

    private mutating func result(of envelope: CommandEnvelope) -> CommandQueue.Decided {
        do { return .success(try decide(envelope)) } catch { return .failure(error) }
    }
}

extension CommandQueue.Decided {
    /// The last position that the answer rests on; before the first where nothing was decided.
    var through: Position {
        if case .success(let decision) = self { decision.through } else { .zero }
    }
}
