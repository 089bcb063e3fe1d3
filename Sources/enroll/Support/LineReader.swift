// Reads lines from a file or standard input in bounded memory, on a thread that may wait, and stops when asked to.

import Foundation
import Synchronization

/// Pulls the lines of a file.
///
/// Blocks: not for the cooperative pool.
final class LineReader {
    enum Line {
        case text(ArraySlice<UInt8>)
        /// Longer than any command may be; its bytes were passed over.
        case tooLong
    }

    /// A line beyond this is not kept.
    static let longestLineBytes = 16 << 20
    private static let chunkBytes = 256 << 10
    private let descriptor: Int32
    private let path: String
    private var buffer: [UInt8] = []
    private var start = 0
    /// Up to where the buffer is known to have no line feed.
    private var searched = 0
    private var isAtEnd = false
    private var isSkipping = false

    /// - Throws: ``Failure`` where the file cannot be opened.
    init(path: String) throws {
        self.path = path
        descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Failure.couldNotRun("could not open \(path.shortened(to: 200)): \(systemMessage(errno))")
        }
    }

    deinit {
        if descriptor != STDIN_FILENO { close(descriptor) }
    }

    /// The next line without its line feed; nil at the end of the input, or once a stop was requested.
    func next() throws -> Line? {
        while !Interruption.isRequested {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = buffer[start..<end]
                start = end + 1
                searched = start
                if isSkipping {
                    isSkipping = false
                    return .tooLong
                }
                return .text(line)
            }
            searched = buffer.count
            if isAtEnd { return lastLine() }
            if isSkipping || buffer.count - start > Self.longestLineBytes {
                isSkipping = true
                start = buffer.count
            }
            try fill()
        }
        return nil
    }

    private func lastLine() -> Line? {
        if isSkipping {
            isSkipping = false
            return .tooLong
        }
        guard start < buffer.count else { return nil }
        defer { start = buffer.count }
        return .text(buffer[start...])
    }

    private func fill() throws {
        buffer.removeFirst(start)
        searched -= start
        start = 0
        guard waitForInput() else { return }
        let old = buffer.count
        buffer.append(contentsOf: repeatElement(0, count: Self.chunkBytes))
        let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + old, Self.chunkBytes) }
        let number = errno
        buffer.removeLast(Self.chunkBytes - max(0, count))
        if count == 0 { isAtEnd = true }
        guard count >= 0 || number == EINTR || number == EAGAIN else {
            throw Failure.couldNotRun("could not read \(path.shortened(to: 200)): \(systemMessage(number))")
        }
    }

    /// Waits until there is input, or a stop was requested; false for the latter.
    private func waitForInput() -> Bool {
        var waiting = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: Interruption.wakeDescriptor, events: Int16(POLLIN), revents: 0),
        ]
        _ = poll(&waiting, 2, -1)
        return !Interruption.isRequested
    }
}

/// The lines of a reader with their numbers, for the one thread that takes them.
final class LineSource: Sendable {
    private let reader: Mutex<LineReader>

    init(_ reader: sending LineReader) { self.reader = Mutex(reader) }

    /// Gives each line that is not blank until `body` answers false.
    ///
    /// Blocks.
    func forEach(_ body: (Int, LineReader.Line) -> Bool, onFailure: (Failure) -> Void) {
        reader.withLock { reader in
            var number = 0
            do {
                while var line = try reader.next() {
                    number += 1
                    // Some editors begin a file with a byte order mark; it is no part of the first line.
                    if number == 1, case .text(let bytes) = line, bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
                        line = .text(bytes.dropFirst(3))
                    }
                    if case .text(let bytes) = line, bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) {
                        continue
                    }
                    guard body(number, line) else { return }
                }
            } catch let failure as Failure {
                onFailure(failure)
            } catch { onFailure(.couldNotRun("\(error)")) }
        }
    }
}
