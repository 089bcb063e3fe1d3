// Every magic number and limit of the format. FORMAT.md in this folder is the prose beside it.

/// The constants of the files; a change to any of them is a new version of the format.
enum Format {
    /// The version written into segment headers and the manifest.
    static let version: UInt16 = 1

    /// The bytes of a record's canonical encoding beside its payload.
    static let canonicalOverhead = 59
    /// The longest canonical encoding of a record.
    static let maximumCanonicalBytes = 65_535
    /// The longest payload of a record.
    static let maximumPayloadBytes = maximumCanonicalBytes - canonicalOverhead
    /// Types below this are the owner's; the bit above marks the first record of a batch.
    static let batchStartFlag: UInt8 = 0x80

    /// The largest batch, counted as canonical encodings.
    static let maximumBatchBytes = 32 << 20
}
