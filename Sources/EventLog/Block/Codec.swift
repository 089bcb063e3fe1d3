// zlib behind two small owners: one deflate and one inflate stream, reused from column to column.

internal import CZlib

/// A raw deflate stream; owned by the committer's thread.
final class Deflater {
    /// Behind a pointer of its own, since zlib's state points back at its stream.
    private let stream: UnsafeMutablePointer<z_stream>
    private let isReady: Bool

    init(level: Int) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let status = deflateInit2_(
            stream, Int32(min(9, max(1, level))), Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY, zlibVersion(),
            Int32(MemoryLayout<z_stream>.size))
        isReady = status == Z_OK
    }

    deinit {
        if isReady { deflateEnd(stream) }
        stream.deallocate()
    }

    /// Compresses into at most `limit` bytes; `nil` when that does not suffice, in which case the column stays raw.
    func deflate(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawPointer, limit: Int) -> Int? {
        guard isReady, limit > 0, let base = source.baseAddress, deflateReset(stream) == Z_OK else { return nil }
        stream.pointee.next_in = UnsafeMutablePointer(mutating: base.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(source.count)
        stream.pointee.next_out = target.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(limit)
        guard CZlib.deflate(stream, Z_FINISH) == Z_STREAM_END else { return nil }
        return limit - Int(stream.pointee.avail_out)
    }
}

/// A raw inflate stream; owned by one cursor.
final class Inflater {
    private let stream: UnsafeMutablePointer<z_stream>
    private let isReady: Bool

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        isReady = inflateInit2_(stream, -15, zlibVersion(), Int32(MemoryLayout<z_stream>.size)) == Z_OK
    }

    deinit {
        if isReady { inflateEnd(stream) }
        stream.deallocate()
    }

    /// Fills `target` exactly; false when the bytes give less, more, or are no deflate stream.
    func inflate(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) -> Bool {
        guard isReady, let input = source.baseAddress, let output = target.baseAddress,
            inflateReset(stream) == Z_OK
        else { return false }
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(source.count)
        stream.pointee.next_out = output.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(target.count)
        return CZlib.inflate(stream, Z_FINISH) == Z_STREAM_END && stream.pointee.avail_out == 0
            && stream.pointee.avail_in == 0
    }
}
