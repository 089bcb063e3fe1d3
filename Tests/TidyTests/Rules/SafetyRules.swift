// What turns an error into a crash, or into silence.

extension Rule {
    static let safetyRules = [noForcedTry, noForgottenWrite, provenConcurrency, printing]

    static let noForcedTry = Rule("no error is forced away", covers: \.isSwift) { line in
        line.code.contains("try!")
    }

    static let noForgottenWrite = Rule(
        "no failure of a write is ignored", covers: { $0.isSwift && !$0.isIn("Tests") }
    ) { line in
        guard let attempt = line.code.firstRange(of: "try?") else { return false }
        return String(line.code[attempt.upperBound...]).words.contains { $0.isCalled && writingVerbs.contains($0.verb) }
    }

    static let provenConcurrency = Rule(
        "a comment in the 3 lines above proves what the compiler cannot", covers: \.isSwift
    ) { file, _ in
        file.lines.filter { line in
            (line.code.contains("@unchecked Sendable") || line.code.contains("nonisolated(unsafe)"))
                && !file.hasComment(above: line.number, within: 3)
        }.map { Finding(line: $0.number, detail: $0.text.trimmed) }
    }

    static let printing = Rule(
        "only the program prints",
        covers: { $0.isSwift && !$0.isIn("Sources/enroll") && !$0.isIn("Benchmarks") && !$0.isIn("Examples") }
    ) { line in
        let code = line.code.replacing("Swift.print(", with: "print(")
        return code.words.contains { $0.text == "print" && $0.isCalled && $0.previous != "." }
            && !code.contains("func print(")
    }

    private static let writingVerbs: Set<Substring> = [
        "append", "fdatasync", "flush", "fsync", "rename", "sync", "truncate", "write",
    ]
}
