// Pulls single records in either order, leaving out those that a filter does not want.

/// Pulls the records of a range of positions, one after the other.
///
/// Convenient, and slower than ``BlockCursor``, which hands out whole columns.
public struct RecordCursor {
    private(set) var blocks: BlockCursor
    private let order: ReadOrder
    private let filter: RecordFilter
    private var block = DecodedBlock()
    /// How many records of the block are done, from its beginning or, descending, from its end.
    private var done = 0

    init(_ blocks: BlockCursor, _ order: ReadOrder, _ filter: RecordFilter) {
        self.blocks = blocks
        self.order = order
        self.filter = filter
    }

    /// The next record, or `nil` at the end of the range.
    ///
    /// - Throws: as ``BlockCursor/next(into:)``.
    public mutating func next() throws(LogError) -> LogRecord? {
        while true {
            while done < block.count {
                let index = order == .ascending ? done : block.count - 1 - done
                done += 1
                if filter.matches(block, at: index) { return block.record(at: index) }
            }
            done = 0
            guard try blocks.next(into: &block) else {
                block.count = 0
                return nil
            }
        }
    }
}
