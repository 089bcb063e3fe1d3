// Tables of an embedder's own: what they are made of, and what may be chosen. `ProjectionRunner` keeps them.

public import EnrollmentEngine
public import EventLog
public import GRDB

/// Tables of your own, made from the events, in an SQLite file of your own.
///
/// ``ProjectionRunner`` calls all of it, on the connection that writes, in a transaction that also moves the
/// checkpoint: so each event has its effect exactly once whatever happens to the process, and ``apply(_:in:)`` may
/// count.
/// Everything that is not in the events makes a rebuild differ: ask neither clock nor network.
public protocol Projection: Sendable {
    /// Under which the checkpoint is kept. Several projections may share a file, under different names.
    var name: String { get }

    /// Raise it with any change after which the rows of the version before are wrong.
    var version: Int64 { get }

    /// Drops the tables where there are any, and makes them empty.
    ///
    /// Called where a projection is opened for the first time, and to start over.
    func recreateTables(in database: Database) throws

    /// Writes what an event means for the tables.
    ///
    /// What it throws makes the event a poison event, unless it is SQLite's failure to read or write. It must neither
    /// begin nor end a transaction; savepoints are fine.
    func apply(_ event: RecordedEvent, in database: Database) throws
}

/// What a host may choose about a projection of its own.
public struct ProjectionOptions: Sendable {
    /// What happens to an event that the projection cannot apply.
    public enum Poison: Hashable, Sendable {
        /// The run ends with an error that names it. Nothing is skipped.
        case stops
        /// The event and its error are kept in the table `enrollment_quarantine`, and the projection goes on without
        /// it: the tables are then wrong by that event. Mend the projection and start over.
        case isQuarantined
    }

    /// What happens at an event that the projection cannot apply.
    public var poison = Poison.stops
    /// More events make fewer transactions, and readers see them later.
    public var maximumEventsPerTransaction = 1_024

    /// Makes the default options.
    public init() {}
}

/// An event that a projection could not apply.
public struct QuarantinedEvent: Hashable, Sendable {
    /// Where the event stands in the log.
    public let position: Position
    /// The name of its type, such as `EnrollmentApplied`.
    public let type: String
    /// What ``Projection/apply(_:in:)`` threw, as text.
    public let error: String
}
