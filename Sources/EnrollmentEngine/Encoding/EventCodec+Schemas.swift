// Here an event of an older schema becomes one of the newest. PAYLOADS.md, "Schema versions".

internal import EventLog

/// A step from the events of one schema version to those of a later one.
typealias EventUpcast = SchemaChain<EventCodec.Decoded>.Step

extension EventCodec {
    /// From each schema version to a later one, for ever.
    ///
    /// The decoder reads the bytes of each version; what an older event means in the words of today stands here. Who
    /// adds a version adds its step, and a recording of it to the golden logs.
    static let upcasts: [EventUpcast] = [
        // The same events and fields: only the form of a personal text differs, which the decoder reads.
        EventUpcast(from: Int(version), to: Int(sealedVersion))
    ]

    /// The chain of those steps, which every opening checks.
    static let schemas: Result<SchemaChain<Decoded>, LogError> = Result { () throws(LogError) in try chain(upcasts) }

    /// The versions that can be read and whose events no step changes, a bit each: their records skip the chain, which
    /// would take as long as decoding them.
    static let unchanged: UInt16 = {
        guard case .success(let chain) = schemas else { return 0 }
        return chain.versions.reduce(0) { chain.changes(from: $1) ? $0 : $0 | 1 << UInt16($1) }
    }()

    private static func chain(_ upcasts: [EventUpcast]) throws(LogError) -> SchemaChain<Decoded> {
        try SchemaChain(oldest: Int(version), newest: Int(sealedVersion), steps: upcasts)
    }

    /// Proves, before a store is opened, that every schema version leads to the newest.
    ///
    /// - Throws: `invalidArgument` for a gap or a cycle: this program was built wrong.
    static func check(_ upcasts: [EventUpcast] = upcasts) throws(EngineError) {
        _ = try translating { () throws(LogError) in try chain(upcasts) }
    }
}
