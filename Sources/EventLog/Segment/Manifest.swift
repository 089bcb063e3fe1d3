// MANIFEST: the list of segments, as text that a person can read, closed by a digest.

/// The contents of MANIFEST.
///
///     eventlog-manifest 1
///     log 00112233445566778899aabbccddeeff epoch 1
///     segment 1 id 0123456789abcdef first 1 last 20 end 5120 chain 0a1b2c3d time 1767225600000000 closed
///     segment 2 id fedcba9876543210 first 21 active
///     sha256 …64 digits…
///
/// A sealed segment has ` through 5 bytes 8192 digest …64 digits… sealed` in place of ` closed`. A copy made by a
/// backup says `backup` at the end of its second line, and cannot be opened for writing.
struct Manifest: Hashable, Sendable {
    var logID: LogID
    var epoch: UInt32
    var isBackup = false
    var segments: [SegmentEntry] = []

    init(logID: LogID, epoch: UInt32) {
        self.logID = logID
        self.epoch = epoch
    }

    private static let firstLine = "eventlog-manifest \(Format.version)"

    func encoded() -> [UInt8] {
        var bytes = Array("\(Self.firstLine)\nlog \(logID) epoch \(epoch)\(isBackup ? " backup" : "")\n".utf8)
        bytes.reserveCapacity(256 + segments.count * 240)
        for segment in segments {
            bytes.append(contentsOf: segment.line.utf8)
            bytes.append(UInt8(ascii: "\n"))
        }
        bytes.append(contentsOf: "sha256 \(LogDigest(hashing: bytes))\n".utf8)
        return bytes
    }

    /// Reads the manifest's bytes.
    ///
    /// - Throws: `foreign` when it is no manifest, `newerFormat`, or `corrupted`.
    static func decoded(_ bytes: [UInt8], path: String) throws(LogError) -> Manifest {
        func damaged(_ what: String) -> LogError {
            LogError(.corrupted, "The manifest \(what). Restore it from a backup.", path: path)
        }
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard let first = lines.first, first.starts(with: Array("eventlog-manifest ".utf8)) else {
            throw LogError(.foreign, "The file is no manifest of an event log. Check the path.", path: path)
        }
        guard lines.popLast()?.isEmpty == true, let sumLine = lines.popLast(), lines.count >= 2,
            sumLine.starts(with: Array("sha256 ".utf8))
        else { throw damaged("is cut short") }
        guard Array(sumLine) == Array("sha256 \(LogDigest(hashing: bytes[0..<sumLine.startIndex]))".utf8) else {
            throw damaged("does not fit its checksum")
        }
        guard Array(first) == Array(firstLine.utf8) else {
            throw LogError(
                .newerFormat,
                "The log is of a newer format: \(String(decoding: first, as: UTF8.self)), and this program reads "
                    + "\(firstLine). Use a version that reads it.", path: path)
        }
        guard var manifest = owner(lines[1]) else { throw damaged("does not name its log") }
        manifest.segments.reserveCapacity(lines.count - 2)
        for line in lines[2...] {
            guard let segment = SegmentEntry(line: line) else {
                let text = String(decoding: line, as: UTF8.self)
                guard text.hasPrefix("segment "), let kind = text.split(separator: " ").last,
                    !["closed", "active", "sealed"].contains(kind)
                else { throw damaged("has a line that cannot be read: \(text)") }
                throw LogError(
                    .newerFormat, "The manifest lists a segment of kind \(kind), which needs a newer version.",
                    path: path)
            }
            guard manifest.accepts(segment) else {
                throw damaged("has a line that does not follow the one before: \(segment.line)")
            }
            manifest.segments.append(segment)
        }
        return manifest
    }

    private static func owner(_ line: ArraySlice<UInt8>) -> Manifest? {
        let words = line.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
        guard words.count == 4 || words.count == 5 && words[4] == "backup", words[0] == "log",
            let identity = LogID(words[1]), words[2] == "epoch", let epoch = UInt32(words[3])
        else { return nil }
        var manifest = Manifest(logID: identity, epoch: epoch)
        manifest.isBackup = words.count == 5
        return manifest
    }

    /// Whether a segment may follow the ones so far: no gap, only the last may be active, and what is sealed comes
    /// first, since a digest begins with the one before.
    private func accepts(_ segment: SegmentEntry) -> Bool {
        guard let last = segments.last else { return segment.index == 1 && segment.firstPosition == 1 }
        return !last.isActive && last.lastIndex < UInt64.max && segment.index == last.lastIndex + 1
            && segment.firstPosition == last.end.lastPosition + 1 && (last.isSealed || !segment.isSealed)
    }
}
