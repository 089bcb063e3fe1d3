// How failures of SQLite and of the operating system become the read model's own error.

internal import EnrollmentEngine
internal import EventLog
internal import Foundation
internal import GRDB

extension ReadModelError {
    /// Translates whatever `action` on `path` threw; an error of this type passes unchanged.
    init(_ error: any Error, while action: String, path: String) {
        switch error {
        case let error as ReadModelError: self = error
        case let error as DatabaseError:
            let place = "SQLite failed while \(action) [\(path)]: \(error.message ?? "no message")."
            switch error.resultCode {
            case .SQLITE_FULL:
                self.init(.diskFull, "\(place) Make space; the projection goes on from its checkpoint.", cause: error)
            case .SQLITE_CORRUPT, .SQLITE_NOTADB:
                self.init(.damaged, "\(place) Run `enroll rebuild`: the log has everything.", cause: error)
            case .SQLITE_BUSY, .SQLITE_LOCKED:
                self.init(.locked, "\(place) Another program holds the tables; try again.", cause: error)
            case .SQLITE_CONSTRAINT:
                self.init(
                    .poisonEvent,
                    "\(place) The log makes rows that break a rule of the tables: check it with "
                        + "`enroll log verify`, and restore a backup where it is wrong.", cause: error)
            case .SQLITE_CANTOPEN:
                self.init(.notFound, "\(place) Run `enroll rebuild` to make the tables.", cause: error)
            default: self.init(.io, "\(place) If it persists, run `enroll rebuild`.", cause: error)
            }
        case let error as EngineError:
            self.init(.log, "The events could not be read while \(action): \(error.message)", cause: error)
        case let error as CancellationError:
            self.init(.cancelled, "Cancelled while \(action).", cause: error)
        default:
            self.init(.io, "Failed while \(action) [\(path)]: \(error)", cause: error)
        }
    }

    /// The failure that `errno` tells of.
    static func system(_ call: String, path: String, errno code: Int32 = errno) -> ReadModelError {
        let reason = String(cString: strerror(code))
        let kind: Code = code == ENOSPC || code == EDQUOT ? .diskFull : code == ENOENT ? .notFound : .io
        return ReadModelError(kind, "\(call) failed [\(path)]: \(reason).")
    }
}

/// Runs `body`, translating what it throws.
func translating<Value>(
    _ action: String, path: String, _ body: () throws -> Value
) throws(ReadModelError) -> Value {
    do { return try body() } catch { throw ReadModelError(error, while: action, path: path) }
}

/// An event that does not fit the rows before it; carries the reason until the position is added.
struct PoisonReason: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}
