// Randomness that a seed repeats exactly, on every platform and in every version.

/// A small seeded generator: SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
/// 2014).
///
/// For tests; nothing secret may depend on it.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Makes a generator: the same seed gives the same numbers.
    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, but not, `bound`; `bound` must be positive.
    ///
    /// The remainder's bias is below bound / 2⁶⁴, which no test can see, and it costs one draw, so that a sequence
    /// does not depend on the standard library's own method.
    public mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// True in `count` of `total` cases.
    public mutating func chance(_ count: Int, in total: Int) -> Bool { below(total) < count }

    /// One of `choices`, which must not be empty.
    public mutating func pick<Choice>(_ choices: [Choice]) -> Choice { choices[below(choices.count)] }
}
