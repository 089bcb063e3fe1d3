// Base64 in the one spelling that notes use: RFC 4648, section 4, padded, and no other text for the same bytes.

internal import Foundation

enum Base64 {
    static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

    /// The bytes; `nil` for whatever encoding them again would not give back.
    static func decode(_ text: String) -> [UInt8]? {
        guard let data = Data(base64Encoded: text), data.base64EncodedString() == text else { return nil }
        return Array(data)
    }
}
