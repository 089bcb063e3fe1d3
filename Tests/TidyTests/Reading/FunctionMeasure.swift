// Finds functions in masked code and counts their lines.

/// A function, initialiser, subscript or computed property, from its keyword to its closing brace.
struct MeasuredFunction: Equatable {
    let line: Int
    let lineCount: Int
}

/// Counts braces, so it is right for any code that compiles, however it is laid out.
struct FunctionMeasure {
    private let lines: [[UInt8]]

    init(_ file: TextFile) {
        lines = file.lines.map { Array($0.code.utf8) }
    }

    static func functions(in file: TextFile) -> [MeasuredFunction] {
        let measure = FunctionMeasure(file)
        return file.lines.compactMap { line in
            guard let keyword = keyword(in: line.code),
                let end = measure.lastLine(from: line.number - 1, isVariable: keyword == "var")
            else { return nil }
            return MeasuredFunction(line: line.number, lineCount: end - line.number + 2)
        }
    }

    private static func keyword(in code: String) -> Substring? {
        code.words.first { word in
            switch word.text {
            case "func", "deinit", "var": true
            case "init", "subscript": word.previous != "." && word.next.map { "(<?!".contains($0) } ?? false
            default: false
            }
        }?.text
    }

    /// The index of the line with the closing brace; nil where there is no body.
    ///
    /// Braces within the parentheses of the head belong to default arguments. An assignment before the body
    /// makes a variable a stored one.
    private func lastLine(from start: Int, isVariable: Bool) -> Int? {
        var brackets = 0
        var braces = 0
        for index in start..<lines.count {
            for byte in lines[index] {
                switch byte {
                case UInt8(ascii: "("), UInt8(ascii: "["): brackets += 1
                case UInt8(ascii: ")"), UInt8(ascii: "]"): brackets -= 1
                case UInt8(ascii: "{") where braces > 0 || brackets == 0: braces += 1
                case UInt8(ascii: "}") where braces > 0:
                    braces -= 1
                    if braces == 0 { return index }
                case UInt8(ascii: "=") where isVariable && braces == 0 && brackets == 0: return nil
                default: break
                }
            }
            if braces == 0, brackets <= 0, !headGoesOn(at: index + 1) { return nil }
        }
        return nil
    }

    private func headGoesOn(at index: Int) -> Bool {
        guard index < lines.count else { return false }
        let code = String(decoding: lines[index], as: UTF8.self).trimmed
        return ["{", "->", "async", "throws", "where "].contains(where: code.hasPrefix)
    }
}
