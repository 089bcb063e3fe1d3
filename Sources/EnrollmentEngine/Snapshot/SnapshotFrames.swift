// Snapshots on disk: frames of whole rows, each sealed by a digest of all that stands before it. Both sides work in
// the memory of one frame, and nothing of a frame is handed out before its digest was compared.

internal import Crypto
internal import EventLog
internal import Glibc

/// Writes frames to an open file, one after the other.
struct SnapshotFrameWriter {
    private let fileSystem: any FileSystem
    private let descriptor: Int32
    private var digest = SHA256()
    private var offset: Int64 = 0
    /// The rows of the frame that gathers, behind room for its length.
    var bytes: [UInt8] = []

    init(_ descriptor: Int32, _ fileSystem: any FileSystem) throws(FileSystemError) {
        self.descriptor = descriptor
        self.fileSystem = fileSystem
        bytes.reserveCapacity(SnapshotFormat.frameLength * 2)
        var preamble = SnapshotFormat.magic
        for shift in [0, 8, 16, 24] { preamble.append(UInt8(truncatingIfNeeded: SnapshotFormat.version >> shift)) }
        try put(preamble)
        begin()
    }

    /// Tells that a row is whole, which is where a frame may end.
    @inline(__always)
    mutating func endRow() throws(FileSystemError) {
        if bytes.count >= SnapshotFormat.frameLength { try endFrame() }
    }

    /// Ends the frame, unless nothing is in it.
    mutating func endFrame() throws(FileSystemError) {
        if bytes.count > 4 { try seal() }
    }

    /// Writes what gathers, and the empty frame that ends a file.
    mutating func finish() throws(FileSystemError) {
        try endFrame()
        try seal()
    }

    private mutating func seal() throws(FileSystemError) {
        let length = bytes.count - 4
        for index in 0..<4 { bytes[index] = UInt8(truncatingIfNeeded: length >> (index * 8)) }
        try put(bytes)
        let seal = digest
        try put(Array(seal.finalize()))
        begin()
    }

    private mutating func begin() {
        bytes.removeAll(keepingCapacity: true)
        bytes.append(contentsOf: [0, 0, 0, 0])
    }

    private mutating func put(_ bytes: [UInt8]) throws(FileSystemError) {
        bytes.withUnsafeBytes { digest.update(bufferPointer: $0) }
        var written = 0
        while written < bytes.count {
            let count = try bytes.withUnsafeBufferPointer { buffer throws(FileSystemError) in
                try fileSystem.write(
                    descriptor, UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: buffer[written...])), at: offset)
            }
            guard count > 0 else { throw FileSystemError(operation: "pwrite", path: "a snapshot", errno: EIO) }
            written += count
            offset += Int64(count)
        }
    }
}

/// Reads frames from an open file.
///
/// Only its owner may hold it: it hands out pointers into memory that goes with it.
final class SnapshotFrameReader {
    private let fileSystem: any FileSystem
    private let descriptor: Int32
    let fileLength: Int64
    private var digest = SHA256()
    private var offset: Int64 = 0
    private let memory = UnsafeMutableRawBufferPointer.allocate(
        byteCount: SnapshotFormat.longestFrame + SnapshotFormat.checksumLength, alignment: 16)

    init(_ descriptor: Int32, _ fileSystem: any FileSystem) throws(PayloadProblem) {
        self.descriptor = descriptor
        self.fileSystem = fileSystem
        do { fileLength = try fileSystem.size(descriptor) } catch { throw PayloadProblem(unreadable: error) }
        let magic = SnapshotFormat.magic
        let preamble = try take(magic.count + 4)
        guard preamble.prefix(magic.count).elementsEqual(magic) else {
            throw PayloadProblem(message: "it is no snapshot")
        }
        let version = preamble.loadUnaligned(fromByteOffset: magic.count, as: UInt32.self).littleEndian
        guard version == SnapshotFormat.version else {
            throw PayloadProblem(
                message: "it has format \(version), and this program reads \(SnapshotFormat.version)")
        }
        digest.update(bufferPointer: preamble)
    }

    deinit { memory.deallocate() }

    /// The rows of the next frame, valid until the next call; nil at the end of the file, which must be one.
    func next() throws(PayloadProblem) -> UnsafeRawBufferPointer? {
        let head = try take(4)
        let length = Int(head.loadUnaligned(as: UInt32.self).littleEndian)
        guard length <= SnapshotFormat.longestFrame else {
            throw PayloadProblem(message: "a frame at byte \(offset - 4) is too long")
        }
        digest.update(bufferPointer: head)
        let start = offset
        let frame = try take(length + SnapshotFormat.checksumLength)
        let rows = UnsafeRawBufferPointer(rebasing: frame[..<length])
        let checksum = UnsafeRawBufferPointer(rebasing: frame[length...])
        digest.update(bufferPointer: rows)
        let seal = digest
        guard seal.finalize().elementsEqual(checksum) else {
            throw PayloadProblem(message: "the frame at byte \(start) does not fit its checksum")
        }
        digest.update(bufferPointer: checksum)
        guard length == 0 else { return rows }
        guard offset == fileLength else { throw PayloadProblem(message: "something follows its end") }
        return nil
    }

    /// The next bytes of the file.
    private func take(_ count: Int) throws(PayloadProblem) -> UnsafeRawBufferPointer {
        var done = 0
        while done < count {
            let read: Int
            do {
                read = try fileSystem.read(
                    descriptor, into: UnsafeMutableRawBufferPointer(rebasing: memory[done..<count]), at: offset)
            } catch { throw PayloadProblem(unreadable: error) }
            guard read > 0 else { throw PayloadProblem(message: "it is cut off at byte \(offset)") }
            done += read
            offset += Int64(read)
        }
        return UnsafeRawBufferPointer(rebasing: memory[..<count])
    }
}

extension PayloadProblem {
    init(unreadable error: FileSystemError) {
        self.init(message: "it cannot be read: \(String(cString: strerror(error.errno)))")
    }
}
