// The measure of functions is right for every shape that a declaration takes.

import Testing

@Suite struct `The measure of functions` {
    @Test func `counts from the keyword to the closing brace`() {
        #expect(
            measured("@Test\nfunc f() {\n    if a {\n        b()\n    }\n}\nlet x = 1\n") == [
                .init(line: 2, lineCount: 5)
            ])
    }

    @Test func `counts a head of many lines`() {
        let source = """
            func f<A>(
                a: A, b: () -> Void = { g() }
            ) async throws(E) -> [A]
            where A: B {
                a
            }
            """
        #expect(measured(source) == [.init(line: 1, lineCount: 6)])
    }

    @Test func `is not misled by braces in strings, comments and closures`() {
        let source = "init() {\n    a(\"{\") { b }  // {\n    c({ d })\n    /* } */\n}\n"
        #expect(measured(source) == [.init(line: 1, lineCount: 5)])
    }

    @Test func `counts computed properties, not stored ones`() {
        let source = "var a: Int {\n    1\n}\nvar b: Int = {\n    1\n}()\nvar c = [\n    { 1 },\n]\nvar d: Int { 1 }\n"
        #expect(measured(source) == [.init(line: 1, lineCount: 3), .init(line: 10, lineCount: 1)])
    }

    @Test func `passes over requirements, which have no body`() {
        let source = "protocol P {\n    func a()\n    init(b: Int)\n    var c: Int { get }\n    func d() {\n    }\n}\n"
        #expect(measured(source) == [.init(line: 4, lineCount: 1), .init(line: 5, lineCount: 2)])
    }

    @Test func `sees initialisers, subscripts and nested functions, not calls`() {
        let source = """
            init?(a: Int) {
                self.init(b: a)
                func c() {
                    d()
                }
            }
            subscript(e: Int) -> Int {
                .init(e)
            }
            deinit { f() }
            """
        let expected = [(1, 6), (3, 3), (7, 3), (10, 1)].map { MeasuredFunction(line: $0, lineCount: $1) }
        #expect(measured(source) == expected)
    }

    private func measured(_ source: String) -> [MeasuredFunction] {
        FunctionMeasure.functions(in: TextFile(path: "A.swift", text: source))
    }
}
