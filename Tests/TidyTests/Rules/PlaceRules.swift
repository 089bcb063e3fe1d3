// What ties the project to one machine.

extension Rule {
    static let placeRules = [noPrivatePaths]

    static let noPrivatePaths = Rule("no path leads to somebody's own folders", covers: { _ in true }) { line in
        guard line.text.utf8.contains(UInt8(ascii: "/")) else { return false }
        return privateFolders.contains { name in
            line.text.ranges(of: "/\(name)/").contains { range in
                guard let previous = line.text[..<range.lowerBound].last else { return true }
                // After one of these it is a part of a longer path, or of an address.
                return !(previous.isLetter || previous.isNumber || "_-.~)}*".contains(previous))
            }
        }
    }

    /// Where people and build machines keep checkouts.
    private static let privateFolders = ["Users", "builds", "farm", "home", "root", "work", "workspace"]
}
