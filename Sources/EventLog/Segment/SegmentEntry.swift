// One segment as the manifest, the writer and the readers know it.

/// What a sealed segment adds to what it took the place of.
struct SealedPart: Hashable, Sendable {
    /// The length of the file.
    var bytes: Int64
    /// The digest of history up to the segment's last record.
    var digest: LogDigest
}

/// A segment in its place in the log.
struct SegmentEntry: Hashable, Sendable {
    /// 1 for the first segment, then without gaps.
    var index: UInt64
    /// The same, or the index of the last of several segments that were sealed into one.
    var lastIndex: UInt64
    var segmentID: UInt64
    var firstPosition: Int64
    var isActive: Bool
    /// Where the segment ends; of an active one, what is known to be durable.
    ///
    /// Of a sealed one, where the last of those ended that it took the place of: their successor's header says so too,
    /// and is never written again.
    var end: SegmentEnd
    /// Present when the segment is sealed.
    var sealed: SealedPart?

    var isSealed: Bool { sealed != nil }

    /// The bytes that hold blocks and what belongs to them.
    var bytes: Int64 { sealed?.bytes ?? end.offset }

    /// The file's name, made without intermediate strings: an opening asks for the names of all segments.
    var name: String {
        let suffix = isSealed ? Format.sealedSuffix : Format.activeSuffix
        return String(unsafeUninitializedCapacity: 37 + suffix.utf8.count) { buffer in
            var rest = UInt64(bitPattern: firstPosition)
            for place in (0..<20).reversed() {
                buffer[place] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            }
            buffer[20] = UInt8(ascii: "-")
            for place in 0..<16 {
                let digit = UInt8(segmentID >> UInt64(60 - place * 4) & 15)
                buffer[21 + place] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
            }
            for (place, byte) in suffix.utf8.enumerated() { buffer[37 + place] = byte }
            return 37 + suffix.utf8.count
        }
    }

    var info: SegmentInfo {
        SegmentInfo(
            name: name, firstPosition: Position(firstPosition), lastPosition: Position(end.lastPosition),
            bytes: bytes, state: isActive ? .active : isSealed ? .sealed : .closed, digest: sealed?.digest)
    }

    /// The segment's line in the manifest, without the line feed.
    var line: String {
        var text = "segment \(index) id \(hexadecimalText(segmentID)) first \(firstPosition)"
        if isActive { return text + " active" }
        text += " last \(end.lastPosition) end \(end.offset)"
        text += " chain \(hexadecimalText(UInt64(end.chain), width: 8)) time \(end.lastTime)"
        guard let sealed else { return text + " closed" }
        return text + " through \(lastIndex) bytes \(sealed.bytes) digest \(sealed.digest) sealed"
    }

    /// Reads a line; `nil` when it is none, or holds impossible numbers.
    init?(line: ArraySlice<UInt8>) {
        var words = WordReader(line)
        guard words.skip("segment"), let index = words.unsigned(), index >= 1,
            index < UInt64(Format.maximumPosition), words.skip("id"),
            let identity = words.hexadecimal(digits: 16), words.skip("first"), let first = words.number(),
            first >= 1, first < Int64.max / 2
        else { return nil }
        let page = Int64(Format.headerPageBytes)
        var end = SegmentEnd(lastPosition: first - 1, offset: page, chain: 0, lastTime: Int64.min)
        self.init(
            index: index, lastIndex: index, segmentID: identity, firstPosition: first, isActive: true, end: end)
        if words.skip("active") {
            guard words.isAtEnd else { return nil }
            return
        }
        guard words.skip("last"), let last = words.number(), last >= first - 1, last < Int64.max / 2,
            words.skip("end"), let offset = words.number(), (page...2 * Format.maximumSegmentBytes).contains(offset),
            offset % Int64(Format.alignment) == 0,
            words.skip("chain"), let chain = words.hexadecimal(digits: 8), words.skip("time"),
            let time = words.number()
        else { return nil }
        end = SegmentEnd(
            lastPosition: last, offset: offset, chain: UInt32(truncatingIfNeeded: chain), lastTime: time)
        isActive = false
        self.end = end
        if words.skip("closed") {
            guard words.isAtEnd else { return nil }
            return
        }
        guard words.skip("through"), let lastIndex = words.unsigned(), lastIndex >= index,
            lastIndex < UInt64(Format.maximumPosition), words.skip("bytes"), let bytes = words.number(),
            (page...2 * Format.maximumSegmentBytes).contains(bytes), bytes % Int64(Format.alignment) == 0,
            words.skip("digest"), let digest = words.digest(), words.skip("sealed"), words.isAtEnd
        else { return nil }
        self.lastIndex = lastIndex
        sealed = SealedPart(bytes: bytes, digest: digest)
    }

    init(
        index: UInt64, lastIndex: UInt64, segmentID: UInt64, firstPosition: Int64, isActive: Bool, end: SegmentEnd,
        sealed: SealedPart? = nil
    ) {
        self.index = index
        self.lastIndex = lastIndex
        self.segmentID = segmentID
        self.firstPosition = firstPosition
        self.isActive = isActive
        self.end = end
        self.sealed = sealed
    }
}

/// Reads the words of a line without making strings of them: a manifest may have 100,000 lines.
struct WordReader {
    private let line: ArraySlice<UInt8>
    private var index: Int

    init(_ line: ArraySlice<UInt8>) {
        self.line = line
        index = line.startIndex
    }

    var isAtEnd: Bool { index >= line.endIndex }

    private func word() -> ArraySlice<UInt8> {
        var end = index
        while end < line.endIndex, line[end] != UInt8(ascii: " ") { end += 1 }
        return line[index..<end]
    }

    private mutating func pass(_ word: ArraySlice<UInt8>) {
        // At a space that nothing follows the reader stays within the line, so that it is no end.
        index = word.endIndex < line.endIndex && word.endIndex + 1 < line.endIndex ? word.endIndex + 1 : word.endIndex
    }

    /// Passes a word when it is the next one.
    mutating func skip(_ expected: StaticString) -> Bool {
        let next = word()
        guard next.count == expected.utf8CodeUnitCount else { return false }
        for (place, byte) in next.enumerated() where byte != expected.utf8Start[place] { return false }
        pass(next)
        return true
    }

    mutating func unsigned() -> UInt64? {
        let next = word()
        guard let value = Self.decimal(next) else { return nil }
        pass(next)
        return value
    }

    mutating func number() -> Int64? {
        let next = word()
        let isNegative = next.first == UInt8(ascii: "-")
        guard let magnitude = Self.decimal(isNegative ? next.dropFirst() : next) else { return nil }
        let limit = UInt64(Int64.max) + (isNegative ? 1 : 0)
        guard magnitude <= limit else { return nil }
        pass(next)
        return isNegative ? Int64(truncatingIfNeeded: 0 &- magnitude) : Int64(magnitude)
    }

    mutating func hexadecimal(digits: Int) -> UInt64? {
        let next = word()
        guard next.count == digits, let value = parseHexadecimal(next) else { return nil }
        pass(next)
        return value
    }

    mutating func digest() -> LogDigest? {
        let next = word()
        guard let digest = LogDigest(next) else { return nil }
        pass(next)
        return digest
    }

    private static func decimal(_ digits: ArraySlice<UInt8>) -> UInt64? {
        guard !digits.isEmpty, digits.count <= 20 else { return nil }
        var value: UInt64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
            if overflow || carry { return nil }
            value = sum
        }
        return value
    }
}
