// Scripted lives of a log: a few steps that create, append, roll, confirm and reopen, the same at every run.

package import EventLog
internal import Glibc
internal import Synchronization

/// A life of a log in a few steps.
package struct Script: Sendable {
    package enum Step: Hashable, Sendable {
        /// One batch, waited for.
        case append(records: Int, payload: Int)
        /// So many batches that become two groups: the first, and all others behind it.
        case burst(Int)
        /// Closes the log and opens it again.
        case reopen
    }

    package var name: String
    package var steps: [Step]
    package var segmentBytes: Int64 = 64 << 20
    /// Whether a confirm block follows every group.
    package var confirms = false
    package var compresses = false

    package init(_ name: String, _ steps: [Step], segmentBytes: Int64 = 64 << 20, confirms: Bool = false) {
        self.name = name
        self.steps = steps
        self.segmentBytes = segmentBytes
        self.confirms = confirms
    }

    package var options: LogOptions {
        var options = quietOptions()
        options.segmentBytes = segmentBytes
        if confirms { options.confirmDelayMilliseconds = 0 }
        if compresses { options.compressionThresholdBytes = 0 }
        return options
    }

    /// Lives of at most twelve steps that meet every path of the writer.
    package static let small: [Script] = [
        Script("append", [.append(records: 2, payload: 20), .append(records: 3, payload: 300)]),
        Script(
            "confirm", [.append(records: 1, payload: 20), .append(records: 2, payload: 250)], confirms: true),
        Script(
            "reopen",
            [
                .append(records: 2, payload: 40), .reopen, .append(records: 1, payload: 90),
                .append(records: 1, payload: 9),
            ]
        ),
        Script(
            "roll",
            [.append(records: 1, payload: 500), .append(records: 2, payload: 500), .append(records: 1, payload: 30)],
            segmentBytes: 4200),
        Script("burst", [.append(records: 1, payload: 30), .burst(4), .append(records: 2, payload: 60)]),
    ]

    /// A long life that makes every kind of call.
    package static let long = Script(
        "long",
        [
            .append(records: 2, payload: 60), .append(records: 3, payload: 400), .burst(3), .reopen,
            .append(records: 2, payload: 900), .append(records: 2, payload: 900), .reopen, .reopen,
            .append(records: 1, payload: 10),
        ], segmentBytes: 5000, confirms: true)
}

/// Lives a script: the writer's side of a proof.
package final class Author {
    package private(set) var source: BatchSource
    package private(set) var log: EventLog?
    private let disk: FaultyFileSystem
    private let script: Script
    private let heard: @Sendable (Int) -> Void
    private let count = Counter()

    private final class Counter: Sendable {
        let value = Mutex(0)
    }

    /// - Parameter heard: called on the committer's thread with every acknowledgement, before anything else is written.
    package init(
        _ script: Script, _ source: BatchSource, on disk: FaultyFileSystem,
        heard: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.script = script
        self.source = source
        self.disk = disk
        self.heard = heard
    }

    deinit { try? log?.close() }

    /// How many records were acknowledged, or found by an opening.
    package var acknowledged: Int { count.value.withLock { $0 } }

    /// A failure of the proof's own, never of the log.
    package struct Stalled: Error, CustomStringConvertible {
        package let description: String
    }

    package func create() throws {
        adopt(try EventLog.create(at: logPath, options: script.options, fileSystem: disk))
    }

    package func open() throws {
        let opened = try EventLog.open(at: logPath, options: script.options, fileSystem: disk)
        adopt(opened)
        hear(Int(opened.lastPosition.rawValue))
        if opened.recovery.rewrittenRecords > 0 { try waitForSyncs(1, opened) }
    }

    private func adopt(_ opened: EventLog) {
        log = opened
        opened.onDurable { [heard, count] position in
            count.value.withLock { $0 = Int(position.rawValue) }
            heard(Int(position.rawValue))
        }
    }

    private func hear(_ position: Int) {
        count.value.withLock { $0 = max($0, position) }
        heard(position)
    }

    package func run() throws {
        for step in script.steps { try run(step) }
    }

    package func run(_ step: Script.Step) throws {
        guard let log else { throw Stalled(description: "no log is open") }
        switch step {
        case .append(let records, let payload):
            let syncs = log.statistics().syncs
            source.make(records: records, payload: payload)
            try wait(for: try enqueue(log), log)
            if script.confirms { try waitForSyncs(syncs + 2, log) }
        case .burst(let batches):
            let syncs = log.statistics().syncs
            disk.hold("sync", ".log")
            defer { disk.release() }
            source.make(records: 2, payload: 60)
            var last = try enqueue(log)
            try waitUntilHeld(last, log)
            for _ in 1..<batches {
                source.make(records: 2, payload: 200)
                last = try enqueue(log)
            }
            disk.release()
            try wait(for: last, log)
            if script.confirms { try waitForSyncs(syncs + 3, log) }
        case .reopen:
            try close()
            try open()
        }
    }

    package func close() throws {
        guard let closing = log else { return }
        log = nil
        try closing.close()
    }

    private func enqueue(_ log: EventLog) throws -> Position {
        let range = try log.enqueue(source.batch)
        guard Int(range.upperBound.rawValue) == source.expected.count else {
            throw Stalled(description: "positions \(range) for \(source.expected.count) records")
        }
        return range.upperBound
    }

    private func wait(for position: Position, _ log: EventLog) throws {
        try log.waitUntilDurableBlocking(position)
        guard log.durablePosition >= position, acknowledged <= source.expected.count else {
            throw Stalled(description: "acknowledged before it was durable")
        }
    }

    /// Waits for the gate; a writer that failed before it never comes there.
    private func waitUntilHeld(_ position: Position, _ log: EventLog) throws {
        while !disk.isHolding {
            try refuseFailed(log)
            if log.durablePosition >= position { throw Stalled(description: "the group passed the gate") }
            sched_yield()
        }
    }

    private func waitForSyncs(_ wanted: Int64, _ log: EventLog) throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while log.statistics().syncs < wanted {
            try refuseFailed(log)
            guard ContinuousClock.now < deadline else { throw Stalled(description: "no confirm block came") }
            sched_yield()
        }
    }

    /// Throws the failure of a poisoned writer: it answers for positions that it has not handed out.
    private func refuseFailed(_ log: EventLog) throws {
        do {
            try log.waitUntilDurableBlocking(Position(Int64.max - 1))
        } catch {
            if error.code != .positionOutOfRange { throw error }
        }
    }
}
