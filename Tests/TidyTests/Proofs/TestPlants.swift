// Violations of the rules on tests.

extension Plant {
    static let testPlants: [Plant] = [
        .bites(.assertions, "Tests/A/A.swift", line: 3, "import Testing\n\n@Test func `a thing`() {}\n"),
        .bites(.assertions, "Tests/A/A.swift", line: 1, "@Test func f() {}  // #expect nothing\n"),
        .spares(.assertions, "Tests/A/A.swift", "@Test func f() {\n    #expect(true)\n}\n"),
        .spares(.assertions, "Tests/A/A.swift", "@Test func f() { given().when(x).thenRefused(y) }\n"),
        .spares(.assertions, "Tests/A/Support.swift", "struct Support {}\n"),
        .bites(.noTestOff, "Tests/A/A.swift", line: 2, "\n@Test(.disabled(\"later\")) func f() {}\n"),
        .spares(.noTestOff, "Tests/A/A.swift", "@Test(.enabled(if: isRoot)) func f() {}\n"),
        .bites(.noSleep, "Tests/A/A.swift", line: 3, "// Far.\n\ntry await Task.sleep(for: .seconds(1))\n"),
        .bites(.noSleep, "Tests/A/A.swift", line: 1, "Thread.sleep(forTimeInterval: 1)\n"),
        .spares(.noSleep, "Tests/A/A.swift", "usleep(1)  // the kernel's own clock ticks this slowly\n"),
        .spares(
            .noSleep, "Tests/A/A.swift", "// Longer than the timeout under test.\nclock.sleep(5)\nlet sleeper = 1\n"),
    ]
}
