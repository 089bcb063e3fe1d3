// The self-check: reads every byte of a log and lists what is wrong, without changing anything.

internal import Glibc

/// Checks a log; it takes no lock, so a writer may be at work.
public enum LogVerifier {
    /// Reads every byte of every segment up to its end, decodes every block, recomputes the digest of what is sealed,
    /// and lists the problems.
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
        let view = try LogView(
            reading: place, expecting: manifest.logID, epoch: manifest.epoch, SparseIndex())
        var run = VerificationRun(view, manifest, progress)
        for number in 0..<view.count { run.segment(number) }
        try run.unlistedFiles()
        progress?(1)
        return run.finished()
    }
}

/// One verification: the report so far, and how far it is.
private struct VerificationRun {
    private var report = VerificationReport()
    private let view: LogView
    private let manifest: Manifest
    private let progress: ((Double) -> Void)?
    private let totalBytes: Int64
    private var check = SegmentCheck()

    init(_ view: LogView, _ manifest: Manifest, _ progress: ((Double) -> Void)?) {
        self.view = view
        self.manifest = manifest
        self.progress = progress
        totalBytes = max(1, (0..<view.count).reduce(0) { $0 + (view.entry($1)?.bytes ?? 0) })
    }

    func finished() -> VerificationReport {
        var report = report
        report.blocks = check.blocks
        report.records = check.records
        report.bytes = check.bytes
        return report
    }

    mutating func segment(_ number: Int) {
        guard let entry = view.entry(number) else { return }
        let path = view.directory.path(of: entry.name)
        do {
            let (progress, totalBytes) = (progress, totalBytes)
            try check.check(entry, after: view.entry(number - 1), of: view.logID, in: view.directory) { bytes in
                progress?(min(1, Double(bytes) / Double(totalBytes)))
                return true
            }
        } catch {
            // Sealed meanwhile by the process that writes: the new file holds the same, and stands in the manifest.
            if let now = try? view.refresh(), !(0..<now.count).contains(where: { now.entry($0)?.name == entry.name }) {
                report.notes.append(
                    VerificationReport.Problem(
                        path: path, offset: 0, positions: nil,
                        message: "The segment was sealed while the log was verified; verify again to read it."))
            } else {
                note(path, error.offset ?? 0, entry.firstPosition, entry.end.lastPosition, error.message)
            }
        }
        for problem in check.takeProblems() {
            note(path, problem.offset, problem.first, problem.last, problem.message)
        }
        report.segments += 1
    }

    private mutating func note(_ path: String, _ offset: Int64, _ first: Int64, _ last: Int64, _ message: String) {
        report.problems.append(
            VerificationReport.Problem(
                path: path, offset: offset, positions: first <= last ? Position(first)...Position(last) : nil,
                message: message))
    }

    /// Notes files that the manifest does not name; the next opening for writing decides what becomes of them.
    mutating func unlistedFiles() throws(LogError) {
        // The manifest after the list: a segment that a writer began meanwhile is in one of the two manifests.
        let names = try view.directory.list()
        let now = try view.directory.readManifest()
        let listed = Set(manifest.segments.map(\.name)).union(now.segments.map(\.name))
        let tail = try view.directory.readTail(now)
        for name in names where !listed.contains(name) {
            let path = view.directory.path(of: name)
            let found: Leftover
            do {
                found = try view.directory.leftover(name, now, tail)
            } catch  where error.errno == ENOENT {
                continue
            }
            switch found {
            case .none: continue
            case .copy(let what), .original(let what), .creation(let what):
                report.notes.append(
                    VerificationReport.Problem(
                        path: path, offset: 0, positions: nil,
                        message: "This is \(what); the next opening for writing clears it away."))
            case .proof(let first):
                note(
                    path, 0, first, first,
                    "The manifest does not name this segment, which holds acknowledged records. "
                        + "Restore the manifest from a backup.")
            }
        }
    }
}
