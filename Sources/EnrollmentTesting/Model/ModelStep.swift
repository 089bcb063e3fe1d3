// One line of a random history: a command with everything that its decision depends on.

public import Enrollment

/// A command and its circumstances.
public struct ModelStep: Hashable, Sendable {
    public let command: Command
    public let context: CommandContext

    public init(_ command: Command, _ context: CommandContext) {
        self.command = command
        self.context = context
    }
}

extension ModelStep: CustomStringConvertible {
    public var description: String {
        var text = "\(command) by \(context.actor) at \(context.now)"
        if let effectiveAt = context.effectiveAt { text += " effective \(effectiveAt)" }
        if let expected = context.expectedVersion { text += " expecting version \(expected)" }
        return text
    }
}
