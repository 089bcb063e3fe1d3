// A file system in memory with an end, which can be moved.

import ChildProcesses
import Glibc

/// A mounted tmpfs; it goes with the last reference.
final class SmallDisk {
    var path: String { scratch.path }
    private let scratch: Scratch
    private(set) var kibibytes: Int

    /// Why it cannot be used here; `nil` where it can.
    static var obstacle: String? { geteuid() == 0 ? nil : "mounting needs root" }

    init(kibibytes: Int) throws {
        scratch = try Scratch()
        self.kibibytes = kibibytes
        try ChildProcess.run(["mount", "-t", "tmpfs", "-o", "size=\(kibibytes)k,mode=0700", "tmpfs", scratch.path])
    }

    deinit { _ = Result { try ChildProcess.run(["umount", scratch.path]) } }

    func grow(byKibibytes more: Int) throws {
        kibibytes += more
        try ChildProcess.run(["mount", "-o", "remount,size=\(kibibytes)k", path])
    }

    /// How many KiB are left.
    var kibibytesLeft: Int {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return 0 }
        return Int(status.f_bavail) * Int(status.f_bsize) / 1024
    }
}
