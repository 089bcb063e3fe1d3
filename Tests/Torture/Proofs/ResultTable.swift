// The results of a long run as a table in Markdown.

import ChildProcesses
import Glibc

/// The rows of one run.
struct ResultTable {
    let seed: UInt64
    var results: [ProofResult] = []
    var seconds = 0.0

    private static let heading = "## Results"

    /// The section with the table.
    var text: String {
        var lines = [
            Self.heading, "",
            "\(Self.today), seed \(seed), \(sysconf(Int32(_SC_NPROCESSORS_ONLN))) cores, \(Self.build) build, "
                + "\(Int(seconds / 60)) min \(Int(seconds) % 60) s.", "",
            "| proof | figure | reached | seconds | failures | met on the way |", "|---|---:|---:|---:|---:|---|",
        ]
        for result in results {
            let met =
                result.skipped.map { "skipped: \($0)" }
                ?? result.counts.map { "\(grouped($0.count)) \($0.name)" }.joined(separator: ", ")
            lines.append(
                "| \(result.name) | \(grouped(result.figure)) | \(grouped(result.reached)) | \(Int(result.seconds)) "
                    + "| \(result.failures.count) | \(met) |")
        }
        if !unreached.isEmpty {
            lines += ["", "Ended before its figure: " + unreached.map(\.name).joined(separator: "; ") + "."]
        }
        return lines.joined(separator: "\n")
    }

    /// The proofs that did not come to their figure, those aside that could not run here.
    var unreached: [ProofResult] { results.filter { $0.skipped == nil && $0.reached < $0.figure } }

    /// Replaces the section of a file, which is made where it is missing.
    func write(to path: String) throws {
        var before: [String] = []
        if access(path, F_OK) == 0 {
            before = try TextFile.lines(of: path).prefix { $0 != Self.heading }.map { $0 }
        }
        let whole = Array((before.map { $0 + "\n" }.joined() + text + "\n").utf8)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw MachineError.system("open \(path)") }
        defer { close(descriptor) }
        guard Glibc.write(descriptor, whole, whole.count) == whole.count else {
            throw MachineError.system("write \(path)")
        }
    }

    private static var build: String {
        #if DEBUG
            "debug"
        #else
            "release"
        #endif
    }

    private static var today: String {
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        let month = parts.tm_mon + 1
        return
            "\(1900 + parts.tm_year)-\(month < 10 ? "0" : "")\(month)-\(parts.tm_mday < 10 ? "0" : "")\(parts.tm_mday)"
    }

    /// A number with its thousands apart.
    private func grouped(_ number: Int) -> String {
        var digits = Array(String(number))
        for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: place) }
        return String(digits)
    }
}
