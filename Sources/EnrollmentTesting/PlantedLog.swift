// Logs in which decisions are written that nobody made, for the checks that must find them.

package import Enrollment
internal import EnrollmentEngine
package import EventLog

/// A store's log, written to past the rules.
///
/// It holds the store's lock until it is closed.
package struct PlantedLog {
    private let log: EventLog
    private var state: EnrollmentState

    /// Opens the log of a store that nobody else has open.
    package init(store directory: String, fileSystem: any FileSystem = PosixFileSystem()) throws {
        state = try EventHistory.open(at: directory, fileSystem: fileSystem).state()
        log = try EventLog.open(at: StoreLayout(directory: directory).logPath, fileSystem: fileSystem)
    }

    /// Writes events as if `command` had become them.
    ///
    /// A story that cannot be is written, too: the versions of later plants then go on as if it had not.
    package mutating func plant(
        _ command: Command, by actor: Actor, _ events: [Event], id: CommandID = .random(),
        at time: EventTime = EventTime(recordedAt: .day(1))
    ) throws {
        var batch = LogBatch()
        batch.reset(commandID: id, actor: actor.stored, recordedAt: time.recordedAt.rawValue)
        for (index, event) in events.enumerated() {
            let version = state.version(of: event.stream).next
            batch.append(type: event.type.rawValue, stream: event.stream.key, version: version.rawValue) { bytes in
                EventCodec.encode(
                    event, effectiveAt: time.effectiveAt, command: index == 0 ? (command, nil) : nil, to: &bytes)
            }
            if state.canEvolve(event) { state.evolve(event, at: time) }
        }
        _ = try log.enqueue(batch)
    }

    /// Writes a record as a version of the program to come might: the first of a stream that nobody else uses.
    package mutating func plantRecord(type: UInt8, payload: [UInt8], at time: Timestamp = .day(1)) throws {
        var batch = LogBatch()
        batch.reset(commandID: .random(), actor: 0, recordedAt: time.rawValue)
        batch.append(type: type, stream: .max, version: 1) { $0 += payload }
        _ = try log.enqueue(batch)
    }

    /// Makes what was planted durable, and gives the lock back.
    package func close() throws { try log.close() }
}
