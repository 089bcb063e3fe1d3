// Violations of the rules on comments.

extension Plant {
    static let commentPlants: [Plant] = [
        .bites(.openingComment, "Sources/A/A.swift", line: 1, "import Glibc\n"),
        .bites(.openingComment, "Sources/A/A.swift", line: 1, "/// A thing.\nstruct A {}\n"),
        .bites(.openingComment, "Sources/A/A.swift", line: 1, "//\n"),
        .bites(.openingComment, "Sources/A/A.swift", line: 1, ""),
        .spares(.openingComment, "Sources/A/A.swift", "// What this is for.\n"),
        .spares(.openingComment, "Tests/A/A.swift", "import Testing\n"),
        .bites(.nothingPutOff, "Sources/A/A.swift", line: 2, "let x = 1\nlet y = 2  // TODO: more\n"),
        .bites(.nothingPutOff, "Scripts/run", line: 1, "# FIXME\n"),
        .bites(.nothingPutOff, "Tests/A/A.swift", line: 2, "/*\n XXX */\n"),
        .spares(.nothingPutOff, "Scripts/run", "mktemp -d enroll.XXXXXX\n"),
        .spares(.nothingPutOff, "Sources/A/A.swift", "let text = \"TODO\"\n"),
    ]
}
