// Names of batches: what a batch holds follows from its name and the seed alone.

import EventLog

/// Which life of the writer, which of its tasks, which of the task's batches.
struct BatchName: Hashable, Comparable, Sendable, CustomStringConvertible {
    var life: Int
    var task: Int
    var number: Int

    init(life: Int, task: Int, number: Int) {
        self.life = life
        self.task = task
        self.number = number
    }

    /// The name that a command identifier carries; `nil` for one of another run.
    init?(_ commandID: CommandID, seed: UInt64) {
        guard commandID.high == seed else { return nil }
        life = Int(commandID.low >> 40)
        task = Int(commandID.low >> 32 & 0xFF)
        number = Int(commandID.low & 0xFFFF_FFFF)
    }

    func commandID(seed: UInt64) -> CommandID {
        CommandID(high: seed, low: UInt64(life) << 40 | UInt64(task & 0xFF) << 32 | UInt64(number & 0xFFFF_FFFF))
    }

    var description: String { "batch \(number) of task \(task) in life \(life)" }

    static func < (left: BatchName, right: BatchName) -> Bool {
        (left.life, left.task, left.number) < (right.life, right.task, right.number)
    }
}
