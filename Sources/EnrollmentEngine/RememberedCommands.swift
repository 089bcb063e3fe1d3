// Which commands were recorded lately, and where: what makes a retry safe.

internal import EventLog

/// The ids of the latest recorded commands with the position of each one's first event.
///
/// The window is counted in recorded commands and follows from the log alone, so every replay agrees on it.
struct RememberedCommands: Sendable {
    /// How many recorded commands are remembered; part of the store's behaviour, not an option.
    static let window = 1_048_576

    private let window: Int
    private var positions: [CommandID: Position] = [:]
    /// A ring in the order of recording, to know whom to forget.
    private var order: [(id: CommandID, position: Position)] = []
    private var oldest = 0

    init(window: Int = RememberedCommands.window) { self.window = window }

    /// How many are remembered now.
    var count: Int { order.count }

    /// One of them, 0 being the oldest.
    subscript(index: Int) -> (id: CommandID, position: Position) {
        let slot = oldest + index
        return order[slot < order.count ? slot : slot - order.count]
    }

    /// Where the command was recorded, or nil.
    ///
    /// O(1).
    func position(of id: CommandID) -> Position? { positions[id] }

    /// Makes room for as many as will come.
    mutating func reserveCapacity(_ count: Int) {
        positions.reserveCapacity(count)
        order.reserveCapacity(count)
    }

    /// Remembers a command, and forgets the one that falls out of the window.
    ///
    /// O(1).
    mutating func remember(_ id: CommandID, at position: Position) {
        if order.count < window {
            order.append((id, position))
        } else {
            positions[order[oldest].id] = nil
            order[oldest] = (id, position)
            oldest = oldest + 1 == window ? 0 : oldest + 1
        }
        positions[id] = position
    }
}
