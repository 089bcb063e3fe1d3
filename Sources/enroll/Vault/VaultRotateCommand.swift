// Wraps all keys of a vault anew, and puts a vault back from its backup.

import ArgumentParser
import EnrollmentEngine
import EnrollmentVault
import EventLog
import Foundation

struct VaultRotateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Wrap all keys with a new key-encryption key.",
        discussion: """
            Draws a new key-encryption key, and destroys the old one: backups of the vault from before cannot be \
            opened any more, and so have forgotten who was erased. Make a new backup then. Where the key comes from \
            a file the new one takes its place; where it comes from ENROLL_VAULT_KEY, --into names a file for the \
            new one, which you then put where the old one was. What is sealed in the log stays as it is.

            EXAMPLES
              enroll vault rotate
              enroll vault rotate --into ./next.key
            """)

    @OptionGroup var store: StoreOptions
    @Option(
        help: ArgumentHelp(
            "A new file for the new key, where the old one comes from the environment.", valueName: "file"))
    var into: String?

    func run() throws {
        let directory = try store.directory
        let source = VaultKeySource.chosen(for: directory)
        let next: String
        switch (source, into) {
        case (.file(let path), nil): next = VaultKeySource.next(path)
        case (.environment, let path?): next = path
        case (.file, _?): throw Failure.usage("--into is for a key that comes from \(LocalKey.variable)")
        case (.environment, nil):
            throw Failure.usage("the key comes from \(LocalKey.variable): name a file for the new one with --into")
        }
        try withoutWriter(StoreLayout(directory: directory)) {
            try withVault(store) { vault in
                // What a rotation left behind that ended before it wrapped a key.
                if case .file = source, unlink(next) != 0, errno != ENOENT {
                    throw Failure.couldNotRun("could not remove \(next): \(String(cString: strerror(errno)))")
                }
                let key = LocalKey()
                try key.save(next)
                try vault.rotate(to: key)
            }
            if case .file(let path) = source { try LocalKey.replace(path, by: next) }
        }
        try StandardOutput.shared.writeLine(
            "wrapped all keys anew; the key-encryption key is in "
                + (into ?? source.name).neutralised + ": make a new backup of the vault")
    }
}

struct VaultRestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a backup of the vault into a store that has none.",
        discussion: """
            For a store that came from 'enroll restore', or has lost its vault. The backup must be of this store, \
            and open with its key-encryption key. Keys in it of users who were erased meanwhile are destroyed before \
            it is in its place.

            EXAMPLES
              enroll vault restore /mnt/safe/spring-vault.sqlite
            """)

    @OptionGroup var store: StoreOptions
    @Argument(help: "The backup of the vault.") var source: String

    func run() throws {
        let layout = StoreLayout(directory: try store.directory)
        let settings = try StoreSettings.load(layout)
        guard settings.personalData == .sealed else {
            throw Failure.couldNotRun("\(layout.directory) keeps personal data as it is, and has no vault")
        }
        let backup = try Vault.open(
            at: source, storeID: settings.storeID, wrapping: try VaultKeySource.chosen(for: layout.directory).key(),
            readOnly: true)
        try withoutWriter(layout) {
            let state = try EventHistory.open(at: layout.directory).state()
            try backup.restore(to: layout.vaultPath) { (copy) throws(EngineError) in
                _ = try copy.keepErasures(of: state)
            }
        }
        try backup.close()
        try StandardOutput.shared.writeLine("put the vault into \(layout.directory.neutralised)")
    }
}

/// Works while nobody else can write to the store, or do the same: a vault that others draw keys from must not change
/// under them.
private func withoutWriter(_ layout: StoreLayout, _ work: () throws -> Void) throws {
    let log = try EventLog.open(at: layout.logPath)
    do { try work() } catch {
        let failure = error
        do { try log.close() } catch { throw failure }
        throw failure
    }
    try log.close()
}
