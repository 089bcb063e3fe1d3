// What the disk itself can do at this moment: the floor that every durable figure stands on.

import Foundation
import Glibc

/// Overwrites 4 KiB after 4 KiB of a zero-filled file, with an `fdatasync` after each.
struct Floor {
    let writes: Int

    /// The median time of a write with its sync, in microseconds.
    func run(in directory: String) throws -> Double {
        let path = directory + "/floor.dat"
        let file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
        guard file >= 0 else { throw Failure("cannot write \(path)") }
        defer {
            close(file)
            unlink(path)
        }
        let zeros = [UInt8](repeating: 0, count: 4096 * writes)
        guard pwrite(file, zeros, zeros.count, 0) == zeros.count, fsync(file) == 0 else {
            throw Failure("cannot fill \(path)")
        }
        let block = [UInt8](repeating: 0xA5, count: 4096)
        var times: [Double] = []
        for index in 0..<writes {
            let start = ContinuousClock.now
            guard pwrite(file, block, 4096, off_t(index * 4096)) == 4096, fdatasync(file) == 0 else {
                throw Failure("cannot sync \(path)")
            }
            times.append((ContinuousClock.now - start).microseconds)
        }
        return times.sorted()[times.count / 2]
    }
}
