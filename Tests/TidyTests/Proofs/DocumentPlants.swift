// Violations of the rules on documents.

extension Plant {
    static let documentPlants: [Plant] = [
        .bites(.dependenciesExplained, "Package.swift", line: 2, manifest, beside: [architecture("CZlib")]),
        .bites(.dependenciesExplained, "Package.swift", line: 3, manifest, beside: [architecture("some-parser")]),
        .bites(.dependenciesExplained, "Package.swift", line: 1, ".systemLibrary(name: \"CZlib\")\n"),
        .spares(.dependenciesExplained, "Package.swift", manifest, beside: [architecture("some-parser and CZlib")]),
        .bites(.linksResolve, "README.md", line: 2, "# A\nSee [this](docs/gone.md).\n"),
        .bites(.linksResolve, "docs/a.md", line: 1, "[ref]: b.md\n", beside: [TextFile(path: "b.md", text: "")]),
        .bites(.linksResolve, "README.md", line: 1, "[up](../b.md)\n", beside: [TextFile(path: "b.md", text: "")]),
        .bites(.linksResolve, "README.md", line: 4, "```\n[code](no.md)\n```\n![image](no.png \"title\")\n"),
        .spares(
            .linksResolve, "docs/a.md", "[up](../b.md#part \"Title\")\n", beside: [TextFile(path: "b.md", text: "")]),
        .spares(
            .linksResolve, "README.md", "[d](docs/) [h](#part) [w](https://example.org/x) `[c](no.md)`\n",
            beside: [docs]),
    ]

    private static let manifest = """
        dependencies: [
            .package(url: "https://example.org/people/some-parser.git", from: "1.0.0"),
        ], targets: [.systemLibrary(name: "CZlib", pkgConfig: "zlib")]
        """

    private static let docs = TextFile(path: "docs/b.md", text: "")

    private static func architecture(_ names: String) -> TextFile {
        TextFile(path: "ARCHITECTURE.md", text: "# Dependencies\n\nOnly \(names).\n")
    }
}
