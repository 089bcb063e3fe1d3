// A disk that can lose its power: an image behind a loop device, whose file system can be shut down.

import ChildProcesses
import Glibc

/// The file systems that can be shut down by an ioctl.
enum DiskFormat: String, CaseIterable, Sendable {
    case ext4
    case xfs

    /// What one needs to be, at least, for its maker to agree.
    fileprivate var megabytes: Int { self == .ext4 ? 48 : 320 }

    fileprivate func make(_ image: String) throws {
        switch self {
        case .ext4: try ChildProcess.run(["mkfs.ext4", "-q", "-F", image])
        case .xfs: try ChildProcess.run(["mkfs.xfs", "-q", "-f", image])
        }
    }

    /// Why it cannot be used here; `nil` where it can.
    var obstacle: String? {
        if geteuid() != 0 { return "mounting needs root" }
        guard access("/dev/loop-control", F_OK) == 0 else { return "there are no loop devices" }
        for program in ["mkfs.\(rawValue)", "mount", "umount"] where !isInstalled(program) {
            return "there is no \(program)"
        }
        return nil
    }
}

/// Whether a program is found where root's programs are.
func isInstalled(_ program: String) -> Bool {
    let path = getenv("PATH").map { String(cString: $0) } ?? ""
    return path.split(separator: ":").contains { access("\($0)/\(program)", X_OK) == 0 }
}

/// A mounted image; the mount and the loop device go with the last reference, and with the process, which has its
/// mounts to itself.
final class CutDisk {
    let path: String
    private let image: String
    private let scratch: Scratch
    private var isMounted = false

    init(_ format: DiskFormat) throws {
        // In memory where possible: the device is as fast as it gets, and only the file system decides what is lost.
        scratch = try Scratch(in: Scratch.places.last ?? Scratch.disk)
        path = scratch.path + "/mount"
        image = scratch.path + "/image"
        try ChildProcess.run(["truncate", "-s", "\(format.megabytes)M", image])
        try format.make(image)
        guard mkdir(path, 0o700) == 0 else { throw MachineError.system("mkdir \(path)") }
        try mount()
    }

    deinit {
        if isMounted { _ = Result { try unmount() } }
    }

    private func mount() throws {
        try ChildProcess.run(["mount", "-o", "loop", image, path])
        isMounted = true
        chmod(path, 0o700)
    }

    private func unmount() throws {
        try ChildProcess.run(["umount", path])
        isMounted = false
    }

    /// Shuts the file system down at once: what was not synced is gone, not even its journal is written.
    func cutPower() throws {
        let directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw MachineError.system("open \(path)") }
        defer { close(directory) }
        // _IOR('X', 125, u32), the same number for ext4 and xfs; flag 2 drops the journal too.
        var flags: UInt32 = 2
        guard ioctl(directory, 0x8004_587D, &flags) == 0 else { throw MachineError.system("ioctl shutdown") }
    }

    /// Mounts again what is left; nobody may use it meanwhile.
    func restorePower() throws {
        try unmount()
        try mount()
    }

    /// Keeps the image when it shows a failure.
    func keep() -> String {
        scratch.isKept = true
        return image
    }
}
