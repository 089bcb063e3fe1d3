// What makes a test worth its time.

extension Rule {
    static let testRules = [assertions, noTestOff, noSleep]

    static let assertions = Rule("a file of tests asserts something", covers: isTest) { file, _ in
        guard let test = file.lines.first(where: { $0.code.contains("@Test") }) else { return [] }
        // The last is the scenario's: then, thenRefused, thenNothing …
        let asserts = ["#expect", "#require", "Issue.record", ".then"]
        let isProven = file.lines.contains { line in asserts.contains(where: line.code.contains) }
        return isProven ? [] : [Finding(line: test.number, detail: test.text.trimmed)]
    }

    static let noTestOff = Rule("no test is switched off", covers: isTest) { line in
        line.code.contains(".disabled(")
    }

    static let noSleep = Rule("a test that sleeps says why, there or on the line above", covers: isTest) { file, _ in
        let sleeps: Set<Substring> = ["nanosleep", "sleep", "usleep"]
        return file.lines.filter { line in
            line.code.contains("sleep") && line.code.words.contains { $0.isCalled && sleeps.contains($0.text) }
                && line.comment.isEmpty && !file.hasComment(above: line.number, within: 1)
        }.map { Finding(line: $0.number, detail: $0.text.trimmed) }
    }

    private static let isTest: @Sendable (TextFile) -> Bool = { $0.isSwift && $0.isIn("Tests") }
}
