// Looking for words in a line of code.

extension String {
    var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(self[first...lastIndex { !$0.isWhitespace }!])
    }

    /// The runs of letters, digits and underscores, in order.
    var words: [Word] {
        var words: [Word] = []
        var previous: Character?
        var rest = self[...]
        while let start = rest.firstIndex(where: \.isPartOfWord) {
            if start > rest.startIndex { previous = rest[rest.index(before: start)] }
            let text = rest[start...].prefix(while: \.isPartOfWord)
            rest = rest[text.endIndex...]
            words.append(Word(text: text, previous: previous, next: rest.first))
            previous = text.last
        }
        return words
    }

    func hasWord(_ word: String) -> Bool {
        // Most lines lack it, and words are dear.
        contains(word) && words.contains { $0.text == word }
    }
}

extension Character {
    fileprivate var isPartOfWord: Bool { isLetter || isNumber || self == "_" }
}

/// A word and the characters beside it.
struct Word {
    let text: Substring
    let previous: Character?
    let next: Character?

    var isCalled: Bool { next == "(" }

    /// The verb that a name in lower camel case begins with.
    var verb: Substring { text.prefix { $0.isLowercase } }
}
