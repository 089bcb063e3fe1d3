// A log in the making: files are copied, synced and checked first; the manifest that makes a log of them comes last.

internal import Glibc

/// The directory that a backup, a restore or a salvage fills.
///
/// Killed anywhere before ``finish(_:)``, it leaves files without a manifest, which nobody takes for a log.
final class LogCopy {
    let directory: LogDirectory
    /// The files that were made here, with how much of each has been copied.
    private var made: [String: Int64] = [:]
    private let buffer = ByteBuffer(capacity: chunkBytes)

    private static let chunkBytes = 1 << 20

    /// Makes the directory, or takes one that is empty.
    ///
    /// - Throws: `alreadyExists` where there is a log, or a copy that was cut short; `foreign`; `insecurePermissions`.
    init(at path: String, _ fileSystem: any FileSystem) throws(LogError) {
        directory = LogDirectory(path: path, fileSystem: fileSystem)
        let found: FileStatus?
        do { found = try fileSystem.status(path) } catch { throw LogError(system: error, path: path) }
        if let found { try Self.check(found, directory) } else { try directory.create() }
    }

    private static func check(_ found: FileStatus, _ directory: LogDirectory) throws(LogError) {
        let path = directory.path
        guard found.kind == .directory else {
            throw LogError(.foreign, "The path is no directory. Choose a new one.", path: path)
        }
        try directory.checkPermissions()
        let names = try directory.list()
        guard let first = names.first else { return }
        if names.contains(Format.manifestName) {
            throw LogError(.alreadyExists, "There is a log already. Choose a new directory.", path: path)
        }
        let suffixes = [Format.activeSuffix, Format.sealedSuffix, Format.manifestTemporaryName]
        if names.contains(where: { name in suffixes.contains { name.hasSuffix($0) } }) {
            throw LogError(
                .alreadyExists,
                "The directory holds files of a log but no manifest, as a copy leaves them that was cut short. "
                    + "Remove the directory if it is one, or choose a new one, and try again.", path: path)
        }
        throw LogError(
            .foreign, "The directory holds \(first), which is no part of a log. Choose a new directory.", path: path)
    }

    /// Copies a segment up to its end and makes the copy durable; what an earlier call copied is not copied again.
    ///
    /// - Throws: `corrupted` when the file is shorter than the manifest says.
    func copy(_ entry: SegmentEntry, from source: LogDirectory, _ progress: (Int) -> Void) throws(LogError) {
        var offset = made[entry.name] ?? 0
        guard offset < entry.bytes else { return }
        let original = try source.openForReading(entry.name)
        let file = try directory.open(entry.name, made[entry.name] == nil ? .createNew : .readWrite)
        made[entry.name] = offset
        while offset < entry.bytes {
            buffer.count = 0
            let wanted = Int(min(Int64(Self.chunkBytes), entry.bytes - offset))
            let target = UnsafeMutableRawBufferPointer(start: buffer.reserve(wanted), count: wanted)
            guard try original.read(into: target, at: offset) == wanted else {
                throw LogError(
                    .corrupted, "The segment is shorter than the manifest says. Verify the log.", path: original.path,
                    offset: offset)
            }
            try file.write(UnsafeRawBufferPointer(target), at: offset)
            offset += Int64(wanted)
            progress(wanted)
        }
        try file.sync()
        if entry.isSealed { try file.makeReadOnly() }
        made[entry.name] = offset
    }

    /// Takes files away that were copied and sealed meanwhile; what the entries name stays.
    func keepOnly(_ entries: [SegmentEntry]) throws(LogError) {
        let names = Set(entries.map(\.name))
        for name in made.keys.sorted() where !names.contains(name) {
            try directory.unlink(name)
            made[name] = nil
        }
    }

    /// Notes a file that somebody else makes here, so that it goes when the work fails.
    func willMake(_ name: String) { made[name] = 0 }

    /// Reads everything back from the copy.
    ///
    /// - Throws: `corrupted`, with the first problem.
    func verify(_ manifest: Manifest) throws(LogError) {
        var check = SegmentCheck()
        var predecessor: SegmentEntry?
        for entry in manifest.segments {
            try check.check(entry, after: predecessor, of: manifest.logID, in: directory)
            if let problem = check.takeProblems().first {
                throw LogError(
                    .corrupted,
                    "The copy is wrong: \(problem.message) Verify the source; if it is sound, check the device of the "
                        + "copy.", path: directory.path(of: entry.name), offset: problem.offset)
            }
            predecessor = entry
        }
    }

    /// Makes the entries of the files durable, and only then writes the manifest.
    func finish(_ manifest: Manifest) throws(LogError) {
        try directory.sync()
        let file = try directory.open(Format.manifestTemporaryName, .createNew)
        made[Format.manifestTemporaryName] = 0
        try file.write(manifest.encoded(), at: 0)
        try file.sync()
        // From here on the copy may be complete, whatever the next calls answer: nothing is taken away any more.
        made = [:]
        try directory.rename(Format.manifestTemporaryName, to: Format.manifestName)
        try directory.sync()
    }

    /// Takes away what was made, since a full disk may need the space; the directory itself stays.
    ///
    /// Should it fail, files without a manifest are left, as after a crash.
    func abandon() {
        for name in made.keys.sorted() { try? directory.unlink(name) }
        made = [:]
    }
}

extension LogCopy {
    /// Runs the work that fills a new directory, and cleans up when it fails; the error names the source as untouched.
    static func filling<Report>(
        _ path: String, _ fileSystem: any FileSystem, _ work: (LogCopy) throws(LogError) -> Report
    ) throws(LogError) -> Report {
        let copy = try LogCopy(at: path, fileSystem)
        do {
            return try work(copy)
        } catch {
            copy.abandon()
            throw error.code == .diskFull
                ? LogError(
                    .diskFull, "No space is left for the copy; the log itself is untouched. Free some, and try again.",
                    path: error.path, errno: error.errno, cause: error)
                : error
        }
    }
}

extension LogDirectory {
    /// Keeps writers out without changing a byte; the lock lives as long as the returned file.
    ///
    /// - Returns: `nil` where nobody can hold the lock, since there is no file of it or nothing can be written.
    /// - Throws: `locked`.
    func lockUnchanged() throws(LogError) -> OpenFile? {
        guard try status(Format.lockName) != nil else { return nil }
        let file: OpenFile
        do {
            file = try open(Format.lockName, .readWrite)
        } catch {
            guard error.errno == EROFS else { throw error }
            return nil
        }
        guard try file.lock() else {
            throw LogError(
                .locked, "A process has the log open for writing. Stop it, or take a backup, which needs no stop.",
                path: file.path)
        }
        return file
    }
}

extension Manifest {
    /// The epoch of a log that continues from a copy: time makes that of two copies differ.
    ///
    /// - Throws: `invalidArgument` when there is no further epoch.
    static func epoch(after old: UInt32, now secondsSince1970: Int64) throws(LogError) -> UInt32 {
        guard old < UInt32.max else {
            throw LogError(.invalidArgument, "The log is in the last epoch that the format knows; export its records.")
        }
        // A clock before 1970 still gives the next epoch; one in milliseconds would give the last that there can be.
        guard let now = UInt32(exactly: max(0, secondsSince1970)) else {
            throw LogError(
                .invalidArgument, "\(secondsSince1970) is no time in seconds since 1970. Give seconds, up to 2106.")
        }
        return max(old + 1, now)
    }
}
