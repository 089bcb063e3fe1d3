// What becomes of the originals of sealed segments: they go, they stay, or they go when their time is over.

/// What happens to a segment whose place a sealed one has taken.
public enum SealedOriginals: Hashable, Sendable {
    /// It goes at once: the sealed copy was read back in full.
    case removed
    /// It goes to `quarantine/`, where nobody removes it.
    case kept
    /// It goes to `quarantine/`, from which a later sealing removes it, once the log has a record that is so many
    /// seconds younger than the last one was when the original was set aside.
    ///
    /// So time is the log's own: an original outlives a log to which nothing is written.
    case keptFor(seconds: Int64)
}

extension LogDirectory {
    /// Takes an original away whose place a sealed segment has taken, at the log's own time in microseconds.
    func retire(_ name: String, _ originals: SealedOriginals, at time: Int64) throws(LogError) {
        let kept: String
        switch originals {
        case .removed: return try unlink(name)
        case .kept: kept = name
        case .keptFor(let seconds): kept = Self.name(of: name, keptUntil: time, plus: seconds)
        }
        let place = try quarantine()
        try rename(name, to: "\(Format.quarantineName)/\(kept)")
        try place.sync()
    }

    /// Removes the originals from the quarantine that were kept until then, and whose records a sealed segment has.
    ///
    /// Whatever else lies there, only a person removes. Killed in between, it goes on the next time.
    func removeOriginals(keptUntil time: Int64, of logID: LogID, sealed: [SegmentEntry]) throws(LogError) {
        guard try status(Format.quarantineName) != nil else { return }
        let place = try quarantine()
        var isChanged = false
        for name in try place.list() {
            guard let until = Self.keptUntil(name), until <= time,
                try place.isOriginal(name, of: logID, of: sealed)
            else { continue }
            try place.unlink(name)
            isChanged = true
        }
        if isChanged { try place.sync() }
    }

    private func isOriginal(_ name: String, of logID: LogID, of sealed: [SegmentEntry]) throws(LogError) -> Bool {
        let file = try openForReading(name)
        let window = SegmentWindow(file, limit: Int64.max)
        // The page lies in the window, and only as long as there is one.
        let header = try withExtendedLifetime(window) { () throws(LogError) -> SegmentHeader? in
            let page = try window.bytes(at: 0, count: Format.headerPageBytes)
            return try? SegmentHeader.decoded(page, path: file.path)
        }
        guard let header, header.logID == logID else { return false }
        return sealed.contains { $0.isSealed && $0.index <= header.index && header.lastIndex <= $0.lastIndex }
    }

    /// The time stands in the name, since a rename keeps the file's own times.
    private static func name(of name: String, keptUntil time: Int64, plus seconds: Int64) -> String {
        let (microseconds, isTooLong) = max(0, seconds).multipliedReportingOverflow(by: 1_000_000)
        let (until, isTooLate) = max(0, time).addingReportingOverflow(microseconds)
        return "\(Format.keptPrefix)\(isTooLong || isTooLate ? .max : until)-\(name)"
    }

    private static func keptUntil(_ name: String) -> Int64? {
        guard name.hasPrefix(Format.keptPrefix) else { return nil }
        return Int64(name.dropFirst(Format.keptPrefix.count).prefix { $0 != "-" })
    }
}
