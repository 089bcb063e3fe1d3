// Who follows the log in a story: within the writer's process and outside of it, across segments, seals and crashes.

internal import EventLog

/// Two followers of a log, and how far each has come.
struct Tailers {
    /// One follower of whichever kind.
    struct Place {
        /// The next position, which goes on where a crash or a closing ended the follower.
        var next = 1
        fileprivate(set) var sealings = 0
        fileprivate(set) var segment = ""
    }

    var live: LogFollower?
    var files: LogFollower?
    var livePlace = Place()
    var filesPlace = Place()

    /// Drops the followers of a log that is not there any more; what they saw counts on.
    mutating func pause() {
        live = nil
        files = nil
    }

    /// Lets those that follow see what there is, as nobody who follows may see what could still be lost.
    mutating func look(_ story: inout Story) throws {
        if let live { try look(live, \.livePlace, "a follower", &story) }
        if let files { try look(files, \.filesPlace, "a follower of the files", &story) }
    }

    private mutating func look(
        _ follower: LogFollower, _ place: WritableKeyPath<Tailers, Place>, _ who: String, _ story: inout Story
    ) throws {
        var block = DecodedBlock()
        var seen = 0
        while try follower.next(into: &block, timeoutMilliseconds: 0) {
            for index in 0..<block.count {
                let record = block.record(at: index)
                let number = self[keyPath: place].next
                guard number <= story.source.expected.count, record == story.source.expected[number - 1] else {
                    throw Story.Unexpected(description: "\(who) saw \(record) where \(number) belongs")
                }
                self[keyPath: place].next += 1
                seen += 1
            }
        }
        story.kept = max(story.kept, self[keyPath: place].next - 1)
        guard seen > 0 else { return }
        story.report.count("tailed records", by: seen)
        if self[keyPath: place].sealings != story.sealings { story.report.count("tailed across a sealing") }
        self[keyPath: place].sealings = story.sealings
        guard let segment = try story.log?.reader().segments().last?.name else { return }
        if self[keyPath: place].segment != segment { story.report.count("tailed across a new segment") }
        self[keyPath: place].segment = segment
    }
}

extension Story {
    /// Lets both followers come to the end; they must see all that was acknowledged.
    mutating func tail() throws {
        let log = try current()
        if tailers.live == nil { tailers.live = try log.reader().follow(from: Position(Int64(tailers.livePlace.next))) }
        if tailers.files == nil {
            let reader = try LogReader.open(at: logPath, fileSystem: disk)
            tailers.files = try reader.follow(from: Position(Int64(tailers.filesPlace.next)))
        }
        try lookAtAll()
        let least = min(tailers.livePlace.next, tailers.filesPlace.next) - 1
        guard least >= kept else {
            throw Unexpected(description: "a follower saw \(least) records, \(kept) are in the log for good")
        }
    }

    mutating func lookAtAll() throws {
        var tailers = tailers
        defer { self.tailers = tailers }
        try tailers.look(&self)
    }
}
