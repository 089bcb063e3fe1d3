// What keeps a race from being run at all. That a race went wrong is no error but its result.

internal import Glibc

/// Why a race could not be run: what happened, where, and what to do.
public struct RaceError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// Makes an error that says what happened and what to do.
    public init(_ description: String) { self.description = description }

    /// A call that the operating system refused, by its error number now.
    static func system(_ action: String, _ path: String) -> RaceError {
        RaceError("could not \(action) \(path): \(String(cString: strerror(errno)))")
    }
}
