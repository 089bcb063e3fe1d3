// The vault of a store, and the key-encryption key that opens it: from the environment, or from a file.

import EnrollmentEngine
import EnrollmentVault
import EventLog
import Foundation

/// Where the key-encryption key of a store comes from.
enum VaultKeySource {
    /// `ENROLL_VAULT_KEY`: the key itself, as 64 hexadecimal digits.
    case environment(String)
    /// The file that `ENROLL_VAULT_KEY_FILE` names, or the store's own beside it.
    case file(String)

    /// The key of the store in a directory.
    ///
    /// Its own file lies beside the directory and not in it, so that a copy of the store alone opens nothing.
    static func chosen(for directory: String) -> VaultKeySource {
        let environment = ProcessInfo.processInfo.environment
        if let digits = environment[LocalKey.variable], !digits.isEmpty { return .environment(digits) }
        if let file = environment["ENROLL_VAULT_KEY_FILE"], !file.isEmpty { return .file(file) }
        let path = URL(fileURLWithPath: directory).resolvingSymlinksInPath().path
        return .file(path + ".key")
    }

    func key() throws(EngineError) -> LocalKey {
        switch self {
        case .environment(let digits): try LocalKey(digits, from: LocalKey.variable)
        case .file(let path): try LocalKey(file: path)
        }
    }

    /// The key for a new store: where its file is not there yet, it is made.
    func keyForNewStore() throws(EngineError) -> LocalKey {
        guard case .file(let path) = self, !FileManager.default.fileExists(atPath: path) else { return try key() }
        let key = LocalKey()
        try key.save(path)
        return key
    }

    /// As people are told of it.
    var name: String {
        switch self {
        case .environment: LocalKey.variable
        case .file(let path): path
        }
    }

    /// The file of a rotation that is under way.
    static func next(_ path: String) -> String { path + ".new" }
}

enum StoreVault {
    /// Opens the vault of a store; nil where the store seals nothing.
    static func open(_ directory: String, readOnly: Bool = false) throws(EngineError) -> Vault? {
        let layout = StoreLayout(directory: directory)
        let settings = try StoreSettings.load(layout)
        guard settings.personalData == .sealed else { return nil }
        return try open(layout, settings, readOnly: readOnly)
    }

    /// A rotation that was cut short after it wrapped all keys anew has left the new key beside the old one.
    static func open(
        _ layout: StoreLayout, _ settings: StoreSettings, readOnly: Bool
    ) throws(EngineError) -> Vault {
        let source = VaultKeySource.chosen(for: layout.directory)
        func open(_ key: LocalKey) throws(EngineError) -> Vault {
            try Vault.open(
                at: layout.vaultPath, storeID: settings.storeID, wrapping: key, readOnly: readOnly,
                clock: SystemClock())
        }
        do throws(EngineError) { return try open(try source.key()) } catch {
            guard case .file(let path) = source, [.vaultMissing, .invalidArgument].contains(error.code),
                FileManager.default.fileExists(atPath: VaultKeySource.next(path)),
                let next = try? LocalKey(file: VaultKeySource.next(path)), let vault = try? open(next)
            else { throw error }
            if !readOnly { try LocalKey.replace(path, by: VaultKeySource.next(path)) }
            return vault
        }
    }

    /// The history of a store, with its vault where that can be opened.
    ///
    /// Without it names, addresses and reasons stay sealed, which is said; all else is there.
    static func history(_ directory: String) throws -> EventHistory {
        do throws(EngineError) {
            return try EventHistory.open(at: directory, vault: try open(directory, readOnly: true))
        } catch {
            guard let history = try? EventHistory.open(at: directory), history.isLocked else { throw error }
            writeRemark("names, addresses and reasons stay sealed: \(Failure(error).message)")
            return history
        }
    }
}
