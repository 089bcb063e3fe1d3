// What is fixed when a store is made: identity, time zone, name. One small JSON file, written once.
//
// Its field `sha256` is the SHA-256 in hexadecimal of the other values, in the order of their names, each ended by a
// line feed: createdAt, format, origin, personalData where there is one, storeID, timeZone. Format 1, before there
// was a release, had none. Format 3 has `personalData`, and is that of stores that seal; others are still written in
// format 2.

internal import Crypto
internal import Foundation

public import Enrollment
public import EventLog

/// What a store's log has of names, addresses and reasons, from its first event on.
public enum PersonalDataForm: String, Hashable, Sendable {
    /// They stand in it as they are, for ever.
    case plain
    /// Each is sealed under the key of its owner, which a vault keeps beside the log.
    case sealed
}

/// What was fixed when the store was made.
public struct StoreSettings: Hashable, Sendable {
    /// The newest format that this program reads.
    static let format = 3

    /// The log's identity in hexadecimal: settings and log must agree on it.
    public let storeID: String
    /// The IANA name of the one time zone in which this store's days begin and end.
    public let timeZone: String
    /// The name of the log in proofs and exports, such as `enroll.example/2027`.
    public let origin: String
    /// When the store was made.
    public let createdAt: Timestamp
    /// What the log has of personal texts.
    public let personalData: PersonalDataForm
    /// Whether a checksum proved them: settings of format 1 have none, so that a changed time zone would not show.
    public let hasChecksum: Bool

    /// Reads the settings of a store.
    ///
    /// - Throws: `notFound`, `newerFormat`, `damaged`, `insecurePermissions` or `io`.
    public static func load(
        _ layout: StoreLayout, fileSystem: any FileSystem = PosixFileSystem()
    ) throws(EngineError) -> StoreSettings {
        let files = StoreFiles(layout: layout, fileSystem: fileSystem)
        try files.checkPermissions()
        let bytes = try files.readSettings()
        let file: File
        do {
            file = try JSONDecoder().decode(File.self, from: Data(bytes))
        } catch {
            throw EngineError(
                .damaged, "\(layout.settingsPath) is not a store's settings; restore it from a backup.", cause: error)
        }
        guard file.format <= format else {
            throw EngineError(
                .newerFormat,
                "\(layout.settingsPath) has format \(file.format), this program reads up to \(format); use a newer one."
            )
        }
        guard file.format >= 1 else {
            throw EngineError(
                .damaged,
                "\(layout.settingsPath) has format \(file.format), which nobody wrote; restore it from a backup.")
        }
        let form = file.personalData.map { PersonalDataForm(rawValue: $0) } ?? .plain
        guard let form, (form == .sealed) == (file.format == 3) else {
            throw EngineError(
                .damaged, "\(layout.settingsPath) has no valid personalData; restore it from a backup.")
        }
        guard StoreSettings.isOrigin(file.origin) else {
            throw EngineError(.damaged, "\(layout.settingsPath) has no valid origin; restore it from a backup.")
        }
        guard let createdAt = Timestamp.parsing(utc: file.createdAt) else {
            throw EngineError(.damaged, "\(layout.settingsPath) has no valid createdAt; restore it from a backup.")
        }
        guard file.format == 1 && file.sha256 == nil || file.sha256 == file.checksum else {
            throw EngineError(
                .damaged,
                "\(layout.settingsPath) does not fit its checksum: the time zone, the origin, the identity or the "
                    + "creation time in it was changed. The events are not affected. Put the store.json of a backup of "
                    + "this store in its place.")
        }
        return StoreSettings(
            storeID: file.storeID, timeZone: file.timeZone, origin: file.origin, createdAt: createdAt,
            personalData: form, hasChecksum: file.sha256 != nil)
    }

    /// Whether a log can have this name: 1 to 200 visible ASCII characters without blanks or `+`.
    static func isOrigin(_ name: String) -> Bool {
        (1...200).contains(name.utf8.count)
            && name.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "+") }
    }

    /// Writes the settings so that they are there whole or not at all.
    func save(_ files: StoreFiles) throws(EngineError) {
        var file = File(
            format: personalData == .sealed ? Self.format : 2, storeID: storeID, timeZone: timeZone, origin: origin,
            createdAt: createdAt.description, personalData: personalData == .sealed ? personalData.rawValue : nil)
        file.sha256 = file.checksum
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let bytes: Data
        do { bytes = try encoder.encode(file) } catch {
            throw EngineError(.invalidArgument, "The settings cannot be written as JSON.", cause: error)
        }
        try files.writeSettings([UInt8](bytes) + [UInt8(ascii: "\n")])
    }

    private struct File: Codable {
        var format: Int
        var storeID: String
        var timeZone: String
        var origin: String
        var createdAt: String
        var personalData: String?
        var sha256: String?

        var checksum: String {
            let values = [createdAt, String(format), origin, personalData, storeID, timeZone]
            let text = values.compactMap { $0.map { $0 + "\n" } }.joined()
            return SHA256.hash(data: Array(text.utf8)).map { byte in
                (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }.joined()
        }
    }
}
