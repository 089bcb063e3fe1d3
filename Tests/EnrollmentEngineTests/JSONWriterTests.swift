// Writing JSON: commas where they belong, and nothing that a terminal or a reader of lines would obey.

import EnrollmentTesting
import Testing

@testable import EnrollmentEngine

@Suite struct `The JSON writer` {

    @Test func `sets commas and brackets`() {
        var writer = JSONWriter()
        writer.openObject()
        writer.field("a", 1)
        writer.field("b", Int64.min)
        writer.openArray("c")
        writer.openObject()
        writer.closeObject()
        writer.openObject()
        writer.field("d", true)
        writer.field("e", false)
        writer.closeObject()
        writer.openArray()
        writer.closeArray()
        writer.closeArray()
        writer.null("f")
        writer.openObject("g")
        writer.field(named: "h\"", "i")
        writer.field(named: "j", -1)
        writer.closeObject()
        writer.closeObject()
        writer.endLine()
        writer.openObject()
        writer.closeObject()
        let text = #"{"a":1,"b":-9223372036854775808,"c":[{},{"d":true,"e":false},[]],"f":null,"g":{"h\"":"i","j":-1}}"#
        #expect(String(decoding: writer.bytes, as: UTF8.self) == text + "\n{}")
    }

    @Test(arguments: [
        ("", ""), ("a\"b\\c/d", #"a\"b\\c/d"#), ("\n\r\t", #"\n\r\t"#),
        ("\0\u{1}\u{8}\u{C}\u{1F}", #"\u0000\u0001\u0008\u000c\u001f"#),
        ("\u{7F}\u{80}\u{85}\u{9F}\u{A0}", "\\u007f\\u0080\\u0085\\u009f\u{A0}"),
        ("\u{2028}\u{2029}\u{202E}\u{FEFF}", #"\u2028\u2029\u202e\ufeff"#),
        ("김하늘 é 𝄞", "김하늘 é 𝄞"), ("\u{61C}", #"\u061c"#),
    ])
    func `escapes what it must`(text: String, written: String) {
        #expect(quoted(text) == "\"\(written)\"")
    }

    @Test func `escapes every control and every mark of direction, and no other character`() throws {
        for value in UInt32(0)...0xFFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let properties = scalar.properties
            let isObeyed: Bool
            switch properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: isObeyed = true
            default: isObeyed = properties.isBidiControl || value == 0xFEFF
            }
            guard isObeyed || value % 7 == 0 || scalar == "\"" || scalar == "\\" else { continue }
            let text = quoted("a\(scalar)b")
            let isEscaped = text != "\"a\(scalar)b\""
            #expect(isEscaped == (isObeyed || scalar == "\"" || scalar == "\\"), "U+\(hexadecimal(value))")
            #expect(!text.utf8.contains { $0 < 0x20 || $0 == 0x7F })
            #expect(try JSONValue.parsing(text).text == JSONValue.string("a\(scalar)b").text)
        }
    }

    private func quoted(_ text: String) -> String {
        var writer = JSONWriter()
        writer.openObject()
        writer.field("a", text)
        return String(String(decoding: writer.bytes, as: UTF8.self).dropFirst(5))
    }
}
