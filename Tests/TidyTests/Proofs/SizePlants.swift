// Violations of the rules on size.

extension Plant {
    static let sizePlants: [Plant] = [
        .bites(.fileSize, "Sources/A.swift", line: 401, lines(401)),
        .spares(.fileSize, "Sources/A.swift", lines(400)),
        .spares(.fileSize, "Fixtures/a.csv", lines(401)),
        .bites(.lineSize, "Scripts/run", line: 2, "echo\n" + String(repeating: "x", count: 121)),
        .spares(.lineSize, "Sources/A.swift", String(repeating: "…", count: 120)),
        .spares(.lineSize, "README.md", String(repeating: "x", count: 121)),
        .bites(.functionSize, "Sources/A.swift", line: 2, "\nfunc f() {\n" + lines(69) + "}\n"),
        .spares(.functionSize, "Sources/A.swift", "\nfunc f() {\n" + lines(68) + "}\n"),
    ]

    private static func lines(_ count: Int) -> String {
        String(repeating: "x\n", count: count)
    }
}
