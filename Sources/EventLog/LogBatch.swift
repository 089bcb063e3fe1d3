// The builder of a batch: the records of one command, stored all or nothing.

/// The records of one command, gathered column by column and reused from command to command.
///
/// `reset` keeps the capacity, so that a long-lived builder stops allocating. The contents are checked when the batch
/// is enqueued, not here.
public struct LogBatch: Sendable {
    var columns = RecordColumns()

    /// Makes an empty batch; call ``reset(commandID:actor:recordedAt:)`` before the first record.
    public init() {}

    /// The number of records.
    public var count: Int { columns.count }

    /// Whether there is no record yet.
    public var isEmpty: Bool { columns.count == 0 }

    /// Empties the batch and names the command that the following records belong to.
    ///
    /// `recordedAt` counts microseconds since 1970-01-01 00:00 UTC and must not run back from batch to batch.
    public mutating func reset(commandID: CommandID, actor: Int64, recordedAt: Int64) {
        columns.removeAll()
        columns.begin(commandID: commandID, actor: actor, recordedAt: recordedAt)
    }

    /// Adds a record, whose payload the closure appends to the shared array.
    ///
    /// The closure must only append. `type` must be below 128, and the record's canonical encoding must not exceed
    /// 65,535 bytes; both are checked when the batch is enqueued.
    public mutating func append(type: UInt8, stream: UInt64, version: Int64, payload fill: (inout [UInt8]) -> Void) {
        if columns.heads.isEmpty { columns.begin(commandID: CommandID(high: 0, low: 0), actor: 0, recordedAt: 0) }
        columns.append(type: type, stream: stream, version: version, payload: fill)
    }
}
