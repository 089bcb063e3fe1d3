// What fits on a screen and in a head.

extension Rule {
    static let sizeRules = [fileSize, lineSize, functionSize]

    static let fileSize = Rule("a Swift file has at most 400 lines", covers: \.isSwift) { file, _ in
        file.lines.count <= 400 ? [] : [Finding(line: 401, detail: "\(file.lines.count) lines")]
    }

    static let lineSize = Rule("a line of code has at most 120 columns", covers: \.isCode) { line in
        line.text.count > 120
    }

    static let functionSize = Rule("a function has at most 70 lines", covers: \.isSwift) { file, _ in
        FunctionMeasure.functions(in: file).filter { $0.lineCount > 70 }.map { function in
            Finding(line: function.line, detail: "\(function.lineCount) lines")
        }
    }
}
