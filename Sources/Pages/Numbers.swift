// Numbers as people read them, in pages that need no script.

/// Digits in groups of three, with thin blanks between them.
package func grouped(_ value: Int) -> String {
    let digits = String(value.magnitude)
    var text = ""
    for (index, digit) in digits.enumerated() {
        if index > 0 && (digits.count - index) % 3 == 0 { text.append("\u{202F}") }
        text.append(digit)
    }
    return value < 0 ? "−" + text : text
}

/// A number with so many digits after the point.
package func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite, value.magnitude < 1e15 else { return "–" }
    var scale = 1
    for _ in 0..<digits { scale *= 10 }
    let whole = Int((value.magnitude * Double(scale)).rounded())
    let sign = value < 0 && whole > 0 ? "−" : ""
    guard digits > 0 else { return sign + String(whole) }
    let rest = String(whole % scale)
    return sign + String(whole / scale) + "." + String(repeating: "0", count: digits - rest.count) + rest
}

/// A time with its unit: `840 ns`, `94 µs`, `1.24 ms`, `2.1 s`.
package func readableTime(_ nanoseconds: Int64) -> String {
    let value = Double(nanoseconds)
    switch nanoseconds {
    case ..<1000: return "\(nanoseconds) ns"
    case ..<1_000_000: return fixed(value / 1e3, value < 1e4 ? 1 : 0) + " µs"
    case ..<1_000_000_000: return fixed(value / 1e6, value < 1e7 ? 2 : value < 1e8 ? 1 : 0) + " ms"
    default: return fixed(value / 1e9, value < 1e10 ? 2 : 1) + " s"
    }
}

/// A power of ten nanoseconds, as an axis names it: `100 µs`.
package func roundTime(_ nanoseconds: Int64) -> String {
    switch nanoseconds {
    case ..<1000: "\(nanoseconds) ns"
    case ..<1_000_000: "\(nanoseconds / 1000) µs"
    case ..<1_000_000_000: "\(nanoseconds / 1_000_000) ms"
    default: "\(nanoseconds / 1_000_000_000) s"
    }
}

/// A count that fits on an axis: `950`, `12k`, `1.5M`.
package func short(_ value: Double) -> String {
    func cut(_ value: Double, _ unit: String) -> String {
        let text = fixed(value, 1)
        return (text.hasSuffix(".0") ? String(text.dropLast(2)) : text) + unit
    }
    if value >= 1e6 { return cut(value / 1e6, "M") }
    if value >= 1e4 { return cut(value / 1e3, "k") }
    return cut(value, "")
}

/// Text that a page shows as it is.
///
/// By scalars, as a browser reads it: a character may be a letter that joins a `<` to itself.
package func escaped(_ text: String) -> String {
    var page = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        switch scalar {
        case "&": page.append(contentsOf: "&amp;".unicodeScalars)
        case "<": page.append(contentsOf: "&lt;".unicodeScalars)
        case ">": page.append(contentsOf: "&gt;".unicodeScalars)
        case "\"": page.append(contentsOf: "&quot;".unicodeScalars)
        default: page.append(scalar)
        }
    }
    return String(page)
}
