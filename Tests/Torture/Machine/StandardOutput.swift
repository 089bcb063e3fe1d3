// Lines on standard output, each written at once: what a kill leaves unwritten was never said.

import Glibc

/// Standard output, line by line.
enum StandardOutput {
    static func write(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = Glibc.write(1, bytes, bytes.count)
    }

    static func note(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = Glibc.write(2, bytes, bytes.count)
    }
}
