// The keys of a store's personal data: look, hold, wrap anew, back up, put back.

import ArgumentParser
import Enrollment
import EnrollmentEngine
import EnrollmentVault
import EventLog

struct VaultCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vault",
        abstract: "The keys of names, addresses and reasons.",
        discussion: """
            A store that seals personal data keeps a key for each user in its vault, wrapped by a key-encryption key \
            that lies elsewhere: in ENROLL_VAULT_KEY as 64 hexadecimal digits, in the file that \
            ENROLL_VAULT_KEY_FILE names, or in DIR.key beside the store. 'enroll init' makes both.
            """,
        subcommands: [
            VaultStatusCommand.self, VaultHoldCommand.self, VaultReleaseCommand.self, VaultRotateCommand.self,
            VaultBackupCommand.self, VaultRestoreCommand.self,
        ])
}

/// A store's vault for the length of one subcommand.
func withVault<Value>(_ store: StoreOptions, _ work: (Vault) throws -> Value) throws -> Value {
    let directory = try store.directory
    guard let vault = try StoreVault.open(directory) else {
        throw Failure.couldNotRun("\(directory) keeps personal data as it is, and has no vault")
    }
    let value: Value
    do { value = try work(vault) } catch {
        let failure = error
        do { try vault.close() } catch { throw failure }
        throw failure
    }
    try vault.close()
    return value
}

struct VaultStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Count the keys, and list the legal holds.",
        discussion: """
            EXAMPLES
              enroll vault status
              enroll vault status --format json
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let status = try withVault(store) { try $0.status() }
        guard output.isJSON else {
            return try writeList([
                ("store", status.storeID), ("active", "\(status.active)"),
                ("held", status.held.isEmpty ? "none" : status.held.map(\.description).joined(separator: ", ")),
                ("erased", "\(status.erased)"), ("rotated", status.rotatedAt?.description ?? "never"),
            ])
        }
        var writer = JSONWriter()
        writer.openObject()
        writer.field("storeID", status.storeID)
        writer.field("active", status.active)
        writer.openArray("held")
        for user in status.held {
            writer.openObject()
            writer.field("user", user.rawValue)
            writer.closeObject()
        }
        writer.closeArray()
        writer.field("erased", status.erased)
        writer.optional("rotatedAt", status.rotatedAt?.description)
        writer.closeObject()
        try StandardOutput.shared.write(writer)
    }
}

/// What laying a hold and taking it away have in common.
private func setHold(_ isHeld: Bool, _ user: Reference, _ store: StoreOptions) throws {
    let names = Names(sourceIDs: try EventHistory.open(at: try store.directory).state())
    let id = try names.user(user)
    try withVault(store) { try $0.setHold(isHeld, on: id) }
    try StandardOutput.shared.writeLine(isHeld ? "user \(id) is held: no erasure" : "user \(id) is held no more")
}

struct VaultHoldCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Lay a legal hold on a user: they are not erased until it is released.",
        discussion: """
            EXAMPLES
              enroll vault hold 7
            """)

    @OptionGroup var store: StoreOptions
    @Argument(help: ArgumentHelp("A user's number, or @SOURCE-ID.", valueName: "user")) var user: Reference

    func run() throws { try setHold(true, user, store) }
}

struct VaultReleaseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Take a legal hold from a user.",
        discussion: """
            EXAMPLES
              enroll vault release 7
            """)

    @OptionGroup var store: StoreOptions
    @Argument(help: ArgumentHelp("A user's number, or @SOURCE-ID.", valueName: "user")) var user: Reference

    func run() throws { try setHold(false, user, store) }
}

struct VaultBackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the vault into a new file, while other commands run.",
        discussion: """
            Copies of the log have no keys, so a store is lost without its vault, and a vault without the \
            key-encryption key. A copy is as good as the vault as long as no more users came than it has keys for, \
            which are made some hundreds ahead. It brings the keys of users back who were erased since: the next \
            command destroys them again, but the copy itself has them until it is deleted.

            EXAMPLES
              enroll vault backup /mnt/safe/spring-vault.sqlite
            """)

    @OptionGroup var store: StoreOptions
    @Argument(help: "The file to make.") var destination: String

    func run() throws {
        try withVault(store) { try $0.backUp(to: destination) }
        try StandardOutput.shared.writeLine("copied the vault to \(destination.neutralised)")
    }
}
