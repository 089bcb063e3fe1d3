// The proof that every rule bites, and bites nothing else.

import Testing

@Suite struct `A rule` {
    @Test(arguments: Plant.all.filter { $0.line != nil })
    func `finds what was planted, and names the file and the line`(_ plant: Plant) throws {
        let project = Project(files: [TextFile(path: plant.path, text: plant.text)] + plant.others)
        let found = plant.rule.violations(in: project)
        let line = try #require(plant.line)
        #expect(found.map(\.line) == [line])
        #expect(found.first.map { "\($0)".hasPrefix("\(plant.path):\(line): ") } == true)
    }

    @Test(arguments: Plant.all.filter { $0.line == nil })
    func `spares what only looks alike`(_ plant: Plant) {
        #expect(plant.foundLines == [])
    }

    @Test(arguments: Rule.all)
    func `has a planted violation and a look-alike`(_ rule: Rule) {
        let plants = Plant.all.filter { $0.rule.name == rule.name }
        #expect(plants.contains { $0.line != nil })
        #expect(plants.contains { $0.line == nil })
    }

    @Test func `has a name of its own`() {
        #expect(Set(Rule.all.map(\.name)).count == Rule.all.count)
    }
}

extension Plant {
    static let all = sizePlants + layerPlants + safetyPlants + commentPlants + testPlants + documentPlants + placePlants
}
