// Rows for people: aligned by display width, headed, cut to a bearable width on a terminal.

/// Writes rows in aligned columns as they come.
///
/// The first rows decide the widths; later ones only stand out where they are wider. So a listing of any length takes
/// bounded memory, and its first lines appear early.
struct Table {
    enum Alignment {
        case left
        case right
    }

    struct Column {
        let title: String
        var alignment: Alignment = .left

        static func text(_ title: String) -> Column { Column(title: title) }
        static func number(_ title: String) -> Column { Column(title: title, alignment: .right) }
    }

    private static let measuredRows = 500
    /// A longer cell is cut on a terminal, unless it is the last; never in a file or pipe.
    private static let widestCell = 48

    private let columns: [Column]
    private let output: StandardOutput
    private let terminal: Terminal
    private var widths: [Int]
    private var waiting: [[String]] = []
    private var isStarted = false

    init(_ columns: [Column], output: StandardOutput = .shared, terminal: Terminal = .output) {
        self.columns = columns
        self.output = output
        self.terminal = terminal
        widths = columns.map(\.title.displayWidth)
    }

    /// Adds a row; its cells are neutralised here.
    mutating func append(_ cells: [String]) throws {
        var cells = cells.map(\.neutralised)
        if terminal.isTerminal {
            for index in cells.indices.dropLast() { cells[index] = cells[index].truncated(toColumns: Self.widestCell) }
        }
        if isStarted { return try write(cells) }
        for (index, cell) in cells.enumerated() { widths[index] = max(widths[index], cell.displayWidth) }
        waiting.append(cells)
        if waiting.count == Self.measuredRows { try start() }
    }

    /// Writes what is left; `emptyRemark` stands in for a table without rows.
    mutating func finish(emptyRemark: String) throws {
        if isStarted { return }
        if waiting.isEmpty { return writeRemark(emptyRemark) }
        try start()
    }

    private mutating func start() throws {
        isStarted = true
        try output.writeLine(terminal.styled(line(columns.map(\.title)), .bold))
        for cells in waiting { try write(cells) }
        waiting = []
    }

    private func write(_ cells: [String]) throws {
        try output.write { bytes in
            append(cells, to: &bytes)
            bytes.append(UInt8(ascii: "\n"))
        }
    }

    /// Appends a line as bytes: a listing may have millions.
    private func append(_ cells: [String], to bytes: inout [UInt8]) {
        let start = bytes.count
        // Blanks are owed until something follows them, so that no line ends with any.
        var blanks = 0
        for (index, cell) in cells.enumerated() {
            let gap = max(0, widths[index] - cell.displayWidth)
            if columns[index].alignment == .right { blanks += gap }
            if !cell.isEmpty {
                bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: blanks))
                bytes.append(contentsOf: cell.utf8)
                blanks = 0
            }
            if columns[index].alignment == .left { blanks += gap }
            blanks += 2
        }
        while bytes.count > start, bytes.last == UInt8(ascii: " ") { bytes.removeLast() }
    }

    private func line(_ cells: [String]) -> String {
        var bytes: [UInt8] = []
        append(cells, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Writes names and values below each other, the values in one column.
func writeList(_ entries: [(name: String, value: String)], output: StandardOutput = .shared) throws {
    let width = entries.map(\.name.displayWidth).max() ?? 0
    for (name, value) in entries {
        let gap = String(repeating: " ", count: width - name.displayWidth + 2)
        try output.writeLine(Terminal.output.styled(name, .bold) + gap + value.neutralised)
    }
}
