// How much of a log was signed: what its writer has to know of the checkpoint beside it, and no more.

package import EventLog

/// The first two lines of a checkpoint: which log was signed, and how many of its records.
///
/// Whoever writes to a log needs no proof and no key, so signature and root are left to `Transparency`, which reads the
/// whole note; the engine depends on none of that.
struct SignedSize: Equatable {
    let origin: [UInt8]
    let size: Int64

    /// `nil` where the bytes do not begin with a name and a number in plain decimal.
    init?(checkpoint bytes: [UInt8]) {
        let lines = bytes.split(separator: 0x0A, maxSplits: 2, omittingEmptySubsequences: false)
        guard lines.count == 3, !lines[0].isEmpty, let size = Self.number(lines[1]) else { return nil }
        (origin, self.size) = (Array(lines[0]), size)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        guard let first = digits.first, digits.count == 1 || first != UInt8(ascii: "0"),
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return Int64(String(decoding: digits, as: UTF8.self))
    }
}

extension StoreLayout {
    /// For who opens the log alone: what the last checkpoint proves of its end; nil where nothing was signed.
    ///
    /// - Throws: `damaged` where it is no checkpoint, `foreign` where it is of another log.
    package func signedPosition(
        _ settings: StoreSettings, fileSystem: any FileSystem = PosixFileSystem()
    ) throws(EngineError) -> ProvenPosition? {
        try StoreFiles(layout: self, fileSystem: fileSystem).signedPosition(ofOrigin: settings.origin)
    }
}

extension StoreFiles {
    /// What the last checkpoint proves of the log's end; nil where nothing was signed.
    ///
    /// - Throws: `damaged` where it is no checkpoint, `foreign` where it is of another log.
    func signedPosition(ofOrigin origin: String) throws(EngineError) -> ProvenPosition? {
        guard let bytes = try readCheckpoint() else { return nil }
        guard let signed = SignedSize(checkpoint: bytes) else {
            throw EngineError(
                .damaged,
                "\(layout.checkpointPath) is no checkpoint, so nobody knows how much of the log was signed. Put a copy "
                    + "of the last one in its place, or move it away to begin anew.")
        }
        guard signed.origin == Array(origin.utf8) else {
            throw EngineError(
                .foreign,
                "\(layout.checkpointPath) is of the log \(String(decoding: signed.origin, as: UTF8.self)), this log is "
                    + "\(origin). Put a copy of this log's last checkpoint in its place, or move it away.")
        }
        return ProvenPosition(
            Position(signed.size), by: "the last signed checkpoint in \(layout.checkpointPath)",
            remedyForOlderCopy: "make a new store of it with `enroll restore --without-checkpoint`, which raises the "
                + "epoch, and tell those who hold that checkpoint")
    }

    /// Refuses to copy a log that ends before what was signed: the copy would be taken for the whole.
    ///
    /// A checkpoint that is none says nothing, and is copied as it is.
    static func check(_ checkpoint: [UInt8], reaches end: Position, _ layout: StoreLayout) throws(EngineError) {
        guard let signed = SignedSize(checkpoint: checkpoint), signed.size > end.rawValue else { return }
        throw EngineError(
            .damaged,
            "The log in \(layout.logPath) ends at position \(end), but \(signed.size) records of it were signed "
                + "(\(layout.checkpointPath)). Nothing was copied. Bring the newer files of the log back; after a "
                + "power cut, first run any command that writes, which finds the end of the log again. If an older "
                + "copy is meant, `enroll restore --without-checkpoint` takes it.")
    }
}
