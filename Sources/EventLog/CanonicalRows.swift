// Canonical encodings block by block, for whoever hashes all of history.

extension DecodedBlock {
    /// Hands out the canonical encoding of each record in order, as ``LogRecord/canonicalEncoding()`` gives it, behind
    /// one byte of the caller's; all in one buffer that is used again for the next.
    ///
    /// - Complexity: O(*n*) in the bytes of the block, without an allocation a record.
    public func forEachCanonicalEncoding<Failure: Error>(
        prefixedBy prefix: UInt8, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        let row = ByteBuffer()
        for index in 0..<count {
            row.count = 0
            row.append(byte: prefix)
            appendCanonicalEncoding(of: index, to: row)
            try body(row.bytes)
        }
    }
}
