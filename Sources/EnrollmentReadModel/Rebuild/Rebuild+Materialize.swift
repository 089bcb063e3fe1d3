// The tables as of any position or time, in one file that is the same byte for byte wherever it is made.

internal import EnrollmentEngine
internal import EventLog
internal import Foundation
internal import GRDB

extension Rebuild {
    package static func materialize(
        _ source: any EventSource, _ end: FoldEnd, into path: String,
        progress: (@Sendable (RebuildProgress) -> Void)? = nil
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
        do {
            let result = try fill(source, end, path, progress)
            try synchronize(path)
            try synchronize(splitPath(path).directory)
            return RebuildReport(position: result.position, rows: result.rows, seconds: start.secondsSince)
        } catch {
            unlink(path)
            throw error
        }
    }
}
