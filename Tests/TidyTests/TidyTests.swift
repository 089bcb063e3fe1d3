// Start here: every rule of the house over every file of the project.

import Foundation
import Testing

@Suite struct `The project` {
    @Test(arguments: Rule.all)
    func `keeps every rule of the house`(_ rule: Rule) throws {
        let project = try Project.current.get()
        for violation in rule.violations(in: project) {
            let file = project.root.appending(path: violation.path)
            Issue.record(
                "\(violation)",
                sourceLocation: SourceLocation(
                    fileID: "Project/\(violation.path)", filePath: file.path, line: violation.line, column: 1))
        }
    }

    @Test(arguments: Rule.all)
    func `has files for every rule to cover`(_ rule: Rule) throws {
        let project = try Project.current.get()
        #expect(project.files.contains(where: rule.covers))
    }

    @Test func `is walked whole, and without what builds leave behind`() throws {
        let paths = try Project.current.get().paths
        #expect(paths.isSuperset(of: ["Package.swift", "LICENSE", ".ci/run", "Scripts/test", "Sources/Enrollment"]))
        #expect(paths.contains("Tests/TidyTests/TidyTests.swift"))
        #expect(!paths.contains { $0.contains(".build") || $0.hasPrefix(".git/") })
    }
}
