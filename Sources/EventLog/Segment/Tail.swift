// TAIL: one sector that tells readers in other processes, and recovery, how far the log is durable.

/// The contents of TAIL, rewritten without a sync after every sync of the active segment.
///
/// It is never ahead of the device, so whatever it says is evidence; being behind, damaged or missing is no fault.
struct Tail: Hashable, Sendable {
    var logID: LogID
    var epoch: UInt32
    /// The last segment, 0 while there is none.
    var segmentID: UInt64
    var durableEnd: Int64
    var durablePosition: Int64
    /// The checksum of the last block header before the durable end.
    var chain: UInt32
    var lastTime: Int64

    func encoded() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Format.tailBytes)
        bytes.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            base.store(0, Format.tailMagic)
            base.store(8, logID.high)
            base.store(16, logID.low)
            base.store(24, segmentID)
            base.store(32, durableEnd)
            base.store(40, durablePosition)
            base.store(48, lastTime)
            base.store(56, chain)
            base.store(60, epoch)
            base.store(64, checksum(UnsafeRawBufferPointer(start: base, count: 64)))
        }
        return bytes
    }

    /// Reads TAIL; `nil` when it is no such sector, or one of another log or epoch.
    static func decoded(_ bytes: [UInt8], logID: LogID, epoch: UInt32) -> Tail? {
        guard bytes.count == Format.tailBytes else { return nil }
        return bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress, base.load(0, UInt64.self) == Format.tailMagic,
                base.load(8, UInt64.self) == logID.high, base.load(16, UInt64.self) == logID.low,
                base.load(60, UInt32.self) == epoch,
                checksum(UnsafeRawBufferPointer(rebasing: buffer[0..<64])) == base.load(64, UInt32.self)
            else { return nil }
            let end = base.load(32, Int64.self)
            guard (0...2 * Format.maximumSegmentBytes).contains(end),
                (0..<Format.maximumPosition).contains(base.load(40, Int64.self))
            else { return nil }
            return Tail(
                logID: logID, epoch: epoch, segmentID: base.load(24, UInt64.self),
                durableEnd: end, durablePosition: base.load(40, Int64.self),
                chain: base.load(56, UInt32.self), lastTime: base.load(48, Int64.self))
        }
    }
}
