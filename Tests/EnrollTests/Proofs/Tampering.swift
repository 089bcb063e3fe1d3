// Everything that somebody may try with evidence, one change each; no verifier may accept any of them.

/// A change of evidence.
struct Tampering: Sendable, CustomStringConvertible {
    let description: String
    /// Whether it is the key that was changed, so that our program says that it cannot check.
    let isOfKey: Bool
    let apply: @Sendable (inout Evidence) -> Void

    init(_ description: String, isOfKey: Bool = false, _ apply: @escaping @Sendable (inout Evidence) -> Void) {
        self.description = description
        self.isOfKey = isOfKey
        self.apply = apply
    }

    /// Of a signed checkpoint: lines 0 to 2 origin, size, root, 3 empty, 4 the signature.
    static let ofCheckpoint = [
        Tampering("another origin") { $0.checkpoint.change(line: 0) { $0 + "x" } },
        Tampering("a space behind the origin") { $0.checkpoint.change(line: 0) { $0 + " " } },
        Tampering("a larger size") { $0.checkpoint.change(line: 1) { $0 + "0" } },
        Tampering("a smaller size") { $0.checkpoint.change(line: 1) { _ in "8" } },
        Tampering("another root") { $0.checkpoint.change(line: 2) { $0.withOtherCharacter(0) } },
        Tampering("the root of another log") { $0.checkpoint.replace(line: 2, with: $0.rivalCheckpoint) },
        Tampering("a line more") { $0.checkpoint.change(line: 2) { $0 + "\nmore" } },
        Tampering("a line less") { $0.checkpoint.remove(line: 1) },
        Tampering("lines in another order") { $0.checkpoint.swapLines(1, 2) },
        Tampering("another signature") { $0.checkpoint.change(line: 4) { $0.withOtherCharacter(40) } },
        Tampering("the signature of the older checkpoint") { $0.checkpoint.replace(line: 4, with: $0.old) },
        Tampering("the signature of another log's checkpoint") {
            $0.checkpoint.replace(line: 4, with: $0.rivalCheckpoint)
        },
        Tampering("another key of the same name", isOfKey: true) { $0.key = $0.otherKey },
    ]

    /// Of a proof of inclusion: 0 its kind, 1 the index, from 2 the hashes; from `note` on the checkpoint.
    static let ofInclusion =
        [
            Tampering("a hash changed") { $0.inclusion.change(line: 2) { $0.withOtherCharacter(3) } },
            Tampering("the last hash changed") { evidence in
                evidence.inclusion.change(line: evidence.inclusion.note - 2) { $0.withOtherCharacter(9) }
            },
            Tampering("a hash left out") { $0.inclusion.remove(line: 3) },
            Tampering("a hash twice") { $0.inclusion.change(line: 3) { $0 + "\n" + $0 } },
            Tampering("two hashes swapped") { $0.inclusion.swapLines(2, 3) },
            Tampering("the next index") { $0.inclusion.change(line: 1) { _ in "index 5" } },
            Tampering("an index behind the end") { $0.inclusion.change(line: 1) { _ in "index 328" } },
            Tampering("the record of another event") { $0.record = $0.otherRecord },
            Tampering("one bit of the record") { $0.record[20] ^= 1 },
            Tampering("a record with a byte less") { $0.record.removeLast() },
            Tampering("a record with a byte more") { $0.record.append(0) },
            Tampering("another size") { evidence in
                evidence.inclusion.change(line: evidence.inclusion.note + 1) { _ in "327" }
            },
            Tampering("another root") { evidence in
                evidence.inclusion.change(line: evidence.inclusion.note + 2) { $0.withOtherCharacter(5) }
            },
            Tampering("another signature") { evidence in
                evidence.inclusion.change(line: evidence.inclusion.note + 4) { $0.withOtherCharacter(50) }
            },
            Tampering("the older checkpoint") { $0.inclusion.replaceNote(with: $0.old) },
            Tampering("the checkpoint of another log") { $0.inclusion.replaceNote(with: $0.rivalCheckpoint) },
            Tampering("another key of the same name", isOfKey: true) { $0.key = $0.otherKey },
        ]

    /// Of a proof of consistency: 0 the older size, from 1 the hashes; from `note` on the checkpoint.
    static let ofConsistency = [
        Tampering("a hash changed") { $0.consistency.change(line: 1) { $0.withOtherCharacter(3) } },
        Tampering("the last hash changed") { evidence in
            evidence.consistency.change(line: evidence.consistency.note - 2) { $0.withOtherCharacter(9) }
        },
        Tampering("a hash left out") { $0.consistency.remove(line: 2) },
        Tampering("a hash twice") { $0.consistency.change(line: 2) { $0 + "\n" + $0 } },
        Tampering("two hashes swapped") { $0.consistency.swapLines(1, 2) },
        Tampering("another older size") { $0.consistency.change(line: 0) { _ in "old 7" } },
        Tampering("another size") { evidence in
            evidence.consistency.change(line: evidence.consistency.note + 1) { _ in "329" }
        },
        Tampering("another root") { evidence in
            evidence.consistency.change(line: evidence.consistency.note + 2) { $0.withOtherCharacter(5) }
        },
        Tampering("another signature") { evidence in
            evidence.consistency.change(line: evidence.consistency.note + 4) { $0.withOtherCharacter(50) }
        },
        Tampering("another root in the older checkpoint") { $0.old.change(line: 2) { $0.withOtherCharacter(5) } },
        Tampering("another size in the older checkpoint") { $0.old.change(line: 1) { _ in "9" } },
        Tampering("an older checkpoint of a history that was rewritten") { $0.old = $0.rivalOld },
        Tampering("a newer checkpoint of a history that was rewritten") {
            $0.consistency.replaceNote(with: $0.rivalCheckpoint)
        },
        Tampering("both checkpoints in each other's place") { evidence in
            let new = evidence.checkpoint
            evidence.consistency.replaceNote(with: evidence.old)
            evidence.old = new
        },
        Tampering("another key of the same name", isOfKey: true) { $0.key = $0.otherKey },
    ]
}

extension String {
    private var rows: [String] {
        get { split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
        set { self = newValue.joined(separator: "\n") }
    }

    /// The line at which the checkpoint of a proof begins.
    var note: Int { (rows.firstIndex(of: "") ?? -1) + 1 }

    mutating func change(line: Int, _ change: (String) -> String) { rows[line] = change(rows[line]) }
    mutating func remove(line: Int) { rows.remove(at: line) }
    mutating func swapLines(_ first: Int, _ second: Int) { rows.swapAt(first, second) }
    mutating func replace(line: Int, with other: String) { rows[line] = other.rows[line] }
    mutating func replaceNote(with other: String) { rows = rows[..<note] + other.rows }

    /// The text with one letter or digit, counted from the end of a line's last word's beginning, changed for another.
    func withOtherCharacter(_ place: Int) -> String {
        var characters = Array(self)
        let start = (characters.lastIndex(of: " ") ?? -1) + 1
        characters[start + place] = characters[start + place] == "A" ? "B" : "A"
        return String(characters)
    }
}
