// Misspelt subcommands, told of by name: the parser would complain of the first option behind them instead.

import ArgumentParser

enum SubcommandNames {
    /// Walks down the words as long as they name subcommands.
    ///
    /// - Throws: ``Failure`` for a word that should name one and does not; all else is left to the parser.
    static func check(_ words: [String]) throws {
        var command: any ParsableCommand.Type = Enroll.self
        var path = ["enroll"]
        for word in words {
            let below = subcommands(of: command)
            // The parser's own word for --help, and what follows it.
            guard !below.isEmpty, !word.hasPrefix("-"), word != "help" else { return }
            guard let next = below.first(where: { name(of: $0) == word }) else {
                let known = below.filter(\.configuration.shouldDisplay).map(name).joined(separator: ", ")
                let place = path.joined(separator: " ")
                throw Failure.usage(
                    "'\(place)' has no subcommand '\(word.shortened())', only \(known); see '\(place) --help'")
            }
            command = next
            path.append(word)
        }
    }

    private static func subcommands(of command: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
        command.configuration.subcommands
    }

    private static func name(of command: any ParsableCommand.Type) -> String {
        command.configuration.commandName ?? ""
    }
}
