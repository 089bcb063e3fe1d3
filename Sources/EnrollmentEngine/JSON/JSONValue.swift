// A parsed JSON text, with the place of every part, so that a complaint can name it.

/// One JSON value.
///
/// Whole numbers that fit are told apart from all others here, because no field of a command has a fraction.
enum JSONValue {
    case null
    case bool(Bool)
    case integer(Int64)
    /// Any other number, as it was written.
    case otherNumber(String)
    case string(String)
    case array([JSONValue])
    case object([Member])

    /// A field of an object, with the offset of its value.
    struct Member {
        let name: String
        let value: JSONValue
        let offset: Int
    }

    /// What it is, in a complaint.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .otherNumber(let text):
            text.utf8.contains { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") }
                ? "the number \(excerpt(text))" : "\(excerpt(text)), which does not fit into 64 bits"
        case .string(let text): "the text \"\(excerpt(text))\""
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// The beginning of a text from outside, for a complaint.
///
/// Counted in scalars: a single character may carry marks without end.
func excerpt(_ text: String) -> String {
    let head = text.unicodeScalars.prefix(40)
    return head.endIndex == text.endIndex ? text : String(head) + "…"
}

/// Why a text is no JSON.
struct JSONSyntaxError: Error {
    /// Bytes before the place.
    let offset: Int
    let reason: String
}
