// Tables as CSV (RFC 4180), safe to open in a spreadsheet.

extension ReportTable {
    /// Appends the names of the columns as the first line.
    public func appendCSVHeader(to bytes: inout [UInt8]) {
        appendLine(columns.map(\.name), to: &bytes)
    }

    /// Appends a row as a line.
    public func appendCSVRow(_ index: Int, to bytes: inout [UInt8]) {
        appendLine(row(index).map(\.text), to: &bytes)
    }

    private func appendLine(_ fields: [String], to bytes: inout [UInt8]) {
        bytes.append(contentsOf: fields.map(csvField).joined(separator: ",").utf8)
        bytes.append(contentsOf: "\r\n".utf8)
    }
}

/// A field of a line: in quotes where it must be, and with an apostrophe in front where a spreadsheet would take it for
/// a formula.
///
/// A spreadsheet computes a cell that begins with `=`, `+`, `-` or `@`, and some do behind a tab or a carriage return:
/// a reason that somebody typed must not run on the machine of whoever audits it.
package func csvField(_ text: String) -> String {
    let isFormula = text.utf8.first.map("=+-@\t\r".utf8.contains) ?? false
    let field = isFormula ? "'" + text : text
    guard field.utf8.contains(where: "\",\r\n".utf8.contains) else { return field }
    // By scalars, as whoever reads the file finds them: a mark may join a quote to itself.
    var quoted = "\"".unicodeScalars
    for scalar in field.unicodeScalars {
        if scalar == "\"" { quoted.append(scalar) }
        quoted.append(scalar)
    }
    quoted.append("\"")
    return String(quoted)
}
