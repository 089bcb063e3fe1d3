// A file of an export, written from its beginning to its end and hashed on the way.

internal import Glibc

internal import Crypto
package import EnrollmentAudit

/// A new file in the folder of an export; not for use by two threads.
package final class ExportFile {
    private static let flushBytes = 64 << 10
    private let name: String
    private let path: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var digest = SHA256()
    private var size: Int64 = 0

    /// - Throws: `diskFull`, `io`, as the other members.
    package init(_ name: String, in folder: ExportFolder) throws(AuditError) {
        self.name = name
        path = folder.partialPath(of: name)
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system("make", path) }
        buffer.reserveCapacity(Self.flushBytes + 4096)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Appends bytes.
    func write(_ bytes: some Sequence<UInt8>) throws(AuditError) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.flushBytes { try flush() }
    }

    /// Lets `fill` append bytes in place.
    package func write(_ fill: (inout [UInt8]) -> Void) throws(AuditError) {
        fill(&buffer)
        if buffer.count >= Self.flushBytes { try flush() }
    }

    /// Writes what is left, syncs, and tells what the file holds.
    @discardableResult
    package func finish(rows: Int64?) throws(AuditError) -> ExportManifest.File {
        try flush()
        guard fsync(descriptor) == 0 else { throw .system("write", path) }
        return ExportManifest.File(name: name, bytes: size, sha256: digest.finalize().hexadecimal, rows: rows)
    }

    private func flush() throws(AuditError) {
        digest.update(data: buffer)
        var done = 0
        while done < buffer.count {
            let count = buffer[done...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count == -1 && errno == EINTR { continue }
            guard count > 0 else { throw .system("write", path) }
            done += count
        }
        size += Int64(buffer.count)
        buffer.removeAll(keepingCapacity: true)
    }
}
