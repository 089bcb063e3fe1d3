// Reading JSON by RFC 8259: what is a text, what is none, and what the complaint says and where.

import EnrollmentTesting
import Testing

@testable import EnrollmentEngine

@Suite struct `The JSON parser` {

    @Test(arguments: [
        ("null", "null"), ("true", "true"), ("false", "false"), ("0", "0"), ("\"\"", "\"\""), ("[]", "[]"),
        ("{}", "{}"),
        (" \t\n\r[ ]\r\n\t ", "[]"), (" { } ", "{}"), ("[1 , 2,[ 3],{}]", "[1,2,[3],{}]"),
        (#" {"a" : 1 , "b":[true,null] } "#, #"{"a":1,"b":[true,null]}"#), (#"{"":{"":""}}"#, #"{"":{"":""}}"#),
        (#""강의 é 𝄞""#, #""강의 é 𝄞""#), (#"["\"\\\/",1]"#, #"["\"\\/",1]"#),
    ])
    func `reads every kind of value, with blanks around it`(text: String, value: String) throws {
        #expect(try JSONValue.parsing(text).text == value)
    }

    @Test(arguments: [
        "0", "-0", "7", "-1", "10", "9223372036854775807", "-9223372036854775808", "9223372036854775806",
    ])
    func `tells whole numbers that fit into 64 bits from all others`(text: String) throws {
        guard case .integer(let number) = try JSONValue.parsing(text) else {
            Issue.record("\(text) is a whole number")
            return
        }
        #expect(number == Int64(text))
    }

    @Test(arguments: [
        "9223372036854775808", "-9223372036854775809", "18446744073709551616", "92233720368547758070",
        "99999999999999999999999999999999999999999999999", "1.0", "-0.5", "1e3", "1E+3", "12e-3", "0.0e0", "-0e0",
    ])
    func `keeps any other number as it was written`(text: String) throws {
        guard case .otherNumber(let number) = try JSONValue.parsing(text) else {
            Issue.record("\(text) does not fit, or is not whole")
            return
        }
        #expect(number == text)
    }

    @Test(arguments: [
        (#"\" \\ \/ \b \f \n \r \t"#, "\" \\ / \u{8} \u{C} \n \r \t"), (#"\u0041\u00e9\u00C9"#, "AéÉ"),
        (#"\uD834\uDD1E"#, "\u{1D11E}"), (#"\ud800\udc00\uDBFF\uDFFF"#, "\u{10000}\u{10FFFF}"),
        (#"\u0000"#, "\0"), (#"\uFFFF\ud7ff\ue000"#, "\u{FFFF}\u{D7FF}\u{E000}"), (#"\\u0041"#, "\\u0041"),
        ("\u{7F}\u{80}\u{2028}\u{FEFF}", "\u{7F}\u{80}\u{2028}\u{FEFF}"), (#"김\n하늘"#, "김\n하늘"),
        (#"e\u0301"#, "e\u{301}"),
    ])
    func `reads every escape, and pairs of surrogates as one character`(content: String, expected: String) throws {
        guard case .string(let text) = try JSONValue.parsing("\"\(content)\"") else {
            Issue.record("\(content) is a text")
            return
        }
        // Not by ==, to which a letter with an accent is the same in one piece or two.
        #expect(Array(text.unicodeScalars) == Array(expected.unicodeScalars))
    }

    @Test(arguments: [
        ("", 0, "expected a value, but the line ends"), ("  ", 2, "expected a value, but the line ends"),
        ("nul", 0, "expected a value, found 'n'"), ("nulL", 0, "expected a value, found 'n'"),
        ("[tru]", 1, "expected a value, found 't'"), ("True", 0, "expected a value, found 'T'"),
        ("fals", 0, "expected a value, found 'f'"), ("'a'", 0, "expected a value, found '''"),
        ("[1,]", 3, "expected a value, found ']'"), ("[,1]", 1, "expected a value, found ','"),
        ("[1 2]", 3, "expected a comma or a closing bracket, found '2'"),
        ("[1", 2, "expected a comma or a closing bracket, but the line ends"),
        ("[", 1, "expected a value, but the line ends"), ("+1", 0, "expected a value, found '+'"),
        (".5", 0, "expected a value, found '.'"), ("NaN", 0, "expected a value, found 'N'"),
        ("{1:2}", 1, "expected a field name in quotes, found '1'"),
        ("{", 1, "expected a field name in quotes, but the line ends"),
        (#"{"a":1,}"#, 7, "expected a field name in quotes, found '}'"),
        (#"{"a" 1}"#, 5, "expected a colon, found '1'"), (#"{"a""#, 4, "expected a colon, but the line ends"),
        (#"{"a":}"#, 5, "expected a value, found '}'"),
        (#"{"a":1 "b":2}"#, 7, "expected a comma or a closing brace, found '\"'"),
        (#"{"a":1"#, 6, "expected a comma or a closing brace, but the line ends"),
        ("{} {}", 3, "expected the end of the line, found '{'"), ("1 ]", 2, "expected the end of the line, found ']'"),
        ("{}\u{0}", 2, "expected the end of the line, found byte 0x0"),
        ("é", 0, "expected a value, found byte 0xC3"), ("\u{FEFF}{}", 0, "expected a value, found byte 0xEF"),
        ("[1]//", 3, "expected the end of the line, found '/'"), ("\u{B}1", 0, "expected a value, found byte 0xB"),
    ])
    func `says what was expected, what it found, and where`(text: String, offset: Int, reason: String) {
        expect(text, offset, reason)
    }

    @Test(arguments: [
        ("-", 1, "expected a digit, but the line ends"), ("-a", 1, "expected a digit, found 'a'"),
        ("--1", 1, "expected a digit, found '-'"), ("01", 0, "a number begins with 0"),
        ("-00", 1, "a number begins with 0"), ("[0123]", 1, "a number begins with 0"),
        ("1.", 2, "expected a digit, but the line ends"), ("1.e2", 2, "expected a digit, found 'e'"),
        ("1e", 2, "expected a digit, but the line ends"), ("1e+", 3, "expected a digit, but the line ends"),
        ("1E-x", 3, "expected a digit, found 'x'"), ("1e+-2", 3, "expected a digit, found '-'"),
        ("1.2.3", 3, "expected the end of the line, found '.'"), ("0x10", 1, "expected the end of the line, found 'x'"),
        ("1_000", 1, "expected the end of the line, found '_'"), ("-Infinity", 1, "expected a digit, found 'I'"),
    ])
    func `refuses what looks like a number and is none`(text: String, offset: Int, reason: String) {
        expect(text, offset, reason)
    }

    @Test(arguments: [
        (#"["a"#, 1, "this text has no closing quote"), (#"["a\"]"#, 1, "this text has no closing quote"),
        (#""\"#, 0, "this text has no closing quote"),
        ("\"a\nb\"", 2, "a control character (byte 0xA) needs an escape"),
        ("\"\u{0}\"", 1, "a control character (byte 0x0) needs an escape"),
        ("\"a\u{1F}\"", 2, "a control character (byte 0x1F) needs an escape"),
        (#""ab\x""#, 3, "this escape has no meaning"), (#""\U0041""#, 1, "this escape has no meaning"),
        ("\"\\\n\"", 1, "this escape has no meaning"), (#""\é""#, 1, "this escape has no meaning"),
        (#""\u12""#, 1, "this escape has no meaning"), (#""\u12g4""#, 1, "this escape has no meaning"),
        (#""\u00１1""#, 1, "this escape has no meaning"), (#""\uD834""#, 1, "this escape has no meaning"),
        (#""\uD834abcdef""#, 1, "this escape has no meaning"), (#""\uD834\n12345""#, 1, "this escape has no meaning"),
        (#""\uD834\u0041""#, 1, "this escape has no meaning"), (#""\uD834\uD834""#, 1, "this escape has no meaning"),
        (#""\uDD1E""#, 1, "this escape has no meaning"), (#""\uD834\u00g1""#, 1, "this escape has no meaning"),
        (#""a\uDD1E\uD834""#, 2, "this escape has no meaning"), (#""\u+041""#, 1, "this escape has no meaning"),
        (#"{"a\q":1}"#, 3, "this escape has no meaning"),
    ])
    func `refuses a text with a control, half a surrogate pair or an unknown escape`(
        text: String, offset: Int, reason: String
    ) {
        expect(text, offset, reason)
    }

    @Test(
        arguments: [
            [0x80], [0xFF], [0xC0, 0xAF], [0xC3], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
            [0xF0, 0x80, 0x80, 0xAF], [0x41, 0xC3, 0x28],
        ] as [[UInt8]])
    func `refuses bytes that are not UTF-8, with and without an escape beside them`(bytes: [UInt8]) {
        for escape in ["", "\\n"] {
            let line = Array("[\"\(escape)".utf8) + bytes + Array("\"]".utf8)
            let error = #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(line[...]) }
            #expect(error?.offset == 1)
            #expect(error?.reason == "this text is not valid UTF-8")
        }
        let bare = #expect(throws: JSONSyntaxError.self) { try JSONParser.parse((Array("[ ".utf8) + bytes)[...]) }
        #expect(bare?.offset == 2)
    }

    @Test(arguments: ["[", #"{"a":"#])
    func `goes sixteen levels deep and no deeper`(opening: String) throws {
        let closing = opening == "[" ? "]" : "}"
        func nested(_ levels: Int, around inner: String) -> String {
            String(repeating: opening, count: levels) + inner + String(repeating: closing, count: levels)
        }
        _ = try JSONValue.parsing(nested(15, around: "1"))
        expect(nested(16, around: "1"), 16 * opening.utf8.count, "more than 16 levels of nesting")
        // However deep it goes: the stack has an end.
        expect(
            String(repeating: opening, count: 200_000), 16 * opening.utf8.count, "more than 16 levels of nesting")
    }

    @Test func `refuses a field that stands twice in one object, and not one that stands in two`() throws {
        #expect(try JSONValue.parsing(#"{"a":{"a":1},"b":[{"a":2},{"a":3}]}"#)["a"]?.text == #"{"a":1}"#)
        expect(#"{"a":1,"b":2,"a":1}"#, 13, #"the field "a" stands here twice"#)
        expect(#"{"a":1, "\u0061":2}"#, 8, #"the field "a" stands here twice"#)
        // An accent in one piece and in two looks the same: whoever reads the complaint cannot tell them apart.
        expect(#"{"é":1,"e\u0301":2}"#, 8, "the field \"e\u{301}\" stands here twice")
        let long = String(repeating: "x", count: 50)
        let shown = String(repeating: "x", count: 40) + "…"
        expect(#"{"\#(long)":1,"\#(long)":1}"#, 56, #"the field "\#(shown)" stands here twice"#)
    }

    @Test func `takes 64 fields in an object and not one more`() throws {
        func object(_ count: Int) -> String { "{" + (0..<count).map { "\"\($0)\":0" }.joined(separator: ",") + "}" }
        #expect(try JSONValue.parsing(object(64)).names.count == 64)
        expect(object(65), object(65).utf8.count - 1, "more than 64 fields in one object")
    }

    @Test func `remembers where the value of each field begins`() throws {
        guard case .object(let members) = try JSONValue.parsing(#" {"é": 1,"b" :  [2]}"#) else {
            Issue.record("it is an object")
            return
        }
        #expect(members.map(\.offset) == [8, 17])
    }

    @Test(arguments: [
        ("null", "null"), ("true", "true"), ("-3", "-3"), ("1.50", "the number 1.50"), ("1E2", "the number 1E2"),
        ("9223372036854775808", "9223372036854775808, which does not fit into 64 bits"), ("[1]", "an array"),
        ("{}", "an object"), (#""a""#, #"the text "a""#),
    ])
    func `tells in a complaint what a value is`(text: String, kind: String) throws {
        #expect(try JSONValue.parsing(text).kind == kind)
    }

    @Test func `shows no more than the beginning of a long text or number`() throws {
        let forty = String(repeating: "7", count: 40)
        #expect(try JSONValue.parsing("\"\(forty)\"").kind == "the text \"\(forty)\"")
        #expect(try JSONValue.parsing("\"\(forty)8\"").kind == "the text \"\(forty)…\"")
        #expect(try JSONValue.parsing("\(forty)777").kind == "\(forty)…, which does not fit into 64 bits")
        // One letter, and marks on it without end.
        let marked = "a" + String(repeating: "\u{301}", count: 100_000)
        #expect(marked.count == 1)
        #expect(try JSONValue.parsing("\"\(marked)\"").kind.utf8.count < 120)
    }

    private func expect(_ text: String, _ offset: Int, _ reason: String, at place: SourceLocation = #_sourceLocation) {
        let error = #expect(throws: JSONSyntaxError.self, sourceLocation: place) { try JSONValue.parsing(text) }
        #expect(error?.offset == offset, "\(text.prefix(80))", sourceLocation: place)
        #expect(error?.reason == reason, "\(text.prefix(80))", sourceLocation: place)
    }
}
