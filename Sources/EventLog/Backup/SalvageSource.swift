// What a damaged log consists of: by its manifest, or, where that is gone, by the headers of its segments.

/// The parts of a damaged log in the order of their positions.
struct SalvageSource {
    /// One segment, or the place of one.
    struct Part {
        var entry: SegmentEntry
        /// Whether the manifest, the successor's header or the summary says where the segment ends.
        var knowsEnd: Bool
        /// Whether a digest that it can be held against is known, or it is not sealed.
        var knowsDigest = true
        var isThere = true
        var size: Int64 = 0
        /// The file, where it is not the one that the entry names.
        var place: String?
        /// What that file says of the segment before it.
        var statedPredecessor: SegmentEntry?
        /// Of a sealed segment, other files with the same records, which nobody has taken away yet.
        var originals: [Part] = []
    }

    let directory: LogDirectory
    private(set) var logID = LogID(high: 0, low: 0)
    private(set) var epoch: UInt32 = 0
    var parts: [Part] = []
    private(set) var isRebuilt = false
    private(set) var tail: Tail?
    /// Why the manifest is not believed.
    private(set) var manifestProblem: LogError?

    /// Reads the manifest, or rebuilds it.
    init(_ directory: LogDirectory) throws(LogError) {
        self.directory = directory
        var listed: [SegmentEntry] = []
        do {
            let manifest = try directory.readManifest()
            logID = manifest.logID
            epoch = manifest.epoch
            listed = manifest.segments
            tail = try? directory.readTail(manifest)
        } catch {
            let isLost = [LogError.Code.corrupted, .foreign, .io].contains(error.code)
            guard isLost else { throw error }
            isRebuilt = true
            manifestProblem = error
        }
        let names = try directory.list()
        var found = try headers(names)
        if isRebuilt {
            var counts: [LogID: Int] = [:]
            for header in found { counts[header.header.logID, default: 0] += 1 }
            guard let owner = counts.max(by: { ($0.value, $0.key.description) < ($1.value, $1.key.description) }) else {
                throw LogError(
                    .corrupted,
                    "Neither the manifest nor any segment tells which log this is. Restore a backup.",
                    path: directory.path)
            }
            logID = owner.key
        }
        let namesWithHeader = Set(found.map(\.name))
        found.removeAll { $0.header.logID != logID }
        if isRebuilt { epoch = found.map(\.header.epoch).max() ?? 0 }
        let present = Set(names)
        for entry in listed {
            parts.append(
                Part(
                    entry: entry, knowsEnd: !entry.isActive, isThere: present.contains(entry.name),
                    size: present.contains(entry.name) ? try size(of: entry.name) : 0))
        }
        try addUnlisted(found, Set(listed.map(\.name)))
        if isRebuilt { try addHeadless(names.filter { !namesWithHeader.contains($0) }) }
        parts.sort { ($0.entry.firstPosition, $0.entry.index) < ($1.entry.firstPosition, $1.entry.index) }
        learnEnds(found.map(\.header))
        findOriginals(found)
        if isRebuilt { tail = try? directory.read(Format.tailName, limit: 4096).flatMap { decodedTail($0) } }
    }

    typealias Found = (name: String, header: SegmentHeader, size: Int64)

    /// The sound headers among the files; a file that cannot be read has none.
    func headers(_ names: [String]) throws(LogError) -> [Found] {
        var found: [Found] = []
        for name in names where name.hasSuffix(Format.activeSuffix) || name.hasSuffix(Format.sealedSuffix) {
            do {
                let file = try directory.openForReading(name)
                let window = SegmentWindow(file, limit: Int64.max, readAhead: 0)
                let page = try window.bytes(at: 0, count: Format.headerPageBytes)
                found.append((name, try SegmentHeader.decoded(page, path: file.path), try file.size()))
            } catch {
                guard error.code == .corrupted || error.code == .io else { throw error }
            }
        }
        return found
    }

    private func size(of name: String) throws(LogError) -> Int64 { try directory.status(name)?.size ?? 0 }

    /// Adds segments that follow the listed ones, or all of them when there is no manifest.
    private mutating func addUnlisted(_ found: [Found], _ listed: Set<String>) throws(LogError) {
        let sorted = found.sorted { left, right in
            (left.header.index, right.header.lastIndex) < (right.header.index, left.header.lastIndex)
        }
        var last = parts.last?.entry.lastIndex ?? 0
        for (name, header, size) in sorted where !listed.contains(name) && header.index > last {
            var entry = SegmentEntry(
                index: header.index, lastIndex: header.lastIndex, segmentID: header.segmentID,
                firstPosition: header.firstPosition, isActive: false,
                end: SegmentEnd(
                    lastPosition: header.firstPosition - 1, offset: Int64(Format.headerPageBytes), chain: 0,
                    lastTime: Int64.min))
            // A file under another name than its header's is not found again, and so is not there.
            if header.isSealed { entry.sealed = SealedPart(bytes: size, digest: .start) }
            guard entry.name == name else { continue }
            var part = Part(entry: entry, knowsEnd: false, knowsDigest: !header.isSealed, size: size)
            if header.isSealed, let summary = try? summary(of: entry) {
                part.entry.end = summary.end
                part.entry.sealed?.digest = summary.digest
                part.knowsEnd = true
                part.knowsDigest = true
            }
            parts.append(part)
            last = header.lastIndex
        }
    }

    /// Adds files whose header page is damaged, in the place that their name tells.
    private mutating func addHeadless(_ names: [String]) throws(LogError) {
        for name in names {
            let isSealed = name.hasSuffix(Format.sealedSuffix)
            guard isSealed || name.hasSuffix(Format.activeSuffix), name.utf8.count == 41,
                let first = Int64(name.prefix(20)), first >= 1,
                let identity = parseHexadecimal(Array(name.utf8)[21..<37])
            else { continue }
            let isKnown = parts.contains { $0.entry.firstPosition == first }
            guard !isKnown else { continue }
            let size = try size(of: name)
            let entry = SegmentEntry(
                index: 0, lastIndex: 0, segmentID: identity, firstPosition: first, isActive: false,
                end: SegmentEnd(
                    lastPosition: first - 1, offset: Int64(Format.headerPageBytes), chain: 0, lastTime: Int64.min),
                sealed: isSealed ? SealedPart(bytes: size, digest: .start) : nil)
            parts.append(Part(entry: entry, knowsEnd: false, knowsDigest: !isSealed, size: size))
        }
    }

    /// A header says where the segment before it ended.
    private mutating func learnEnds(_ headers: [SegmentHeader]) {
        for number in parts.indices where !parts[number].knowsEnd && parts[number].entry.index > 0 {
            let index = parts[number].entry.lastIndex
            guard let successor = headers.first(where: { $0.predecessorIndex == index }) else { continue }
            parts[number].entry.end = successor.predecessor
            parts[number].entry.isActive = false
            parts[number].knowsEnd = true
        }
    }

    private func summary(of entry: SegmentEntry) throws(LogError) -> SealedSummary? {
        let window = SegmentWindow(try directory.openForReading(entry.name), limit: Int64.max, readAhead: 0)
        let end = entry.bytes - Int64(Format.trailerBytes)
        guard let trailer = SealedTrailer.decoded(try window.bytes(at: end, count: Format.trailerBytes), of: entry)
        else { return nil }
        let bytes = try window.bytes(at: trailer.summaryOffset, count: Format.blockHeaderBytes)
        guard let base = bytes.baseAddress,
            case .header(let header) = BlockHeader.decoded(
                base, offset: trailer.summaryOffset, salt: UInt32(truncatingIfNeeded: entry.segmentID), isSealed: true),
            header.type == BlockType.summary, let payload = try BlockWalk.payload(of: header, window)
        else { return nil }
        return try? SealedSummary(decoding: payload)
    }

    /// Without a manifest the epoch is a guess, so TAIL is taken in whichever it is.
    private func decodedTail(_ bytes: [UInt8]) -> Tail? {
        guard bytes.count == Format.tailBytes else { return nil }
        let epoch = bytes.withUnsafeBytes { UnsafeRawPointer($0.baseAddress)?.load(60, UInt32.self) }
        return epoch.flatMap { Tail.decoded(bytes, logID: logID, epoch: $0) }
    }
}
