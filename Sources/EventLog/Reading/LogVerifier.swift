// The self-check: reads every byte of a log and lists what is wrong, without changing anything.

/// Checks a log; it takes no lock, so a writer may be at work.
public enum LogVerifier {
    /// Reads every byte of every segment up to its end, decodes every block, and lists the problems.
    ///
    /// What lies behind the end of a segment belongs to no record: space that was written ahead, or what a crash left
    /// of a group that nobody was told of. It is not looked at.
    ///
    /// `progress` is called with the share of bytes that has been read, from 0 to 1.
    ///
    /// - Throws: when the directory or the manifest cannot be read at all; everything else is a problem in the report.
    /// - Complexity: O(*n*) in the bytes of the log, in bounded memory.
    public static func verify(
        at directory: String, fileSystem: any FileSystem = PosixFileSystem(), progress: ((Double) -> Void)? = nil
    ) throws(LogError) -> VerificationReport {
        let place = LogDirectory(path: directory, fileSystem: fileSystem)
        try place.checkExists()
        let manifest = try place.readManifest()
        let view = try LogView(reading: place, expecting: manifest.logID, SparseIndex())
        var run = VerificationRun(view, progress)
        for number in 0..<view.count { run.segment(number) }
        try run.unlistedFiles()
        progress?(1)
        return run.report
    }
}

/// One verification: the report so far, and how far it is.
private struct VerificationRun {
    var report = VerificationReport()
    private let view: LogView
    private let progress: ((Double) -> Void)?
    private let totalBytes: Int64
    private let decoder = BlockDecoder()
    private var block = DecodedBlock()
    private var lastTime = Int64.min

    init(_ view: LogView, _ progress: ((Double) -> Void)?) {
        self.view = view
        self.progress = progress
        totalBytes = (0..<view.count).reduce(0) { $0 + (view.entry($1)?.end.offset ?? 0) }
    }

    mutating func segment(_ number: Int) {
        guard let entry = view.entry(number) else { return }
        do {
            try check(entry, after: view.entry(number - 1))
        } catch {
            note(entry, error.offset ?? 0, from: entry.firstPosition, error.message)
        }
        report.segments += 1
    }

    private mutating func check(_ entry: SegmentEntry, after predecessor: SegmentEntry?) throws(LogError) {
        var (window, walk, _) = try view.directory.openSegment(
            entry, of: view.logID, after: predecessor, limit: entry.end.offset)
        report.bytes += walk.offset
        while walk.offset < entry.end.offset {
            guard case .block(let header) = try walk.peek(window), header.end <= entry.end.offset else {
                guard try resume(&walk, window, entry) else { return }
                continue
            }
            if let reason = try problem(of: header, window) {
                note(
                    entry, header.offset, from: header.firstPosition, through: header.lastPosition, reason)
            }
            walk.advance(past: header)
            report.blocks += 1
            report.bytes += header.end - header.offset
            if totalBytes > 0 { progress?(Double(report.bytes) / Double(totalBytes)) }
        }
        if walk.nextPosition != entry.end.lastPosition + 1 || walk.chain != entry.end.chain {
            note(entry, walk.offset, from: walk.nextPosition, "The segment does not end as the manifest says.")
        }
    }

    /// Decodes a block; says what is wrong with it, if anything.
    private mutating func problem(of header: BlockHeader, _ window: SegmentWindow) throws(LogError) -> String? {
        guard let payload = try BlockWalk.payload(of: header, window) else {
            return "The payload does not fit its checksum."
        }
        guard header.type == BlockType.data else { return nil }
        do {
            try decoder.decode(header, payload, into: &block)
        } catch {
            return "The block is malformed: \(error.reason)."
        }
        report.records += Int64(block.count)
        let first = block.recordedAt[0]
        defer { lastTime = max(lastTime, block.recordedAt[block.count - 1]) }
        return first < lastTime ? "Time runs back." : nil
    }

    /// Notes damage and looks for the next sound header, so that the report names exactly what is missing.
    private mutating func resume(
        _ walk: inout BlockWalk, _ window: SegmentWindow, _ entry: SegmentEntry
    ) throws(LogError) -> Bool {
        let damaged = walk.offset
        var offset = damaged + Int64(Format.alignment)
        while offset < entry.end.offset {
            let bytes = try window.bytes(at: offset, count: Format.blockHeaderBytes)
            if let base = bytes.baseAddress,
                case .header(let header) = BlockHeader.decoded(base, offset: offset, salt: walk.salt),
                header.firstPosition >= walk.nextPosition
            {
                note(
                    entry, damaged, from: walk.nextPosition, through: header.firstPosition - 1,
                    "The bytes up to \(offset) are damaged.")
                walk.offset = offset
                walk.chain = header.previous
                walk.nextPosition = header.firstPosition
                return true
            }
            offset += Int64(Format.alignment)
        }
        note(entry, damaged, from: walk.nextPosition, "The bytes up to the segment's end are damaged.")
        return false
    }

    private mutating func note(
        _ entry: SegmentEntry, _ offset: Int64, from first: Int64, through last: Int64? = nil, _ message: String
    ) {
        let end = last ?? entry.end.lastPosition
        report.problems.append(
            VerificationReport.Problem(
                path: view.directory.path(of: entry.name), offset: offset,
                positions: first <= end ? Position(first)...Position(end) : nil, message: message))
    }

    /// Notes segments that the manifest does not name.
    mutating func unlistedFiles() throws(LogError) {
        let listed = Set((0..<view.count).compactMap { view.entry($0)?.name })
        for name in try view.directory.list() where name.hasSuffix(".log") && !listed.contains(name) {
            report.problems.append(
                VerificationReport.Problem(
                    path: view.directory.path(of: name), offset: 0, positions: nil,
                    message: "The manifest does not name this segment; the next opening for writing sets it aside."))
        }
    }
}
