// How payloads of older schema versions are read for ever: one step after the other, proven to lead to the newest.
//
// The log itself knows bytes and no schema. This is for who writes payloads: the engine's codec, or an embedder's.

/// The steps by which payloads of older schema versions become those of the newest.
///
/// Give each payload a version when it is written, decode it by that version, and hand it to ``upcast(_:from:)``: what
/// follows sees the newest alone. Making a chain proves that every version leads to the newest, so make it before you
/// open your log.
///
///     let chain = try SchemaChain<Seat>(
///         newest: 3,
///         steps: [
///             .init(from: 1, to: 2),  // the decoder reads both alike
///             .init(from: 2, to: 3) { seat in seat.row = seat.row ?? 1 },
///         ])
///
/// A step never changes once a payload of its version was written: old logs would tell another story.
public struct SchemaChain<Payload>: Sendable {
    /// What makes a payload of one version one of another.
    public struct Step: Sendable {
        /// The version that it takes.
        public let from: Int
        /// The version that it gives.
        public let to: Int
        /// Nil where the decoder gives the same value for both.
        let change: (@Sendable (inout Payload) throws(LogError) -> Void)?

        /// Makes a step; without `change` the decoder gives the same value for both versions.
        public init(from: Int, to: Int, change: (@Sendable (inout Payload) throws(LogError) -> Void)? = nil) {
            self.from = from
            self.to = to
            self.change = change
        }
    }

    /// The versions that can be read.
    public let versions: ClosedRange<Int>
    /// For each version, what is done to its payloads, in order.
    private let changes: [[@Sendable (inout Payload) throws(LogError) -> Void]]

    /// Makes a chain, and proves that it leads from every version to the newest.
    ///
    /// - Throws: `invalidArgument` for a gap (a version from which no step leads on, or one that leads out of the
    ///   versions), a cycle, or two steps from one version; it names the versions.
    /// - Complexity: O(*n*²) in the versions.
    public init(oldest: Int = 1, newest: Int, steps: [Step]) throws(LogError) {
        guard oldest <= newest else {
            throw LogError(.invalidArgument, "The oldest schema version, \(oldest), is above the newest, \(newest).")
        }
        let versions = oldest...newest
        var next: [Int: Step] = [:]
        for step in steps {
            guard next.updateValue(step, forKey: step.from) == nil else {
                throw LogError(
                    .invalidArgument, "Two steps lead on from schema version \(step.from): take one of them away.")
            }
        }
        var changes: [[@Sendable (inout Payload) throws(LogError) -> Void]] = []
        for version in versions {
            changes.append(try Self.path(from: version, in: versions, next).compactMap(\.change))
        }
        if let step = steps.first(where: { !versions.contains($0.from) || $0.from == newest }) {
            throw LogError(
                .invalidArgument,
                "A step leads from schema version \(step.from), but steps begin at \(oldest) and end at \(newest).")
        }
        self.versions = versions
        self.changes = changes
    }

    /// The steps from a version to the newest.
    private static func path(
        from version: Int, in versions: ClosedRange<Int>, _ next: [Int: Step]
    ) throws(LogError) -> [Step] {
        var path: [Step] = []
        var passed = [version]
        while passed[passed.count - 1] != versions.upperBound {
            let last = passed[passed.count - 1]
            guard let step = next[last], versions.contains(step.to) else {
                let end = next[last].map { "to \($0.to), which is none" } ?? "nowhere"
                throw LogError(
                    .invalidArgument,
                    "Schema versions have a gap: from \(last) a step leads \(end). Add the step from \(last).")
            }
            guard !passed.contains(step.to) else {
                let circle = (passed.drop { $0 != step.to } + [step.to]).map(String.init).joined(separator: " to ")
                throw LogError(
                    .invalidArgument, "The steps of schema versions go in a circle, from \(circle): let one lead on.")
            }
            passed.append(step.to)
            path.append(step)
        }
        return path
    }

    /// Makes a payload of a version one of the newest.
    ///
    /// - Throws: `newerFormat` for a version above the newest, naming it; `corrupted` for one below the oldest; what a
    ///   step throws.
    /// - Complexity: O(*n*) in the steps that change something.
    public func upcast(_ payload: inout Payload, from version: Int) throws(LogError) {
        try check(version)
        for change in changes[version - versions.lowerBound] { try change(&payload) }
    }

    /// Whether a step changes payloads of a version that can be read.
    ///
    /// Where none does, whoever decodes by the million may leave ``upcast(_:from:)`` out.
    public func changes(from version: Int) -> Bool {
        versions.contains(version) && !changes[version - versions.lowerBound].isEmpty
    }

    /// Asks whether a version can be read, before its payload is decoded.
    ///
    /// - Throws: `newerFormat` for a version above the newest, naming it; `corrupted` for one below the oldest.
    public func check(_ version: Int) throws(LogError) {
        if versions.contains(version) { return }
        let known = "this program reads \(versions.lowerBound) through \(versions.upperBound)"
        guard version > versions.upperBound else {
            throw LogError(.corrupted, "Schema version \(version) is none that was ever written; \(known).")
        }
        throw LogError(
            .newerFormat,
            "Schema version \(version) is needed, and \(known). Use a version of the program that reads it.")
    }
}
