// Goes through the parts of a damaged log: first what can be proven, then what is sound behind the damage.

/// One salvage.
struct SalvageRun {
    private let source: SalvageSource
    private let copy: LogCopy
    private let rewriter: SalvageWriter
    private var report: SalvageReport
    private var check = SegmentCheck()
    /// The first position that the new log does not have yet.
    private var next: Int64 = 1
    /// The first position that is neither kept nor told to be lost, once the prefix has ended.
    private var accounted: Int64 = 1
    /// Whether everything so far is in the new log.
    private var isPrefix = true
    private var lastTime = Int64.min
    private var beyond: BeyondWriter

    init(_ source: SalvageSource, _ copy: LogCopy, epoch: UInt32) {
        self.source = source
        self.copy = copy
        rewriter = SalvageWriter(copy, Manifest(logID: source.logID, epoch: epoch))
        beyond = BeyondWriter(copy)
        report = SalvageReport(id: source.logID, epoch: epoch)
    }

    mutating func run() throws(LogError) -> SalvageReport {
        if let problem = source.manifestProblem {
            let path = problem.path ?? source.directory.path(of: Format.manifestName)
            report.losses.append(
                SalvageReport.Loss(path: path, offset: problem.offset ?? 0, positions: nil, reason: problem.message))
        }
        var predecessor: SalvageSource.Part?
        for part in source.parts {
            if isPrefix { try take(part, after: predecessor) } else { try gather(part, from: 0, notesGaps: true) }
            predecessor = part
        }
        try rewriter.finish()
        tellWhatIsUnproven()
        report.beyond = try beyond.finish()
        if !report.beyond.isEmpty { report.beyondPath = copy.directory.path(of: LogSalvage.beyondName) }
        let manifest = rewriter.manifest
        report.lastPosition = Position(next - 1)
        report.segments = manifest.segments.count
        report.bytes = manifest.segments.reduce(0) { $0 + $1.bytes }
        try copy.verify(manifest)
        try copy.finish(manifest)
        return report
    }

    /// Takes what can be proven of a segment into the new log, and the rest behind the damage.
    private mutating func take(
        _ part: SalvageSource.Part, after predecessor: SalvageSource.Part?
    ) throws(LogError) {
        let entry = part.entry
        guard entry.firstPosition == next, part.isThere || !part.originals.isEmpty else {
            isPrefix = false
            return try gather(part, from: 0, notesGaps: true)
        }
        let begun = report.losses.count
        let isChecked =
            part.isThere && part.knowsEnd && part.knowsDigest && (!entry.isSealed || predecessor?.knowsDigest ?? true)
        var cut = Int64.max
        if isChecked {
            let problems = problems(of: entry, after: predecessor?.entry)
            if problems.isEmpty, rewriter.isVerbatim {
                try copy.copy(entry, from: source.directory) { _ in }
                rewriter.manifest.segments.append(entry)
                lastTime = max(lastTime, entry.end.lastTime)
                next = entry.end.lastPosition + 1
                return
            }
            for problem in problems {
                note(part, problem.offset, problem.first, problem.last, problem.message)
                if problem.first <= problem.last { cut = min(cut, problem.first) }
            }
        }
        rewriter.isVerbatim = false
        let stop = try rewrite(part, after: predecessor?.entry, before: cut)
        try takeOriginals(of: part, begun)
        if part.knowsEnd, next == entry.end.lastPosition + 1 { return }
        isPrefix = false
        try gather(part, from: stop, notesGaps: !isChecked)
    }

    /// Goes on with the originals of a sealed segment behind what could be taken of it.
    ///
    /// The losses from `begun` on are those of the segment; what an original makes good is none.
    private mutating func takeOriginals(of part: SalvageSource.Part, _ begun: Int) throws(LogError) {
        let first = next
        var names: [String] = []
        for original in part.originals {
            guard let place = original.place, (original.entry.firstPosition...original.entry.end.lastPosition) ~= next
            else { continue }
            let before = next
            _ = try rewrite(original, after: original.statedPredecessor, before: Int64.max)
            if next > before { names.append(place) }
        }
        guard next > first else { return }
        report.originals += names.map { source.directory.path(of: $0) }
        let remark =
            " Positions \(first) to \(next - 1) were taken from what it was sealed from: "
            + names.joined(separator: ", ") + "."
        if !part.isThere, next == part.entry.end.lastPosition + 1 {
            note(part, 0, 1, 0, "The segment is missing." + remark)
        }
        for number in begun..<report.losses.count {
            guard let lost = report.losses[number].positions, lost.lowerBound.rawValue < next else { continue }
            let isPart = lost.upperBound.rawValue >= next
            report.losses[number].positions = isPart ? Position(next)...lost.upperBound : nil
            report.losses[number].reason += remark
        }
    }

    /// What the check of a whole segment finds; a file that cannot be read is one problem of all its records.
    private mutating func problems(of entry: SegmentEntry, after predecessor: SegmentEntry?) -> [SegmentProblem] {
        do {
            try check.check(entry, after: predecessor, of: source.logID, in: source.directory)
        } catch {
            _ = check.takeProblems()
            return [
                SegmentProblem(
                    offset: error.offset ?? 0, first: entry.firstPosition, last: entry.end.lastPosition,
                    message: error.message)
            ]
        }
        return check.takeProblems()
    }

    /// Writes the provable batches before a position again.
    ///
    /// - Returns: the offset of the first block that did not come whole into the new log.
    private mutating func rewrite(
        _ part: SalvageSource.Part, after predecessor: SegmentEntry?, before cut: Int64
    ) throws(LogError) -> Int64 {
        let page = Int64(Format.headerPageBytes)
        let limit = part.knowsEnd ? part.entry.bytes : Int64.max
        guard
            let opened = try? source.directory.openSegment(
                part.entry, of: source.logID, after: predecessor, limit: limit, name: part.place)
        else { return page }
        let first = next
        let window = SegmentWindow(opened.window.file, limit: limit, readAhead: 4096)
        var walk = opened.walk
        var pending: [LogRecord] = []
        // Where the first block stands that has a pending record.
        var stop = page
        var block = DecodedBlock()
        let decoder = BlockDecoder()
        while let step = try? walk.peek(window), case .block(let header) = step, header.end <= limit,
            header.type != BlockType.index
        {
            if header.type == BlockType.data {
                guard header.lastPosition < cut, let payload = try? BlockWalk.payload(of: header, window),
                    (try? decoder.decode(header, payload, into: &block)) != nil
                else { break }
                // What another file with the same records has given already.
                let known = Int(min(Int64(block.count), max(0, first - header.firstPosition)))
                guard known == block.count || block.recordedAt[known] >= lastTime else { break }
                lastTime = max(lastTime, block.recordedAt[block.count - 1])
                for index in known..<block.count {
                    // The next batch begins, so the one before it is whole; a group shows its end itself.
                    if part.entry.isSealed, block.isBatchStart[index] { try commit(&pending, &stop, header.offset) }
                    pending.append(block.record(at: index))
                }
            }
            walk.advance(past: header)
            let isEnd = part.knowsEnd && walk.nextPosition == part.entry.end.lastPosition + 1
            if part.entry.isSealed ? isEnd : !header.continuesGroup { try commit(&pending, &stop, walk.offset) }
        }
        return stop
    }

    private mutating func commit(
        _ pending: inout [LogRecord], _ stop: inout Int64, _ offset: Int64
    ) throws(LogError) {
        try rewriter.add(pending)
        next += Int64(pending.count)
        pending.removeAll(keepingCapacity: true)
        stop = offset
    }

    /// Keeps the sound blocks of a segment from an offset on in the file beside the new log.
    private mutating func gather(
        _ part: SalvageSource.Part, from start: Int64, notesGaps: Bool
    ) throws(LogError) {
        let entry = part.entry
        let before = max(next, accounted)
        if entry.firstPosition > before {
            note(part, 0, before, entry.firstPosition - 1, "No segment holds these positions.")
        }
        defer { if part.knowsEnd { accounted = max(accounted, entry.end.lastPosition + 1) } }
        guard part.isThere, let file = try? source.directory.openForReading(entry.name) else {
            return note(
                part, 0, max(next, entry.firstPosition), entry.end.lastPosition, "The segment is missing.")
        }
        let window = SegmentWindow(file, limit: Int64.max, readAhead: 4096)
        let salt = UInt32(truncatingIfNeeded: entry.segmentID)
        let limit = part.knowsEnd && !entry.isSealed ? min(entry.end.offset, part.size) : part.size
        var offset = max(start, Int64(Format.headerPageBytes))
        var gap = offset
        var expected = max(next, entry.firstPosition)
        var block = DecodedBlock()
        let decoder = BlockDecoder()
        while offset < limit {
            guard let bytes = try? window.bytes(at: offset, count: Format.blockHeaderBytes) else {
                // A page that the device does not give costs no more than itself.
                offset = (offset / 4096 + 1) * 4096
                continue
            }
            guard let base = bytes.baseAddress,
                case .header(let header) = BlockHeader.decoded(
                    base, offset: offset, salt: salt, isSealed: entry.isSealed), header.end <= part.size,
                let payload = try? BlockWalk.payload(of: header, window)
            else {
                offset += Int64(Format.alignment)
                continue
            }
            offset = header.end
            guard header.type == BlockType.data, (try? decoder.decode(header, payload, into: &block)) != nil
            else { continue }
            if notesGaps, header.firstPosition > expected {
                note(part, gap, expected, header.firstPosition - 1, "No sound block holds these positions.")
            }
            try beyond.add(block, from: next)
            expected = max(expected, header.lastPosition + 1)
            gap = offset
        }
        accounted = max(accounted, expected)
        if notesGaps, part.knowsEnd, expected <= entry.end.lastPosition {
            note(part, gap, expected, entry.end.lastPosition, "No sound block holds these positions.")
        }
    }

    private mutating func tellWhatIsUnproven() {
        let known = max(next - 1, beyond.lastPosition)
        if let tail = source.tail, tail.durablePosition > known {
            let end = source.parts.last { $0.isThere }
            report.losses.append(
                SalvageReport.Loss(
                    path: source.directory.path(of: end?.entry.name ?? Format.tailName),
                    offset: end.map { min($0.size, tail.durableEnd) } ?? 0,
                    positions: Position(known + 1)...Position(tail.durablePosition),
                    reason: "TAIL proves that these positions were acknowledged; no block holds them."))
        }
        guard source.isRebuilt else { return }
        report.unproven.append(
            source.tail == nil
                ? "The manifest was rebuilt from the segments' headers, and there is no TAIL: whether segments "
                    + "followed the last one, or records its last, cannot be known."
                : "The manifest was rebuilt from the segments' headers: whether a segment after the last one, or an "
                    + "ending that was not yet written to TAIL, is missing cannot be known.")
    }

    private mutating func note(
        _ part: SalvageSource.Part, _ offset: Int64, _ first: Int64, _ last: Int64, _ reason: String
    ) {
        report.losses.append(
            SalvageReport.Loss(
                path: source.directory.path(of: part.entry.name), offset: offset,
                positions: first <= last ? Position(first)...Position(last) : nil, reason: reason))
    }
}
