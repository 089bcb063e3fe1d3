// Directories of a proof: removed at the end, kept when something failed in them.

import ChildProcesses
import Glibc

/// A new directory with a name of its own.
final class Scratch {
    let path: String
    /// Set when what is in it shows a failure.
    var isKept = false

    /// Makes a directory below `parent`.
    init(in parent: String = Scratch.disk) throws {
        var template = Array("\(parent)/torture-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw MachineError.system("mkdtemp in \(parent)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        if !isKept { _ = Result { try Scratch.remove(path) } }
    }

    /// Where temporary files go.
    static var disk: String { getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp" }

    /// Where temporary files go: the disk, and memory where the system offers it.
    ///
    /// In memory a sync costs nothing, so that far more of the time passes within writes.
    static var places: [String] {
        let memory = "/dev/shm"
        return access(memory, W_OK) == 0 ? [disk, memory] : [disk]
    }

    static func remove(_ path: String) throws { try ChildProcess.run(["rm", "-rf", "--", path]) }

    static func copy(_ source: String, to destination: String) throws {
        try ChildProcess.run(["cp", "-a", "--", source, destination])
    }
}

/// The program that runs now, or the one beside the tests.
enum TortureProgram {
    static let path: String = {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map { readlink("/proc/self/exe", $0.assumingMemoryBound(to: CChar.self), bytes.count) }
                ?? 0
        }
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }()
}
