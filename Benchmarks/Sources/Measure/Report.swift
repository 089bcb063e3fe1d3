// Figures as lines of JSON, written as they are found, so that nothing is lost when a run ends early.

import Foundation

final class Report {
    private let file: FileHandle
    private let run: () -> Int

    /// Makes the file anew.
    init(path: String, run: @escaping () -> Int) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let file = FileHandle(forWritingAtPath: path)
        else { throw Failure("cannot write \(path)") }
        self.file = file
        self.run = run
    }

    /// `figure` names what was measured, `at` a point on a curve.
    func add(_ figure: String, _ value: Double, _ unit: String, at: Double? = nil) throws {
        let point = at.map { ",\"at\":\(number($0))" } ?? ""
        let line = "{\"figure\":\"\(figure)\",\"run\":\(run())\(point),\"value\":\(number(value)),\"unit\":\"\(unit)\"}"
        try file.write(contentsOf: Data((line + "\n").utf8))
        say("    \(figure)\(at.map { " at \(number($0))" } ?? ""): \(number(value)) \(unit)")
    }

    private func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(format: "%.4f", value)
    }
}
