// Which commands were recorded lately, and where: what makes a retry safe.

internal import Enrollment
internal import EventLog

/// The ids of the latest recorded commands with the position of each one's first event.
///
/// The window is counted in recorded commands and follows from the log alone, so every replay agrees on it.
///
/// A ring holds them in the order of recording, to know whom to forget. Beside it lies a table of places in the ring,
/// which takes less memory than a dictionary of the ids.
struct RememberedCommands: Sendable {
    /// How many recorded commands are remembered; part of the store's behaviour, not an option.
    static let window = 1_048_576

    private let window: Int
    private var ring: [(id: CommandID, position: Position)] = []
    private var oldest = 0
    private var table = PlaceTable()
    /// Those of many that are remembered at once; kept for their memory.
    private var tags: [UInt32] = []
    private var touched: UInt64 = 0
    /// Secret, so that nobody can choose ids that collide.
    private let key = (UInt64.random(in: 0 ... .max), UInt64.random(in: 0 ... .max))

    init(window: Int = RememberedCommands.window) { self.window = window }

    /// How many are remembered now.
    var count: Int { ring.count }

    /// One of them, 0 being the oldest.
    subscript(index: Int) -> (id: CommandID, position: Position) {
        let place = oldest + index
        return ring[place < ring.count ? place : place - ring.count]
    }

    /// Where the command was recorded, or nil.
    ///
    /// O(1).
    func position(of id: CommandID) -> Position? { place(of: id, tag(id)).map { ring[$0].position } }

    /// Brings the slot of an id near the processor; gives a number without meaning.
    func touch(_ id: CommandID) -> UInt64 { table.touch(tag(id)) }

    /// Makes room for as many as will be remembered at once, so that nothing grows in steps on the way there.
    mutating func reserveCapacity(_ count: Int) {
        let count = min(count, window)
        ring.reserveCapacity(count)
        table.reserveCapacity(count)
    }

    /// Remembers a command, and forgets the one that falls out of the window.
    ///
    /// O(1).
    mutating func remember(_ id: CommandID, at position: Position) { remember(id, at: position, tag(id)) }

    @inline(__always)
    private mutating func remember(_ id: CommandID, at position: Position, _ tag: UInt32) {
        // Only a log that no engine wrote has an id twice; the later one counts.
        if let earlier = place(of: id, tag) { table.remove(earlier, tagged: tag) }
        if ring.count < window {
            table.insert(ring.count, tagged: tag)
            ring.append((id, position))
        } else {
            table.remove(oldest, tagged: self.tag(ring[oldest].id))
            table.insert(oldest, tagged: tag)
            ring[oldest] = (id, position)
            oldest = oldest + 1 == window ? 0 : oldest + 1
        }
    }

    /// Remembers many commands, in their order.
    mutating func remember(_ commands: [(id: CommandID, position: Position)]) {
        tags.removeAll(keepingCapacity: true)
        for command in commands { tags.append(tag(command.id)) }
        for (index, command) in commands.enumerated() {
            if index % PlaceTable.touchLength == 0 {
                touched &+= table.touch(tags[index...].prefix(PlaceTable.touchLength))
            }
            remember(command.id, at: command.position, tags[index])
        }
    }

    @inline(__always)
    private func place(of id: CommandID, _ tag: UInt32) -> Int? { table.place(tagged: tag) { ring[$0].id == id } }

    /// Multiplied in full and folded: two secret halves make it as good as random, at the cost of one multiplication.
    @inline(__always)
    private func tag(_ id: CommandID) -> UInt32 {
        let product = (id.high ^ key.0).multipliedFullWidth(by: id.low ^ key.1)
        return UInt32(truncatingIfNeeded: product.high ^ product.low)
    }
}
