// Pulls blocks in order, across segments, with one open file and one window at a time, or read ahead by threads.

/// Pulls the blocks of a range of positions, one after the other.
///
/// A copy shares buffers with its original, so a cursor belongs to one task at a time.
public struct BlockCursor {
    /// Without threads of its own the cursor steps and decodes when it is asked.
    private var steps: BlockSteps
    private let decoder = BlockDecoder()
    let readAhead: ReadAhead?
    /// What ended the cursor; a reader that goes on behind damage would miss records without noticing.
    private var failure: LogError?
    /// How many blocks were decoded for this cursor, by which the tests see what was left out.
    private(set) var decodedBlocks = 0

    init(
        _ view: LogView, from first: Int64, through last: Int64, order: ReadOrder = .ascending,
        filter: RecordFilter = RecordFilter()
    ) {
        steps = BlockSteps(view, from: first, through: last, order: order, filter: filter)
        readAhead = nil
    }

    /// Makes a cursor that threads read ahead for.
    init(_ steps: BlockSteps, workers: Int) throws(LogError) {
        self.steps = steps
        readAhead = try ReadAhead(steps, workers: min(workers, ReadAhead.maximumWorkers))
    }

    /// Decodes the next block, reusing the arrays of `block`; false at the end of the range.
    ///
    /// The first and the last block are cut to the range. A block holds at most 65,536 records and 16 MiB. Whatever the
    /// order of the cursor, the records within a block ascend.
    ///
    /// - Throws: `corrupted` with file and offset, `io`, `foreign`, `newerFormat`, `insecurePermissions`; after
    ///   that the same at every call.
    public mutating func next(into block: inout DecodedBlock) throws(LogError) -> Bool {
        if let failure { throw failure }
        do {
            guard try advance(into: &block) else { return false }
        } catch {
            failure = error
            throw error
        }
        decodedBlocks += 1
        return true
    }

    private mutating func advance(into block: inout DecodedBlock) throws(LogError) -> Bool {
        if let readAhead { return try readAhead.next(into: &block) }
        guard let step = try steps.next() else { return false }
        try step.decode(try BlockWalk.paddedPayload(of: step.header, step.window), with: decoder, into: &block)
        return true
    }

    /// Goes on through the end of a later view, once the cursor has come to its end.
    mutating func extend(to later: LogView) { steps.extend(to: later) }
}

extension DecodedBlock {
    /// Drops the records outside of a range; a no-op for all blocks but the first and last of a cursor.
    mutating func trim(to lower: Int, count wanted: Int) {
        guard lower > 0 || wanted < count else { return }
        let upper = lower + wanted
        let bytes = (lower == 0 ? 0 : payloadEnds[lower - 1])..<payloadEnds[upper - 1]
        func cut<Element>(_ array: inout [Element], _ range: Range<Int>) {
            array.removeLast(array.count - range.upperBound)
            array.removeFirst(range.lowerBound)
        }
        cut(&types, lower..<upper)
        cut(&isBatchStart, lower..<upper)
        cut(&streams, lower..<upper)
        cut(&versions, lower..<upper)
        cut(&recordedAt, lower..<upper)
        cut(&actors, lower..<upper)
        cut(&commandIDs, lower..<upper)
        cut(&payloadEnds, lower..<upper)
        cut(&payload, bytes)
        for index in payloadEnds.indices { payloadEnds[index] -= bytes.lowerBound }
        firstPosition = Position(firstPosition.rawValue + Int64(lower))
        count = wanted
    }
}
