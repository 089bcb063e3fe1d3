// The tables as of any position or time, in one file that is the same byte for byte wherever it is made.

internal import EnrollmentEngine
internal import EventLog
internal import Foundation
internal import GRDB

extension Rebuild {
    package static func materialize(
        _ source: any EventSource, _ end: FoldEnd, into path: String,
        progress: (@Sendable (RebuildProgress) throws -> Void)? = nil
    ) throws(ReadModelError) -> RebuildReport {
        let start = ContinuousClock.now
        if case .position(let position) = end {
            let last = try translating("reading the log", path: path) { try source.lastPosition() }
            guard position >= .zero, position <= last else {
                throw ReadModelError(
                    .invalidArgument, "There is no position \(position): the log ends at \(last).", position: position)
            }
        }
        do { try createPrivateFile(path) } catch {
            guard access(path, F_OK) != 0 else {
                throw ReadModelError(.invalidArgument, "There is a file already [\(path)]: name a new one.")
            }
            throw error
        }
        let filling = path + ".filling"
        defer { unlink(filling) }
        do {
            try createPrivateFile(filling)
            let result = try fill(source, end, filling, progress)
            try compact(filling, into: path)
            try synchronize(path)
            try synchronize(splitPath(path).directory)
            return RebuildReport(position: result.position, rows: result.rows, seconds: start.secondsSince)
        } catch {
            unlink(path)
            throw error
        }
    }

    /// Copies a database into an empty file, table by table, every page full.
    ///
    /// What the order of writing left behind goes: a copy made in the same way from the live tables has the same
    /// pages, whatever the transactions that filled them.
    private static func compact(_ source: String, into path: String) throws(ReadModelError) {
        try translating("compacting the tables", path: path) {
            let queue = try DatabaseQueue(path: source, configuration: Connection.filling())
            try queue.inDatabase { try $0.execute(sql: "VACUUM INTO ?", arguments: [path]) }
            try queue.close()
        }
    }
}
