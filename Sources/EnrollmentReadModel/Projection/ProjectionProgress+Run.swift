// What every projection shares: whole commands from the feed into transactions, and the stop before a poison event.

internal import EnrollmentEngine
internal import EventLog

extension ProjectionProgress {
    /// Follows a feed until it ends or the task is cancelled, and tells those who wait how it ended.
    ///
    /// `transact` writes events and the checkpoint after them in one transaction. It gets whole commands only, of more
    /// than `maximum` events where one command has more.
    ///
    /// - Throws: `poisonEvent`, after the commands before that event were written; what else `transact` or the feed
    ///   threw, as a `ReadModelError`. Cancellation is no error.
    func run(
        _ feed: any EventFeed, atMost maximum: Int, path: String,
        _ transact: @Sendable (ArraySlice<RecordedEvent>, _ after: Position) async throws -> Void
    ) async throws(ReadModelError) {
        try begin()
        do {
            try await follow(feed, atMost: maximum, transact)
            end(nil)
        } catch {
            let failure =
                Task.isCancelled
                ? ReadModelError(.cancelled, "The projection was cancelled.", cause: error)
                : ReadModelError(error, while: "projecting after position \(position)", path: path)
            end(failure)
            if failure.code != .cancelled { throw failure }
        }
    }

    private func follow(
        _ feed: any EventFeed, atMost maximum: Int,
        _ transact: @Sendable (ArraySlice<RecordedEvent>, _ after: Position) async throws -> Void
    ) async throws {
        var limit = maximum
        while !Task.isCancelled {
            let events = try await feed.nextEvents(after: position, limit: limit)
            if events.isEmpty { return }
            let whole = wholeBatches(events, limit: limit)
            if whole.isEmpty {
                // One command with more events than a transaction should have: take all of it all the same.
                limit = limit.multipliedReportingOverflow(by: 4).partialValue
                continue
            }
            limit = maximum
            try await write(whole, transact)
        }
        throw CancellationError()
    }

    /// Leaves away a last batch that the limit may have cut: what is durable ends with a whole batch.
    private func wholeBatches(_ events: [RecordedEvent], limit: Int) -> ArraySlice<RecordedEvent> {
        guard events.count >= limit else { return events[...] }
        return events[..<(events.lastIndex { $0.isBatchStart } ?? 0)]
    }

    /// Writes all events, or all whole commands before the one that does not fit.
    private func write(
        _ events: ArraySlice<RecordedEvent>,
        _ transact: @Sendable (ArraySlice<RecordedEvent>, _ after: Position) async throws -> Void
    ) async throws {
        guard let last = events.last else { return }
        do {
            try await transact(events, position)
            advance(to: last.position)
        } catch let error as ReadModelError {
            guard error.code == .poisonEvent, let poison = error.position else { throw error }
            let fitting = events.prefix { $0.position < poison }
            // A command is written whole or not at all, also where its last event does not fit.
            let whole = fitting.prefix(
                upTo: events[...fitting.endIndex].lastIndex { $0.isBatchStart } ?? events.startIndex)
            if let last = whole.last {
                try await transact(whole, position)
                advance(to: last.position)
            }
            throw error
        }
    }
}
