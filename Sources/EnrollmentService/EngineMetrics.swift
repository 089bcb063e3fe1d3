// The names and units of what an engine is measured by; Documentation/hosting.md has the same list for readers.

internal import Enrollment
internal import EnrollmentEngine
internal import EventLog

internal import CoreMetrics

/// The instruments of an engine, made once, so that a command takes no lock and makes no label to be counted.
struct EngineMetrics: Sendable {
    /// What became of a command.
    enum Outcome: String, CaseIterable {
        /// It was decided and is durable.
        case accepted
        /// Its id was known: the first answer was given again.
        case repeated
        /// A rule said no.
        case refused
        /// Nobody can say yes or no, or it was not decided: overloaded, cancelled, or a failure.
        case failed
    }

    private let commands: [CommandKind: [Outcome: Counter]]
    private let refusals: [RejectionCode: Counter]
    private let execution: Timer
    private let groupCommands: Recorder
    private let sync: Timer
    /// `enrollment.queue.events`: events that wait for the disk.
    let queuedEvents: Meter

    init(_ factory: any MetricsFactory) {
        commands = Dictionary(
            uniqueKeysWithValues: CommandKind.allCases.map { kind in
                let counters = Outcome.allCases.map { outcome in
                    let dimensions = [("command", kind.name), ("outcome", outcome.rawValue)]
                    return (outcome, Counter(label: "enrollment.commands", dimensions: dimensions, factory: factory))
                }
                return (kind, Dictionary(uniqueKeysWithValues: counters))
            })
        refusals = Dictionary(
            uniqueKeysWithValues: RejectionCode.allCases.map { code in
                (code, Counter(label: "enrollment.refusals", dimensions: [("code", code.name)], factory: factory))
            })
        execution = Timer(label: "enrollment.command.duration", factory: factory)
        groupCommands = Recorder(label: "enrollment.group.commands", factory: factory)
        sync = Timer(label: "enrollment.sync.duration", factory: factory)
        queuedEvents = Meter(label: "enrollment.queue.events", factory: factory)
    }

    /// Counts a group of commands that shared a sync.
    func count(_ group: LogGroup) {
        groupCommands.record(group.batches)
        sync.recordNanoseconds(group.nanoseconds)
    }

    /// Counts a command, and the code of its refusal.
    func count(_ kind: CommandKind, _ outcome: Outcome, _ refusal: RejectionCode?) {
        commands[kind]?[outcome]?.increment()
        if let refusal { refusals[refusal]?.increment() }
    }

    /// Records how long a caller waited for an answer.
    func record(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        execution.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
