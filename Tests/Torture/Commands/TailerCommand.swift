// The child that reads behind the writer, in a process of its own, and tells what it saw.

import ArgumentParser
import EventLog
import Glibc

/// Follows a log across kills and recoveries of its writer until standard input ends.
struct TailerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tailer", abstract: "Follow a log and print what was seen.")

    @Argument(help: "The directory of the log.") var directory: String
    @Option(help: "The position to begin at.") var from: Int64 = 1
    @Flag(help: "Open the log anew for each look, instead of once.") var reopens = false

    func run() throws {
        var reader: LogReader?
        var next = from
        var isLast = false
        while true {
            do {
                let current = try reader ?? LogReader.open(at: directory)
                reader = reopens ? nil : current
                try look(current, &next)
            } catch let error as LogError where error.code == .notFound && next == from {
                // The writer was killed before the log was there.
            } catch {
                StandardOutput.write("failed at position \(next): \(error)")
                throw ExitCode(3)
            }
            if isLast { return }
            isLast = inputEnded()
        }
    }

    private func look(_ reader: LogReader, _ next: inout Int64) throws {
        var cursor = try reader.records(from: Position(next))
        var digest = RecordDigest()
        let first = next
        while let record = try cursor.next() {
            digest.add(record)
            next = record.position.rawValue + 1
        }
        if next > first {
            StandardOutput.write(Sighting(first: first, last: next - 1, digest: digest.value).text)
        }
    }

    /// Gives the writer some milliseconds; true once whoever started this one wants no more.
    private func inputEnded() -> Bool {
        var entry = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, reopens ? 20 : 5) > 0
    }
}
