// A look into the memory of another process.

import Foundation
import Testing

/// All that a process has in memory and may read: what a core dump of it would hold, but for what lies below the
/// stack pointers of its threads, which nothing refers to and their next calls overwrite.
struct Memory {
    private var regions: [Data] = []

    init(of process: Int32) throws {
        let maps = try String(contentsOfFile: "/proc/\(process)/maps", encoding: .utf8)
        let stacks = try Self.stackPointers(of: process)
        let descriptor = open("/proc/\(process)/mem", O_RDONLY | O_CLOEXEC)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        for line in maps.split(separator: "\n") {
            let fields = line.split(separator: " ")
            let bounds = fields[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
            guard fields[1].hasPrefix("rw"), bounds.count == 2 else { continue }
            var start = stacks.first { bounds[0] <= $0 && $0 < bounds[1] } ?? bounds[0]
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

    /// Of its threads, which all wait: `/proc/PID/task/TID/syscall` ends with stack pointer and program counter.
    private static func stackPointers(of process: Int32) throws -> [UInt64] {
        let tasks = "/proc/\(process)/task"
        return try FileManager.default.contentsOfDirectory(atPath: tasks).compactMap { task in
            let fields = try String(contentsOfFile: "\(tasks)/\(task)/syscall", encoding: .utf8).split(separator: " ")
            return fields.count < 3 ? nil : UInt64(fields[fields.count - 2].dropFirst(2), radix: 16)
        }
    }

    func holds(_ part: Data) -> Bool { regions.contains { $0.range(of: part) != nil } }
}
