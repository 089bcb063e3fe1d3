// Sealed texts without keys: for the rules a seal is nothing but an owner, a digest and bytes that never repeat.

import Enrollment

extension CommandGenerator {
    /// The command as an engine would give it to the rules, where this history seals.
    ///
    /// What is wrong with a text shows before it is sealed, so such a command stays as it is.
    mutating func sealed(_ command: Command) -> Command {
        guard sealsTexts, command.hasPersonalText, let stored = try? command.inStoredForm() else { return command }
        return stored.replacingPersonalTexts { text, field in
            guard let plain = text.plain else { return text }
            let box = (0..<28).map { _ in UInt8(random.below(256)) }
            return .sealed(SealedText(owner: 1, digest: field == .email ? digest(of: plain) : [], box: box))
        }
    }

    /// The same for the same address, whatever the history: FNV-1a, four times from other beginnings.
    private func digest(of address: String) -> [UInt8] {
        (0..<UInt64(4)).flatMap { part in
            var hash = 0xCBF2_9CE4_8422_2325 &+ part
            for byte in address.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
            return withUnsafeBytes(of: hash.littleEndian) { Array($0) }
        }
    }
}
