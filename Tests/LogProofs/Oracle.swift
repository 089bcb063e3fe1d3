// What a log must hold after whatever happened to it: all that was acknowledged, and nothing that was not attempted.

package import EventLog

/// What somebody found in a log.
package enum Finding: Sendable {
    /// So many records, all as they were attempted.
    case records(Int, setAside: Int)
    /// A named error.
    case refused(LogError.Code, String)
    /// Records that nobody wrote there.
    case wrong(String)
}

/// The exact judgement: acknowledged ⊆ recovered ⊆ attempted, in order, batches whole, bytes equal.
///
/// Positions are judged with the bytes: a record knows its own, so a position used twice shows as another record.
/// A record that any reader saw counts as acknowledged from then on.
package struct Oracle: Sendable {
    /// All records in the order of their attempts, and how many there are after each batch.
    package let attempted: [LogRecord]
    package let boundaries: Set<Int>

    package init(_ source: BatchSource) {
        attempted = source.expected
        boundaries = Set(source.boundaries)
    }

    /// Compares what was read with what was attempted.
    package func compare(_ records: [LogRecord]) -> Finding {
        guard records.count <= attempted.count else {
            return .wrong("\(records.count) records, only \(attempted.count) were attempted")
        }
        for (index, record) in records.enumerated() where record != attempted[index] {
            return .wrong("record \(index + 1) is \(record), was attempted as \(attempted[index])")
        }
        return .records(records.count, setAside: 0)
    }

    /// Whether a finding keeps the promise; `nil` when it does.
    ///
    /// - Parameters:
    ///   - acknowledged: how many records must be there.
    ///   - mayRefuse: whether a named error is an answer, as after damage.
    package func judge(_ finding: Finding, acknowledged: Int, mayRefuse: Bool) -> String? {
        switch finding {
        case .wrong(let what): return what
        case .refused(let code, let what):
            if code == .notFound && acknowledged == 0 { return nil }
            return mayRefuse && Self.damageCodes.contains(code) ? nil : "refused: \(what)"
        case .records(let count, _):
            if count < acknowledged { return "holds \(count) records, \(acknowledged) were acknowledged" }
            return boundaries.contains(count) ? nil : "\(count) records cut a batch"
        }
    }

    /// The errors that tell of damage.
    package static let damageCodes: Set<LogError.Code> = [
        .corrupted, .ambiguousTail, .foreign, .newerFormat, .notFound,
    ]

    /// Opens the log for writing and reads it through the writer; the log is handed to `then` while it is open.
    package func writer(
        _ disk: any FileSystem, _ options: LogOptions = quietOptions(), at path: String = logPath,
        then: (EventLog) throws -> Void = { _ in }
    ) -> Finding {
        attempt {
            let log = try EventLog.open(at: path, options: options, fileSystem: disk)
            // The lock must be free again before anybody opens the log after this.
            defer { try? log.close() }
            let records = try allRecords(log.reader())
            guard Int(log.lastPosition.rawValue) == records.count else {
                return .wrong("\(records.count) records, but the last position is \(log.lastPosition)")
            }
            let finding = compare(records)
            try then(log)
            guard case .records(let count, _) = finding else { return finding }
            return .records(count, setAside: log.recovery.setAside.count)
        }
    }

    /// Reads the log without its writer, as another process does.
    package func reader(_ disk: any FileSystem, at path: String = logPath) -> Finding {
        attempt { compare(try allRecords(LogReader.open(at: path, fileSystem: disk))) }
    }

    /// Turns an error into a finding.
    package func attempt(_ body: () throws -> Finding) -> Finding {
        do {
            return try body()
        } catch let error as LogError {
            return .refused(error.code, "\(error)")
        } catch {
            return .wrong("\(error)")
        }
    }
}

/// Where the logs of the proofs stand on simulated disks.
package let logPath = "/disk/log"
