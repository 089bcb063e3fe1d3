// One line of a random history: a command with everything that its decision depends on.

public import Enrollment

/// A command and its circumstances.
public struct ModelStep: Hashable, Sendable {
    /// What is asked for.
    public let command: Command
    /// Who asks, and when.
    public let context: CommandContext

    /// Makes a step of a command and its context.
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
