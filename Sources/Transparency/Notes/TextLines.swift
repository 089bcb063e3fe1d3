// Lines of text from outside, by bytes: nothing is taken for equal that is not the same.

extension [UInt8] {
    /// The text; `nil` where it is no UTF-8, or holds a control character other than a line feed.
    var noteText: String? {
        guard !contains(where: { $0 < 0x20 && $0 != 0x0A }) else { return nil }
        return String(validating: self, as: UTF8.self)
    }
}

extension String {
    /// The lines, each without its line feed; `nil` where the last one has none.
    var lines: [String]? {
        guard utf8.last == 0x0A else { return nil }
        return Array(utf8.dropLast()).split(separator: 0x0A, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// The rest of the text behind a beginning of the same bytes.
    func rest(behind beginning: String) -> String? {
        guard utf8.starts(with: beginning.utf8) else { return nil }
        return String(decoding: Array(utf8.dropFirst(beginning.utf8.count)), as: UTF8.self)
    }
}

extension Int64 {
    /// Reads a number in decimal without sign or leading zeros; anything else gives `nil`.
    init?(plainDecimal text: String) {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            text == "0" || text.utf8.first != 0x30, let number = Int64(text)
        else { return nil }
        self = number
    }
}
