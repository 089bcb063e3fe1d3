// What an interrupted sealing leaves in the directory of a log, so that a proof can say that it met one.

import EventLog

/// How far a sealing had come when its process ended.
enum SealingTrace: String {
    /// A temporary file: records were being copied or read back.
    case copying = "while a sealed copy was made"
    /// The copy has its name, and the manifest does not know it.
    case unnamed = "before the manifest named a sealed copy"
    /// The manifest names the copy, and originals are still there.
    case removing = "before the originals of a sealed segment went"

    /// Looks at a log that nobody writes to; `nil` where no sealing was cut short.
    init?(in directory: String) {
        guard let names = try? PosixFileSystem().list(directory),
            let lines = try? TextFile.lines(of: directory + "/MANIFEST")
        else { return nil }
        if names.contains(where: { $0.hasSuffix(".seg.tmp") }) {
            self = .copying
            return
        }
        let sealed = lines.filter { $0.hasSuffix(" sealed") }.compactMap(Self.firstPosition)
        for name in names {
            let parts = name.split(whereSeparator: { $0 == "-" || $0 == "." })
            guard parts.count == 3, !lines.contains(where: { $0.contains(" id \(parts[1]) ") }) else { continue }
            if parts[2] == "seg" {
                self = .unnamed
                return
            }
            // Behind all that is sealed, it is a segment whose creation was cut short.
            if let first = Int64(parts[0]), let last = sealed.max(), first <= last, parts[2] == "log" {
                self = .removing
                return
            }
        }
        return nil
    }

    private static func firstPosition(_ line: String) -> Int64? {
        let words = line.split(separator: " ")
        return words.firstIndex(of: "first").flatMap { $0 + 1 < words.count ? Int64(words[$0 + 1]) : nil }
    }
}

extension ProofResult {
    /// Counts a kill or a cut that fell into a sealing.
    mutating func countSealing(in directory: String) {
        guard let trace = SealingTrace(in: directory) else { return }
        count("within a sealing")
        count(trace.rawValue)
    }
}
