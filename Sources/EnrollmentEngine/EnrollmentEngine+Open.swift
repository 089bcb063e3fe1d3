// Making and opening a store: lock, recover, replay.

internal import Enrollment
internal import EventLog

extension EnrollmentEngine {
    /// Makes a store and opens it.
    ///
    /// `timeZone` is an IANA name, fixed for the life of the store; `origin` names the log in proofs and exports: 1 to
    /// 200 visible ASCII characters without blanks or `+`.
    ///
    /// Whether it seals personal texts is chosen here for good: there is no default, since texts that once stood in a
    /// log as they are stand there for ever.
    ///
    /// - Throws: `alreadyExists`, `invalidArgument`, `locked`, `diskFull`, `io`; what making the vault throws.
    public static func create(
        at directory: String, timeZone: String = "UTC", origin: String = "enrollment",
        personalData: PersonalDataChoice,
        options: EngineOptions = .init(), clock: any EngineClock = SystemClock()
    ) async throws(EngineError) -> EnrollmentEngine {
        let calendar = try StoreCalendar(timeZone: timeZone)
        guard StoreSettings.isOrigin(origin) else {
            throw EngineError(
                .invalidArgument, "An origin has 1 to 200 visible ASCII characters and no `+`, such as example.org/log."
            )
        }
        return try await blocking { () throws(EngineError) in
            try EventCodec.check(options.upcasts)
            let layout = StoreLayout(directory: directory)
            let files = StoreFiles(layout: layout, fileSystem: options.fileSystem)
            try files.checkNoStore()
            try files.makeDirectory()
            let log = try openEmptyLog(layout, options)
            // The settings come last: a store is there when they are.
            let settings = StoreSettings(
                storeID: log.id.description, timeZone: timeZone, origin: origin, createdAt: clock.now(),
                personalData: personalData.form, hasChecksum: true)
            let vault = try closing(log) { () throws(EngineError) in
                // Another process may have made its store, and closed it, before this one had the lock.
                try files.checkNoStore()
                let vault = try personalData.makeVault(layout, settings.storeID)
                try settings.save(files)
                return vault
            }
            return EnrollmentEngine(
                layout: layout, settings: settings, calendar: calendar, log: log,
                opening: Opening(log, layout, options),
                personalData: vault.map { PersonalData(vault: $0, origin: origin) }, options: options, clock: clock)
        }
    }

    /// Opens a store: takes its lock, recovers the log, replays what came after the newest snapshot.
    ///
    /// A store that seals needs its vault, and keeps it to its word: keys of users who are to be erased are
    /// destroyed, also where a backup of the vault brought them back. ``unfinishedErasures`` are then to be finished
    /// by who has the read tables.
    ///
    /// A log that ends before what was signed of it is not opened: the positions behind its end would mean other events
    /// than those that somebody holds proofs of.
    ///
    /// ``openingReport`` tells where the replay began, and which snapshots were not believed.
    ///
    /// - Throws: `notFound`, `locked` (naming the process), `foreign`, `newerFormat`, `insecurePermissions`,
    ///   `diskFull`, `io`; `damaged`, also where the log is shorter than its last checkpoint, or that is none;
    ///   `vaultMissing` before anything is written, and `vaultBehind` before any event is.
    /// - Complexity: O(*n*) in the events after the newest snapshot, and in what the state holds.
    public static func open(
        at directory: String, vault: (any PersonalDataVault)? = nil, options: EngineOptions = .init(),
        clock: any EngineClock = SystemClock()
    ) async throws(EngineError) -> EnrollmentEngine {
        try await blocking { () throws(EngineError) in
            try EventCodec.check(options.upcasts)
            let layout = StoreLayout(directory: directory)
            let settings = try StoreSettings.load(layout, fileSystem: options.fileSystem)
            let calendar = try StoreCalendar(timeZone: settings.timeZone)
            try settings.check(vault)
            var logOptions = options.log
            let files = StoreFiles(layout: layout, fileSystem: options.fileSystem)
            if let signed = try files.signedPosition(ofOrigin: settings.origin) {
                logOptions.provenPositions.append(signed)
            }
            let log = try translating { () throws(LogError) in
                try EventLog.open(at: layout.logPath, options: logOptions, fileSystem: options.fileSystem)
            }
            let opening = try closing(log) { () throws(EngineError) in
                try settings.check(log.id)
                var opening = Opening(log, layout, options)
                try opening.run(log, options)
                if let vault { try opening.keepErasures(vault) }
                return opening
            }
            return EnrollmentEngine(
                layout: layout, settings: settings, calendar: calendar, log: log, opening: opening,
                personalData: vault.map { PersonalData(vault: $0, origin: settings.origin) }, options: options,
                clock: clock)
        }
    }

    /// Does what opening still needs; should that fail, gives the log's lock back and tells that failure.
    private static func closing<Value>(
        _ log: EventLog, after work: () throws(EngineError) -> Value
    ) throws(EngineError) -> Value {
        do throws(EngineError) {
            return try work()
        } catch let failure {
            do throws(LogError) { try log.close() } catch {
                throw EngineError(
                    failure.code, "\(failure.message) closing it failed too: \(error.message)", cause: failure)
            }
            throw failure
        }
    }

    /// A new log, or the empty one of a creation that was interrupted before its settings were written.
    private static func openEmptyLog(_ layout: StoreLayout, _ options: EngineOptions) throws(EngineError) -> EventLog {
        do throws(LogError) {
            return try EventLog.create(at: layout.logPath, options: options.log, fileSystem: options.fileSystem)
        } catch {
            guard error.code == .alreadyExists else { throw EngineError(error) }
        }
        let log = try translating { () throws(LogError) in
            try EventLog.open(at: layout.logPath, options: options.log, fileSystem: options.fileSystem)
        }
        if log.lastPosition == .zero { return log }
        try translating { () throws(LogError) in try log.close() }
        throw EngineError(
            .damaged,
            "\(layout.logPath) holds events but \(layout.settingsPath) is missing; restore it from a backup.")
    }
}
