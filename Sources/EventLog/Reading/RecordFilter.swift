// Which records a reader wants, and in which order it goes through them.

/// The order in which a reader goes through the log.
public enum ReadOrder: Hashable, Sendable {
    /// From the first position to the last.
    case ascending
    /// From the last position to the first.
    case descending
}

/// Which records a reader wants: those of some streams, those of some types, or those that are both.
///
/// Sealed segments know which streams and types each block may hold, so blocks without them are not even read.
public struct RecordFilter: Hashable, Sendable {
    /// The streams that are wanted; `nil` for all.
    public var streams: Set<UInt64>?
    /// The types that are wanted; `nil` for all.
    public var types: Set<UInt8>?

    /// Makes a filter; without arguments it wants every record.
    public init(streams: Set<UInt64>? = nil, types: Set<UInt8>? = nil) {
        self.streams = streams
        self.types = types
    }

    /// Whether the record at `index` is wanted.
    public func matches(_ block: borrowing DecodedBlock, at index: Int) -> Bool {
        if let types, !types.contains(block.types[index]) { return false }
        guard let streams else { return true }
        return streams.contains(block.streams[index])
    }

    var isSelective: Bool { streams != nil || types != nil }

    /// Whether the block of an index row may hold a record that is wanted.
    func mayMatch(_ row: IndexRow) -> Bool {
        if let types {
            let isPresent = types.contains { type in
                type < Format.batchStartFlag && row.types[Int(type >> 6)] & 1 << UInt64(type & 63) != 0
            }
            if !isPresent { return false }
        }
        guard let streams else { return true }
        return streams.contains { row.streams.mayHold($0) }
    }
}
