// Dossiers, read in bounded memory: each event is told once it is proven, and at the end whether all are there.

import EnrollmentAudit
import EnrollmentEngine
import EventLog
import Transparency

extension VerifyProofCommand {
    /// A line holds at most the base64 of one record of 64 KiB.
    private static let longestLineBytes = 128 << 10

    /// Checks what begins with `start` and goes on in `input`.
    ///
    /// - Throws: as ``DossierCheck``; ``Failure`` where the checkpoint to hold it to is none.
    func verifyDossier(
        _ start: [UInt8], _ input: borrowing InputFile, _ key: VerifierKey
    ) throws -> [(name: StaticString, value: String)] {
        try refuseSurplus(beside: "a dossier", using: ["--checkpoint", "--events"])
        var check = DossierCheck(key: key, checkpoint: try keptCheckpoint(key))
        var printer = EventPrinter(output, total: 0, label: "verify")
        func tell(_ event: RecordedEvent?) throws {
            try Interruption.check()
            if let event, events { try printer.write(event) }
        }
        var bytes = start
        while true {
            var from = bytes.startIndex
            while let end = bytes[from...].firstIndex(of: UInt8(ascii: "\n")) {
                try tell(try check.read(Array(bytes[from..<end])))
                from = end + 1
            }
            bytes.removeSubrange(..<from)
            guard bytes.count <= Self.longestLineBytes else {
                throw TransparencyError(.malformed, "The dossier has a line of more than 128 KiB. Get it again.")
            }
            let chunk = try input.read()
            if chunk.isEmpty { break }
            bytes += chunk
        }
        guard bytes.isEmpty else {
            throw TransparencyError(.malformed, "The dossier ends in the middle of a line. Get it again.")
        }
        let (dossier, last) = try check.finish()
        try tell(last)
        if events { try printer.finish(emptyRemark: "no events") }
        return [("kind", "dossier")] + dossier.facts
    }

    /// The checkpoint that the dossier is held to; one that is not the key's says nothing, and is no one's tampering.
    private func keptCheckpoint(_ key: VerifierKey) throws -> Checkpoint? {
        guard let path = checkpoint else { return nil }
        let bytes = try SmallFile.read(path)
        do throws(TransparencyError) {
            let kept = try Checkpoint(parsing: bytes)
            try kept.verify(with: key)
            return kept
        } catch { throw Failure.couldNotRun("\(path): \(Failure.sentence(error.message))") }
    }
}
