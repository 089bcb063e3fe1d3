// How far proofs go: in every build, and in a long run.

import ArgumentParser

/// A scale of all proofs.
enum Tier: String, ExpressibleByArgument, CaseIterable, Sendable {
    /// What every build must reach, whatever time it takes.
    case ci
    /// What a long run aims at, as far as its time reaches.
    case long
}

/// How far a proof goes at each scale.
struct Figures: Sendable {
    private let small: Int
    private let large: Int

    init(_ small: Int, _ large: Int) {
        self.small = small
        self.large = large
    }

    subscript(tier: Tier) -> Int { tier == .ci ? small : large }
}
