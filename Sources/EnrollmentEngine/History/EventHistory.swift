// History without the writer's lock: what audits, rebuilds and other processes read.

public import Enrollment
public import EventLog

/// The events of a store, readable while another process writes to it.
public struct EventHistory: Sendable {
    /// What was fixed when the store was made.
    public let settings: StoreSettings
    /// Where the parts of the store lie.
    public let layout: StoreLayout
    let reader: LogReader
    package let fileSystem: any FileSystem
    /// What opens personal texts; nil where the store seals none, or nobody gave its vault.
    public let personalData: PersonalData?

    /// Opens the history of a store.
    ///
    /// Takes no lock and changes nothing. Without the vault of a store that seals, personal texts stay sealed, and all
    /// else is there: no decision and no proof needs them.
    ///
    /// - Throws: `notFound`, `foreign`, `damaged`, `newerFormat`, `insecurePermissions` or `io`.
    public static func open(
        at directory: String, vault: (any PersonalDataVault)? = nil,
        fileSystem: any FileSystem = PosixFileSystem()
    ) throws(EngineError) -> EventHistory {
        try EventCodec.check()
        let layout = StoreLayout(directory: directory)
        let settings = try StoreSettings.load(layout, fileSystem: fileSystem)
        let reader = try translating { () throws(LogError) in
            try LogReader.open(at: layout.logPath, fileSystem: fileSystem)
        }
        try settings.check(reader.id)
        return EventHistory(
            settings: settings, layout: layout, reader: reader, fileSystem: fileSystem,
            personalData: vault.map { PersonalData(vault: $0, origin: settings.origin) })
    }

    /// The event with its personal texts opened, as far as there is a vault with their keys.
    ///
    /// - Throws: `damaged` where a text was tampered with; what the vault throws.
    public func opened(_ event: RecordedEvent) throws(EngineError) -> RecordedEvent {
        try personalData?.opened(event) ?? event
    }

    /// Whether personal texts stay sealed, because nobody gave the vault that opens them.
    public var isLocked: Bool { settings.personalData == .sealed && personalData == nil }

    /// The log's identity, as checkpoints name it.
    public var storeID: String { settings.storeID }

    /// Raised by a restore, after which positions may mean other events.
    public var epoch: Int64 { Int64(reader.epoch) }

    /// The last position that is surely durable.
    public func lastPosition() throws(EngineError) -> Position {
        try translating { () throws(LogError) in try reader.lastPosition() }
    }

    /// The last durable position that was recorded at that time or before; zero where all are later.
    ///
    /// - Complexity: O(log *n*) in the segments; in one that is not sealed, the headers of its blocks are walked.
    public func lastPosition(atOrBefore time: Timestamp) throws(EngineError) -> Position {
        try translating { () throws(LogError) in try reader.lastPosition(atOrBefore: time.rawValue) } ?? .zero
    }

    /// The events from one position through another, both inclusive; through the last durable one where none is given.
    public func cursor(from first: Position = 1, through last: Position? = nil) throws(EngineError) -> EventCursor {
        let blocks = try translating { () throws(LogError) in try reader.blocks(from: first, through: last) }
        return EventCursor(blocks, from: first)
    }

    /// The latest events of a stream up to a version, at most `count`, the oldest first.
    ///
    /// - Complexity: O(*n*) in what lies behind the oldest of them, of which sealed segments leave most out.
    func latestEvents(
        of stream: EventStream, through version: StreamVersion, before position: Position, count: Int
    ) throws(EngineError) -> [RecordedEvent] {
        let filter = RecordFilter(streams: [stream.key])
        var blocks = try translating { () throws(LogError) in
            try reader.blocks(from: 1, through: position, order: .descending, matching: filter)
        }
        var block = DecodedBlock()
        var found: [RecordedEvent] = []
        while found.count < count, try translating({ () throws(LogError) in try blocks.next(into: &block) }) {
            for index in (0..<block.count).reversed()
            where found.count < count && block.streams[index] == stream.key && block.versions[index] <= version.rawValue
            {
                found.append(try block.event(at: index))
            }
        }
        return found.reversed()
    }

    /// All durable events of a stream, the oldest first.
    ///
    /// - Complexity: O(*n*) in the log, of which sealed segments leave most out.
    package func events(of stream: EventStream) throws(EngineError) -> [RecordedEvent] {
        var blocks = try translating { () throws(LogError) in
            try reader.blocks(from: 1, matching: RecordFilter(streams: [stream.key]))
        }
        var block = DecodedBlock()
        var found: [RecordedEvent] = []
        while try translating({ () throws(LogError) in try blocks.next(into: &block) }) {
            for index in 0..<block.count where block.streams[index] == stream.key {
                found.append(try block.event(at: index))
            }
        }
        return found
    }

    /// The command that made the batch which begins at `position`; nil where no batch begins there.
    public func command(ofBatchAt position: Position) throws(EngineError) -> CommandEnvelope? {
        var cursor = try cursor(from: position, through: position)
        guard let (event, command) = try cursor.nextWithCommand(), event.isBatchStart else { return nil }
        return CommandEnvelope(of: event, command)
    }

    /// The state that the events through `position` make; through the last durable one where none is given.
    ///
    /// Begins with the newest snapshot at or before that position that proves right; others are passed over in silence.
    ///
    /// - Complexity: O(*n*) in the events after that snapshot, and in what the state holds.
    public func state(through position: Position? = nil) throws(EngineError) -> EnrollmentState {
        let last = try lastPosition()
        let wanted = min(position ?? last, last)
        var snapshots = SnapshotStore(layout: layout, fileSystem: fileSystem, log: reader)
        var replay = try snapshots.start(upTo: wanted)
        try replay.run(reader, through: wanted)
        return replay.state
    }
}

extension StoreSettings {
    func check(_ log: LogID) throws(EngineError) {
        guard storeID == log.description else {
            throw EngineError(
                .foreign,
                "The settings belong to the store \(storeID), the log to \(log): put the right log in its place.")
        }
    }
}

extension CommandEnvelope {
    /// The command of the batch that begins with `event`.
    init(of event: RecordedEvent, _ explicit: (Command, StreamVersion?)?) {
        self.init(
            id: event.commandID, actor: event.actor, command: explicit?.0 ?? Command(shownBy: event.event),
            effectiveAt: event.time.effectiveAt, expectedVersion: explicit?.1)
    }
}
