// What a comment must say, and what it must not.

extension Rule {
    static let commentRules = [openingComment, nothingPutOff]

    static let openingComment = Rule(
        "a source opens with a comment on its role", covers: { $0.isSwift && $0.isIn("Sources") }
    ) { file, _ in
        let opening = file.lines.first?.comment ?? ""
        let words = opening.drop { $0 == "/" }
        return opening.hasPrefix("//") && !opening.hasPrefix("///") && words.contains(where: \.isLetter)
            ? [] : [Finding(line: 1, detail: file.lines.first?.text ?? "the file is empty")]
    }

    static let nothingPutOff = Rule("nothing is put off in a comment", covers: \.isCode) { line in
        let words = ["FIXME", "TODO", "XXX"]
        return words.contains { line.code.hasWord($0) || line.comment.hasWord($0) }
    }
}
