// What an export says about itself: a JSON file for programs, and a list that `sha256sum -c` checks.

internal import EnrollmentAudit
internal import EnrollmentEngine
internal import EventLog
internal import Foundation
internal import Transparency

/// The manifest of an export, as `manifest.json` has it.
public struct ExportManifest: Codable, Hashable, Sendable {
    /// A file of the export.
    public struct File: Codable, Hashable, Sendable {
        /// The name of the file in the folder.
        public let name: String
        /// Its length.
        public let bytes: Int64
        /// The SHA-256 of the file, in hexadecimal.
        public let sha256: String
        /// Lines or rows without the heading; absent where that says nothing.
        public let rows: Int64?
    }

    /// The last checkpoint that was signed over this log when the export began.
    ///
    /// It names the log that the export was made from; it is no proof of what the export says.
    public struct SignedCheckpoint: Codable, Hashable, Sendable {
        /// The file with the signed note.
        public let file: String
        /// How many events are signed.
        public let size: Int64
        /// The root over them, in base64.
        public let root: String
    }

    /// The version of this manifest's form.
    public let format: Int
    /// `ocel`, `cloudevents` or `csv`.
    public let export: String
    /// What the files keep to.
    public let standard: String
    /// The program that made it.
    public let program: String
    /// The identity of the log.
    public let storeID: String
    /// The name of the log.
    public let origin: String
    /// The log's epoch, which a restore raises.
    public let epoch: Int64
    /// The range of positions, both inclusive; none where the last is the one before the first.
    public let firstPosition: Int64
    /// The position of the last event.
    public let lastPosition: Int64
    /// How many events were exported.
    public let events: Int64
    /// Whether names, e-mail addresses and reasons are in it.
    public let personalData: Bool
    /// Absent where nothing was signed yet.
    public let checkpoint: SignedCheckpoint?
    /// All other files of the folder.
    public let files: [File]

    static let checkpointName = "checkpoint"
    private static let manifestName = "manifest.json"
    private static let sumsName = "SHA256SUMS"

    init(
        format: ExportFormat, options: ExportOptions, history: EventHistory, range: ExportRange,
        checkpoint: Checkpoint?, files: [File]
    ) {
        self.format = 1
        export = format.rawValue
        standard = format.standard
        program = options.program
        storeID = history.storeID
        origin = history.settings.origin
        epoch = history.epoch
        firstPosition = range.first.rawValue
        lastPosition = range.last.rawValue
        events = range.count
        personalData = options.includesPersonalData
        self.checkpoint = checkpoint.map {
            SignedCheckpoint(file: Self.checkpointName, size: $0.size, root: $0.root.description)
        }
        self.files = files
    }

    /// Writes it, and the list of sums, in which it stands too.
    func write(into folder: ExportFolder) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let itself = try folder.write(Self.manifestName, Array(try encoder.encode(self)) + [UInt8(ascii: "\n")])
        // The format of coreutils: the sum, two blanks, the name.
        let lines = (files + [itself]).map { "\($0.sha256)  \($0.name)\n" }
        _ = try folder.write(Self.sumsName, Array(lines.joined().utf8))
    }
}
