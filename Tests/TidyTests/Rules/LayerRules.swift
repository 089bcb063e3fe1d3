// What a layer must never reach for.

extension Rule {
    static let layerRules = [pureDomain, logWithoutFoundation, logWithoutDomain]

    static let pureDomain = Rule(
        "Enrollment imports nothing", covers: { $0.isSwift && $0.isIn("Sources/Enrollment") }
    ) { line in
        !line.importedModules.isEmpty
    }

    static let logWithoutFoundation = Rule(
        "EventLog does without Foundation", covers: { $0.isSwift && $0.isIn("Sources/EventLog") }
    ) { line in
        line.importedModules.contains { $0.hasPrefix("Foundation") }
    }

    static let logWithoutDomain = Rule(
        "EventLog never decodes a payload", covers: { $0.isSwift && $0.isIn("Sources/EventLog") }
    ) { line in
        line.importedModules.contains { $0.hasPrefix("Enrollment") }
    }
}

extension Line {
    /// The names after `import`: the module, or the kind and the path of what is imported from it.
    fileprivate var importedModules: [Substring] {
        guard code.hasWord("import") else { return [] }
        return code.words.map(\.text).drop { $0 != "import" }.dropFirst().map { $0 }
    }
}
