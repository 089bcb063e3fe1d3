// MANIFEST: the list of segments, as text that a person can read, closed by a checksum.

/// One segment, as the manifest and the writer know it.
struct SegmentEntry: Hashable, Sendable {
    var index: UInt64
    var segmentID: UInt64
    var firstPosition: Int64
    var isActive: Bool
    /// Where the segment ends; of an active one, what is known to be durable.
    var end: SegmentEnd

    var name: String {
        let digits = String(firstPosition)
        return String(repeating: "0", count: max(0, 20 - digits.count)) + digits + "-" + hexadecimalText(segmentID)
            + ".log"
    }

    var info: SegmentInfo {
        SegmentInfo(
            name: name, firstPosition: Position(firstPosition), lastPosition: Position(end.lastPosition),
            bytes: end.offset, state: isActive ? .active : .closed)
    }
}

/// The contents of MANIFEST.
///
///     eventlog-manifest 1
///     log 00112233445566778899aabbccddeeff epoch 1
///     segment 1 id 0123456789abcdef first 1 last 20 end 5120 chain 0a1b2c3d time 1767225600000000 closed
///     segment 2 id fedcba9876543210 first 21 active
///     crc32 1a2b3c4d
///
/// The kinds `sealed` and `archived` are reserved; a reader that meets an unknown kind asks for a newer version.
struct Manifest: Hashable, Sendable {
    var logID: LogID
    var epoch: UInt32
    var segments: [SegmentEntry] = []

    private static let firstLine = "eventlog-manifest \(Format.version)"

    func encoded() -> [UInt8] {
        var text = "\(Self.firstLine)\nlog \(logID) epoch \(epoch)\n"
        for segment in segments {
            text += "segment \(segment.index) id \(hexadecimalText(segment.segmentID)) first \(segment.firstPosition)"
            if !segment.isActive {
                let end = segment.end
                text += " last \(end.lastPosition) end \(end.offset)"
                text += " chain \(hexadecimalText(UInt64(end.chain), width: 8)) time \(end.lastTime)"
            }
            text += segment.isActive ? " active\n" : " closed\n"
        }
        let sum = Array(text.utf8).withUnsafeBytes { checksum($0) }
        text += "crc32 \(hexadecimalText(UInt64(sum), width: 8))\n"
        return Array(text.utf8)
    }

    /// Reads the manifest's bytes.
    ///
    /// - Throws: `foreign` when it is no manifest, `newerFormat`, or `corrupted`.
    static func decoded(_ bytes: [UInt8], path: String) throws(LogError) -> Manifest {
        func damaged(_ what: String) -> LogError {
            LogError(.corrupted, "The manifest \(what). Restore it from a backup.", path: path)
        }
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let first = String(decoding: lines.first ?? [], as: UTF8.self)
        guard first.hasPrefix("eventlog-manifest ") else {
            throw LogError(.foreign, "The file is no manifest of an event log. Check the path.", path: path)
        }
        guard lines.popLast()?.isEmpty == true, let sumLine = lines.popLast(), lines.count >= 2,
            sumLine.starts(with: Array("crc32 ".utf8))
        else { throw damaged("is cut short") }
        let sum = bytes[0..<sumLine.startIndex].withUnsafeBytes { checksum($0) }
        guard Array(sumLine) == Array("crc32 \(hexadecimalText(UInt64(sum), width: 8))".utf8) else {
            throw damaged("does not fit its checksum")
        }
        guard first == firstLine else {
            throw LogError(
                .newerFormat, "The log needs a newer version of this software. Upgrade, then open it.", path: path)
        }
        let owner = words(lines[1])
        guard owner.count == 4, owner[0] == "log", let identity = LogID(owner[1]), owner[2] == "epoch",
            let epoch = UInt32(owner[3])
        else { throw damaged("does not name its log") }
        var manifest = Manifest(logID: identity, epoch: epoch)
        manifest.segments.reserveCapacity(lines.count - 2)
        for line in lines[2...] {
            let words = words(line)
            if words.count > 7, words[0] == "segment", let kind = words.last, kind != "closed", kind != "active" {
                throw LogError(
                    .newerFormat, "The manifest lists a segment of kind \(kind), which needs a newer version.",
                    path: path)
            }
            guard let segment = segment(words), manifest.accepts(segment) else {
                throw damaged("has a line that does not fit: \(String(decoding: line, as: UTF8.self))")
            }
            manifest.segments.append(segment)
        }
        return manifest
    }

    private static func words(_ line: ArraySlice<UInt8>) -> [String] {
        line.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func segment(_ words: [String]) -> SegmentEntry? {
        guard words.count == 7 || words.count == 15, words[0] == "segment", let index = UInt64(words[1]),
            words[2] == "id", words[3].utf8.count == 16, let identity = hexadecimal(Array(words[3].utf8)[...]),
            words[4] == "first", let first = Int64(words[5]), first >= 1, first < Int64.max / 2
        else { return nil }
        var end = SegmentEnd(
            lastPosition: first - 1, offset: Int64(Format.headerPageBytes), chain: 0, lastTime: Int64.min)
        if words.count == 7 {
            guard words[6] == "active" else { return nil }
            return SegmentEntry(index: index, segmentID: identity, firstPosition: first, isActive: true, end: end)
        }
        guard words[6] == "last", let last = Int64(words[7]), last >= first - 1, last < Int64.max / 2,
            words[8] == "end", let offset = Int64(words[9]), offset >= Int64(Format.headerPageBytes),
            offset % Int64(Format.alignment) == 0, words[10] == "chain", words[11].utf8.count == 8,
            let chain = hexadecimal(Array(words[11].utf8)[...]), words[12] == "time", let time = Int64(words[13]),
            words[14] == "closed"
        else { return nil }
        end = SegmentEnd(lastPosition: last, offset: offset, chain: UInt32(chain), lastTime: time)
        return SegmentEntry(index: index, segmentID: identity, firstPosition: first, isActive: false, end: end)
    }

    /// Whether a segment may follow the ones so far: no gap, and only the last may be active.
    private func accepts(_ segment: SegmentEntry) -> Bool {
        guard let last = segments.last else { return segment.index == 1 && segment.firstPosition == 1 }
        return !last.isActive && segment.index == last.index + 1
            && segment.firstPosition == last.end.lastPosition + 1
    }
}
