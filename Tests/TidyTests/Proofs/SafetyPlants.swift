// Violations of the rules on safety.

extension Plant {
    static let safetyPlants: [Plant] = [
        .bites(.noForcedTry, "Tests/A/A.swift", line: 2, "// Reads.\nlet x = try! read()\n"),
        .spares(.noForcedTry, "Tests/A/A.swift", "let x = \"try! \"  // try! not\n"),
        .bites(.noForgottenWrite, "Sources/A/A.swift", line: 1, "_ = try? file.writeAll(bytes)\n"),
        .bites(.noForgottenWrite, "Sources/A/A.swift", line: 1, "guard (try? await log.append(batch)) != nil else {\n"),
        .bites(.noForgottenWrite, "Sources/A/A.swift", line: 1, "try? Self.fsync(descriptor)\n"),
        .spares(.noForgottenWrite, "Sources/A/A.swift", "_ = try? log.writer()\n"),
        .spares(.noForgottenWrite, "Sources/A/A.swift", "try log.write(bytes)  // try? would lose it\n"),
        .bites(.provenConcurrency, "Sources/A/A.swift", line: 2, "\nfinal class A: @unchecked Sendable {}\n"),
        .bites(.provenConcurrency, "Sources/A/A.swift", line: 5, "// Far.\n\n\n\nnonisolated(unsafe) var x = 1\n"),
        .spares(.provenConcurrency, "Sources/A/A.swift", "// Never shared.\n@A\n\nclass A: @unchecked Sendable {}\n"),
        .bites(.printing, "Sources/EventLog/A.swift", line: 1, "if x { print(\"here\") }\n"),
        .bites(.printing, "Tests/A/A.swift", line: 1, "Swift.print(1)\n"),
        .spares(.printing, "Sources/enroll/A.swift", "print(1)\n"),
        .spares(.printing, "Benchmarks/Sources/A.swift", "print(1)\n"),
        .spares(.printing, "Examples/A/A.swift", "print(1)\n"),
        .spares(.printing, "Sources/A/A.swift", "table.print()\nfunc print(_ x: Int) {}\nfingerprint(x)\n"),
    ]
}
