// What earlier runs of an import left in the log: the reason why a second run changes nothing.
//
// The engine answers a repeated command too, but remembers only the latest million or so, and a repeated command would
// have to be resolved as it was the first time. The log knows all of them, and what became of each.

import Enrollment
import EnrollmentEngine
import EventLog

/// The steps that are stored, by command id, with the refusal where one was recorded.
struct StoredSteps {
    private var ids: Set<CommandID> = []
    private var refusals: [CommandID: Rejection] = [:]
    /// When the last event of all was recorded: time goes on from there.
    private(set) var lastRecordedAt = Timestamp.earliest
    private(set) var lastPosition: Position = .zero

    init() {}

    /// Reads the whole log once.
    ///
    /// - Complexity: O(*n*) in the events; memory for the commands of imports only.
    init(_ history: EventHistory) throws(EngineError) {
        var cursor = try history.cursor()
        while let recorded = try cursor.next() {
            lastRecordedAt = recorded.time.recordedAt
            lastPosition = recorded.position
            guard recorded.isBatchStart, recorded.commandID.isMadeByImport else { continue }
            ids.insert(recorded.commandID)
            if case .commandRefused(let refusal) = recorded.event {
                refusals[recorded.commandID] = refusal.rejection
            }
        }
    }

    func contains(_ step: ImportStep) -> Bool { ids.contains(step.id) }

    /// Why a stored step was refused; nil for one that was accepted.
    func rejection(of step: ImportStep) -> Rejection? { refusals[step.id] }
}
