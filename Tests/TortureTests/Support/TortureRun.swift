// Runs the built program `torture`, and reads its summary.

import ChildProcesses
import Foundation
import Testing

@testable import torture

/// What one proof said at its end.
struct TortureRun {
    let ending: ProcessEnding
    let output: String

    /// The program named by ENROLL_TORTURE, such as a release build, or the one beside the test bundle.
    static let program: String = {
        if let named = ProcessInfo.processInfo.environment["ENROLL_TORTURE"], !named.isEmpty { return named }
        let running = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        return running.deletingLastPathComponent().appendingPathComponent("torture").path
    }()

    /// Runs a proof to its end, without a thread of the pool that the other tests share.
    ///
    /// Another program may start it, which is then given its words.
    static func of(_ arguments: [String], under starter: [String] = []) async -> Result<TortureRun, any Error> {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    returning: Result {
                        let process = try ChildProcess(starter + [program] + arguments, error: .joined)
                        process.closeInput()
                        let lines = process.remainingLines(until: .afterSeconds(600))
                        return TortureRun(ending: process.wait(), output: lines.joined(separator: "\n"))
                    })
            }
        }
    }

    /// How often something was met, as the summary counts it; 0 where it does not name it.
    func counted(_ what: String) -> Int {
        guard let range = output.range(of: "[0-9]+ \(what)", options: .regularExpression) else { return 0 }
        return Int(output[range].prefix { $0.isNumber }) ?? 0
    }
}

/// Where root is, a skipped proof would hide that nothing was proven.
enum RootTests {
    static let mayRun = getuid() == 0
    static let mustRun = ProcessInfo.processInfo.environment["ENROLL_REQUIRE_ROOT_TESTS"] == "1"
}
