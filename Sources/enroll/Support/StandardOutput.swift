// Standard output, buffered: results are gathered and written in few calls, and a failed write is never overlooked.

import EnrollmentEngine
import Foundation
import Synchronization

/// Results on their way to standard output; everything else goes to standard error.
final class StandardOutput: Sendable {
    static let shared = StandardOutput(descriptor: STDOUT_FILENO)

    private static let flushBytes = 64 << 10
    private let descriptor: Int32
    private let buffer = Mutex<[UInt8]>([])

    init(descriptor: Int32) { self.descriptor = descriptor }

    /// Adds a line.
    ///
    /// - Throws: ``OutputClosed`` where nobody reads any more, ``Failure`` where the write fails.
    func writeLine(_ line: String) throws {
        try write { bytes in
            bytes.append(contentsOf: line.utf8)
            bytes.append(UInt8(ascii: "\n"))
        }
    }

    /// Lets the closure append bytes, and writes them out once there are many.
    func write(_ fill: (inout [UInt8]) throws -> Void) throws {
        try buffer.withLock { buffer in
            try fill(&buffer)
            if buffer.count >= Self.flushBytes { try drain(&buffer) }
        }
    }

    /// Adds an object as a line.
    func write(_ object: JSONWriter) throws {
        try write { bytes in
            bytes.append(contentsOf: object.bytes)
            bytes.append(UInt8(ascii: "\n"))
        }
    }

    /// Writes what was gathered.
    func flush() throws {
        try buffer.withLock { buffer in try drain(&buffer) }
    }

    private func drain(_ buffer: inout [UInt8]) throws {
        defer { buffer.removeAll(keepingCapacity: true) }
        var start = 0
        while start < buffer.count {
            let written = buffer[start...].withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if written >= 0 {
                start += written
            } else if errno == EPIPE {
                throw OutputClosed()
            } else if errno == EAGAIN {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&waiting, 1, -1)
            } else if errno != EINTR {
                throw Failure.couldNotRun("could not write to standard output: \(systemMessage(errno))")
            }
        }
    }
}

/// Whoever read standard output stopped reading; the program ends without a word, as if SIGPIPE had ended it.
struct OutputClosed: Error {}

/// The operating system's text for an error number.
func systemMessage(_ number: Int32) -> String { String(cString: strerror(number)) }

/// Writes a remark for people to standard error.
func writeRemark(_ line: String) {
    let bytes = Array((line.neutralised + "\n").utf8)
    // A remark that nobody can read is no reason to fail.
    _ = bytes.withUnsafeBytes { Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
