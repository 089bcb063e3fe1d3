// What an import says: one line per row that was not taken as it stands, and the counts at the end.

import Enrollment
import EnrollmentAudit
import Foundation

/// A row of the report.
struct ReportLine: Hashable, Sendable {
    static let header = "file,line,what,code,observed"

    let source: LineReference
    let what: String
    let code: String
    let observed: String

    init(source: LineReference, what: String, code: String, observed: String) {
        self.source = source
        self.what = what
        self.code = code
        self.observed = observed
    }

    init(_ fault: InputFault) {
        self.init(
            source: LineReference(file: fault.file, line: fault.line), what: "column \(fault.column)",
            code: RejectionCode.invalidInput.name, observed: "expected \(fault.expected), found \(fault.found)")
    }

    init(_ step: ImportStep, _ rejection: Rejection) {
        let observed = rejection.observed.map { name, value in
            switch value {
            case .number(let number): "\(name)=\(number)"
            case .text(let text): "\(name)=\(text)"
            }
        }
        self.init(step, rejection.code.name, observed.joined(separator: " "))
    }

    init(_ step: ImportStep, _ code: String, _ observed: String) {
        self.init(source: step.source, what: "\(step.request)", code: code, observed: observed)
    }

    var csv: String {
        [source.file, String(source.line), what, code, observed].map(csvField).joined(separator: ",")
    }
}

/// Where report lines go: to a file, or as they come to standard error.
final class ReportWriter {
    /// Rows that a person reads before losing sight of the counts.
    static let mostOnTerminal = 20

    private let handle: FileHandle
    private let isFile: Bool
    private var buffer: [UInt8] = []
    private var hasHeader = false
    /// Lines that are still shown; nil where all are.
    private var room: Int?
    private var unshown = 0
    /// Rows that have their line: what follows from a refused row is counted and not reported again.
    private var reported: Set<LineReference> = []

    /// - Throws: ``Failure`` where the file cannot be made.
    init(path: String?) throws {
        isFile = path != nil
        guard let path else {
            handle = .standardError
            if Terminal.error.isTerminal { room = Self.mostOnTerminal }
            return
        }
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw Failure.couldNotRun("could not write the report to \(path): \(systemMessage(errno))") }
        self.handle = handle
        hasHeader = true
        append(ReportLine.header)
    }

    /// Adds a line, whatever was said about its row before.
    func write(_ line: ReportLine) throws {
        if room == 0 {
            unshown += 1
            return
        }
        room = room.map { $0 - 1 }
        if !hasHeader {
            hasHeader = true
            append(ReportLine.header)
        }
        // A file keeps the text as it is; a terminal must not obey it.
        append(isFile ? line.csv : line.csv.neutralised)
        if buffer.count > 64 << 10 { try flush() }
    }

    func writeRejected(_ line: ReportLine) throws {
        reported.insert(line.source)
        try write(line)
    }

    /// Adds a line unless the row has one.
    func writeFollowing(_ line: ReportLine) throws {
        if reported.insert(line.source).inserted { try write(line) }
    }

    /// Writes what is left, and says how much was not shown.
    func finish() throws {
        if unshown > 0 { append("and \(unshown) more; --report FILE keeps them all") }
        try flush()
    }

    private func flush() throws {
        defer { buffer.removeAll(keepingCapacity: true) }
        do { try handle.write(contentsOf: buffer) } catch {
            throw Failure.couldNotRun("could not write the report: \(error.localizedDescription)")
        }
    }

    private func append(_ line: String) {
        buffer.append(contentsOf: line.utf8)
        buffer.append(UInt8(ascii: "\n"))
    }
}
