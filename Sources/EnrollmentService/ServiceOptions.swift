// What a host may choose about the services; plain values, so that it may take them from wherever it keeps its own.

/// How the services run.
public struct ServiceOptions: Hashable, Sendable {
    /// How often gauges are set and the log's health is looked at, in milliseconds: 1,000, from 10 to 3,600,000.
    ///
    /// A value outside of its range counts as the nearest inside.
    public var samplingMilliseconds = 1_000

    /// How long a projection may catch up when the host shuts down, in milliseconds: 10,000, from 0 to 3,600,000.
    ///
    /// After that it stops where it is, and goes on from there the next time. A value outside of its range counts as
    /// the nearest inside.
    public var catchUpMilliseconds = 10_000

    /// Makes the default options.
    public init() {}

    var sampling: Duration { .milliseconds(min(max(samplingMilliseconds, 10), 3_600_000)) }
    var catchUp: Duration { .milliseconds(min(max(catchUpMilliseconds, 0), 3_600_000)) }
}
