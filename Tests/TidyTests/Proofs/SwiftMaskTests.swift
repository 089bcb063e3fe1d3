// The mask tells code from what only looks like it.

import Testing

@Suite struct `The mask of a Swift source` {
    @Test(arguments: [
        (#"let a = "x // y" + b"#, #"let a = "      " + b"#),
        (#"let a = "\"x\"" + b"#, #"let a = "     " + b"#),
        (##"let a = #"x " \y"# + b"##, ##"let a = #"      "# + b"##),
        (#"let a = "x \(f("y", (1))) z" + b"#, #"let a = "   (f(" ", (1)))  " + b"#),
        (#"func `a "b" // c`() { d }"#, #"func `          `() { d }"#),
        ("a /* b /* c */ d */ e", "a                   e"),
        ("a / b // c", "a / b     "),
        ("#if a && #available(b)", "#if a && #available(b)"),
        ("let a = #/x\"y/# + b", "let a = #/   /# + b"),
    ])
    func `keeps code and blanks the rest`(source: String, code: String) {
        #expect(TextFile(path: "A.swift", text: source).lines.map(\.code) == [code])
    }

    @Test func `blanks a string of many lines and keeps the lines apart`() {
        let source = "let a = \"\"\"\n    x \"quoted\" // y\n    \\(b)\n    \"\"\" + c\nd\n"
        let lines = TextFile(path: "A.swift", text: source).lines
        #expect(lines.map(\.code.trimmed) == [#"let a = """"#, "", "(b)", #"""" + c"#, "d"])
    }

    @Test func `ends an unclosed string with its line`() {
        let lines = TextFile(path: "A.swift", text: "a \"b\nc\n").lines
        #expect(lines.map(\.code.trimmed) == ["a \"", "c"])
    }

    @Test func `hands out comments alone`() {
        let lines = TextFile(path: "A.swift", text: "a  // b \"c\"\n\"// d\"\n/* e\n f */ g\n").lines
        #expect(lines.map(\.comment) == ["// b \"c\"", "", "/* e", "f */"])
    }
}
