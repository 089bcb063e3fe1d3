// The ids of an import's commands: made from what the input says, so that the same input always gives the same ids.

import EventLog

/// Derives a command's id from the row that asks for it.
///
/// The shape is a version 8 UUID (RFC 9562, "custom"): 122 bits of two multiplicative hashes over the same bytes, the
/// first FNV-1a, each finished by the mixer of SplitMix64. That tells the rows of honest input apart; it is no defence
/// against someone who constructs two rows of one id, who gains nothing but that the second is passed over.
struct ImportID {
    private var high: UInt64 = 0xCBF2_9CE4_8422_2325
    private var low: UInt64 = 0x9AE1_6A3B_2F90_404F

    /// - Parameters:
    ///   - kind: the import, such as `oulad`.
    ///   - verb: what the command does with the row; one row may ask for several.
    init(kind: String, verb: String) {
        add(kind)
        add(verb)
    }

    /// Adds a field, with its length, so that no two lists of fields run together into the same bytes.
    mutating func add(_ field: String) {
        add(UInt64(field.utf8.count))
        for byte in field.utf8 { add(byte) }
    }

    mutating func add(_ number: Int) { add(UInt64(bitPattern: Int64(number))) }

    var commandID: CommandID {
        CommandID(
            high: Self.mixed(high) & 0xFFFF_FFFF_FFFF_0FFF | 0x0000_0000_0000_8000,
            low: Self.mixed(low ^ high) & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
    }

    /// The id of a verb on a row, and of the n-th of several such.
    static func of(_ kind: String, _ verb: String, _ fields: [String], occurrence: Int, ordinal: Int = 0) -> CommandID {
        var id = ImportID(kind: kind, verb: verb)
        for field in fields { id.add(field) }
        id.add(occurrence)
        id.add(ordinal)
        return id.commandID
    }

    private mutating func add(_ number: UInt64) {
        for shift in stride(from: 0, to: 64, by: 8) { add(UInt8(truncatingIfNeeded: number >> UInt64(shift))) }
    }

    private mutating func add(_ byte: UInt8) {
        high = (high ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        // Another order of the two steps and another odd factor: the lanes do not collide together.
        low = (low &* 0x9E37_79B9_7F4A_7C15) ^ UInt64(byte) ^ (low >> 29)
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        var value = value &+ 0x9E37_79B9_7F4A_7C15
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

extension CommandID {
    /// Whether the id has the shape that imports give: version 8.
    var isMadeByImport: Bool { high & 0xF000 == 0x8000 }
}
