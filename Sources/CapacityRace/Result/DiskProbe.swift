// How fast the disk is by itself, so that a figure can be read beside it.

internal import Glibc

/// The time of small durable writes.
public struct DiskProbe: Hashable, Sendable {
    /// The median of appending 4 KiB to a file and syncing it, in nanoseconds.
    public let medianNanoseconds: Int64

    /// Appends to a file in `directory`, and removes it.
    ///
    /// - Throws: ``RaceError`` where the system does not let it.
    public init(in directory: String, writes: Int = 200) throws(RaceError) {
        let path = directory + "/probe"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw RaceError.system("make", path) }
        defer {
            close(descriptor)
            unlink(path)
        }
        let page = [UInt8](repeating: 0x5A, count: 4096)
        var times: [Int64] = []
        for _ in 0..<max(1, writes) {
            let start = monotonicNanoseconds()
            guard write(descriptor, page, page.count) == page.count, fdatasync(descriptor) == 0 else {
                throw RaceError.system("write", path)
            }
            times.append(monotonicNanoseconds() - start)
        }
        times.sort()
        medianNanoseconds = times[times.count / 2]
    }
}
