// Violations of the rules on places.

extension Plant {
    // Joined here, so that this file keeps the rule that it proves.
    private static let home = ["", "home", "someone", "project"].joined(separator: "/")

    static let placePlants: [Plant] = [
        .bites(.noPrivatePaths, "README.md", line: 2, "# A\ncd \(home)\n"),
        .bites(.noPrivatePaths, "Scripts/run", line: 1, "\(home)/enroll\n"),
        .bites(.noPrivatePaths, "Sources/A/A.swift", line: 1, "let path = \"file://\(home)\"\n"),
        .spares(.noPrivatePaths, "README.md", "https://example.org\(home) and docs\(home), /tmp/enroll\n"),
        .spares(.noPrivatePaths, "README.md", "our home/work balance\n"),
    ]
}
