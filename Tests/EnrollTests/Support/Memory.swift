// A look into the memory of another process.

import Foundation
import LogProofs
import Testing

/// All that a process has in memory and may read: what a core dump of it would hold, but for what lies below the
/// stack pointers of its threads, and in the stacks of threads that have ended, which the C library keeps for new ones:
/// nothing refers to either, and the next calls overwrite them.
struct Memory {
    private var regions: [Data] = []

    init(of process: Int32) async throws {
        let maps = try String(contentsOfFile: "/proc/\(process)/maps", encoding: .utf8)
        let stacks = try await Self.stackPointers(of: process)
        let descriptor = open("/proc/\(process)/mem", O_RDONLY | O_CLOEXEC)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        for line in maps.split(separator: "\n") {
            let fields = line.split(separator: " ")
            let bounds = fields[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
            guard fields[1].hasPrefix("rw"), bounds.count == 2 else { continue }
            let stack = stacks.first { bounds[0] <= $0 && $0 < bounds[1] }
            if stack == nil, bounds[1] - bounds[0] == Self.stackSize { continue }
            var start = stack ?? bounds[0]
            var bytes = Data()
            while start < bounds[1] {
                // A reservation of gigabytes has pages only where something was written.
                var chunk = Data(count: Int(min(1 << 20, bounds[1] - start)))
                let count = chunk.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, off_t(start)) }
                guard count > 0 else { break }
                bytes.append(chunk.prefix(count))
                start += UInt64(count)
            }
            regions.append(bytes)
        }
    }

    /// How large the C library makes the stack of a thread.
    private static let stackSize: UInt64 = {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &limit)
        // Two mebibytes where the limit is none (pthread_create(3)).
        return limit.rlim_cur > 1 << 40 ? 2 << 20 : UInt64(limit.rlim_cur)
    }()

    /// Of its threads, as soon as all wait: `/proc/PID/task/TID/syscall` ends with stack pointer and program counter,
    /// and says of one that runs only that it does.
    private static func stackPointers(of process: Int32) async throws -> [UInt64] {
        let tasks = "/proc/\(process)/task"
        var pointers: [UInt64] = []
        try await waitUntil {
            // One that ends meanwhile has no stack to leave out.
            let threads = try FileManager.default.contentsOfDirectory(atPath: tasks).compactMap { task in
                try? String(contentsOfFile: "\(tasks)/\(task)/syscall", encoding: .utf8).split(separator: " ")
            }
            pointers = threads.compactMap { fields in
                fields.count < 3 ? nil : UInt64(fields[fields.count - 2].dropFirst(2), radix: 16)
            }
            return pointers.count == threads.count
        }
        return pointers
    }

    func holds(_ part: Data) -> Bool { regions.contains { $0.range(of: part) != nil } }
}
