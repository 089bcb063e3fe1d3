// Verifiers that we did not write: Go's sumdb packages, openssl, pymerkle. Fixtures/checks hold what calls them.

import ChildProcesses
import Foundation

/// Programs that read checkpoints and proofs and share nothing with ours.
enum OutsideVerifiers {
    private static let environment = ProcessInfo.processInfo.environment
    private static let root = (1...4)
        .reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }.path

    static func check(_ name: String) -> String { root + "/Fixtures/checks/" + name }

    /// The Go program, built once beside the tests; nil where Go or its packages are missing.
    static let go: String? = {
        let folder = URL(fileURLWithPath: Program.path).deletingLastPathComponent().path
        let program = folder + "/verify_proof"
        let variables = environment.merging([
            "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": folder + "/go-cache", "GOFLAGS": "",
        ]) { $1 }
        let built = run(["go", "build", "-o", program, check("verify_proof.go")], environment: variables)
        return built == 0 ? program : nil
    }()

    /// A Python that has pymerkle, as `Scripts/verifiers` makes one; nil where there is none.
    static let pymerkle: String? = {
        let python = environment["ENROLL_PYMERKLE"] ?? root + "/.build/verifiers/bin/python"
        return run([python, "-c", "import pymerkle"]) == 0 ? python : nil
    }()

    static let hasGo = isWanted(go != nil, "Go and its sumdb packages: Debian's golang-go, golang-golang-x-mod-dev")
    static let hasPymerkle = isWanted(pymerkle != nil, "pymerkle: run Scripts/verifiers")
    static let hasSQLite = isWanted(run(["sqlite3", "--version"]) == 0, "SQLite's shell: Debian's sqlite3")
    static let hasOpenSSL = isWanted(run(["openssl", "version"]) == 0, "openssl")

    /// With ENROLL_REQUIRE_VERIFIERS=1, as CI has it, the tests run and fail where a verifier is missing; without it is
    /// said aloud that they do not run.
    private static func isWanted(_ isThere: Bool, _ name: String) -> Bool {
        if isThere { return true }
        FileHandle.standardError.write(Data("SKIPPED: checks of proofs that need \(name)\n".utf8))
        return environment["ENROLL_REQUIRE_VERIFIERS"] == "1" || environment["CI"] == "true"
    }

    /// The exit status of a program; -1 where it could not be run to an end.
    static func run(_ arguments: [String], environment: [String: String]? = nil) -> Int32 {
        guard
            let process = try? ChildProcess(
                arguments, environment: environment, input: .file("/dev/null"), output: .file("/dev/null"),
                error: .file("/dev/null")),
            case .exited(let status) = process.wait(until: .afterSeconds(300))
        else { return -1 }
        return status
    }
}
