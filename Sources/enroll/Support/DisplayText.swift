// Text from outside, made fit for a terminal: nothing in it can move the cursor, and its width is known.

extension String {
    /// The text with everything that a terminal would obey, or that would hide or reorder its neighbours, written out.
    ///
    /// Line feed, carriage return and tab become `\n`, `\r`, `\t`; other controls, the line separators and the
    /// bidirectional controls become `\u{1B}`; a backslash stays, so that ordinary text reads as it was typed.
    var neutralised: String {
        // Most text is of visible ASCII, and decoding it would be most of the work.
        if utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return self }
        guard unicodeScalars.contains(where: \.isDangerous) else { return self }
        var text = ""
        text.reserveCapacity(utf8.count + 16)
        for scalar in unicodeScalars {
            guard scalar.isDangerous else {
                text.unicodeScalars.append(scalar)
                continue
            }
            switch scalar {
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            default: text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            }
        }
        return text
    }

    /// Columns that a terminal gives the text: two for Hangul, kana, ideographs and emoji, none for combining marks.
    var displayWidth: Int {
        if utf8.allSatisfy({ $0 < 0x80 }) { return utf8.count }
        return reduce(0) { $0 + $1.displayWidth }
    }

    /// The text cut to `columns`, with an ellipsis where something was cut.
    func truncated(toColumns columns: Int) -> String {
        // Any text of no more bytes than columns fits, and most do.
        guard utf8.count > columns, displayWidth > columns else { return self }
        var text = ""
        var width = 0
        for character in self {
            guard width + character.displayWidth <= columns - 1 else { break }
            text.append(character)
            width += character.displayWidth
        }
        return text + "…"
    }

    /// The text shortened to at most `limit` characters without looking at the rest, for error messages.
    func shortened(to limit: Int = 60) -> String {
        let head = prefix(limit)
        return head.endIndex == endIndex ? self : head + "…"
    }
}

/// `1 segment`, `2 segments`.
func counted(_ count: some BinaryInteger, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
}

extension Unicode.Scalar {
    fileprivate var isDangerous: Bool {
        switch value {
        case 0x00..<0x20, 0x7F..<0xA0, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }

    fileprivate var isWide: Bool {
        switch value {
        // Hangul jamo, CJK and its punctuation, kana, Hangul syllables, compatibility forms, full-width forms, emoji
        // and the supplementary ideographs: the ranges of East Asian Width W and F that occur in names and titles.
        case 0x1100...0x115F, 0x231A...0x231B, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
            0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }
}

extension Character {
    fileprivate var displayWidth: Int {
        guard let scalar = unicodeScalars.first else { return 0 }
        if scalar.isWide { return 2 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return 1
        }
    }
}
