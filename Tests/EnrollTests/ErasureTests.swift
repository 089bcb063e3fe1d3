// Erasing a person, and the care of the vault, as an operator does it; and a look into the memory of the process.

import ChildProcesses
import Crypto
import Enrollment
import EnrollmentEngine
import EnrollmentVault
import Foundation
import GRDB
import Testing

@Suite struct `Forgetting a person` {
    private let secret = "Minji Kim-Secret"
    private let address = "minji.secret@example.kr"

    private func store() throws -> TemporaryStore {
        let store = try TemporaryStore.furnished()
        let registered = try Program.run(
            ["user", "register", "--email", address, "--name", secret, "--source-id", "m"], in: store)
        try #require(registered.exitCode == 0)
        return store
    }

    @Test func `shows the two events, and leaves everything sound`() throws {
        let store = try store()
        #expect(try Program.run(["history", "user", "5"], in: store).output.contains(secret))
        let erased = try Program.run(["erase", "user", "@m"], in: store)
        #expect(
            erased.exitCode == 0 && erased.output.contains("ErasureRequested") && erased.output.contains("UserErased"))
        let history = try Program.run(["history", "user", "5"], in: store)
        #expect(!history.output.contains("Secret") && history.output.contains("name=(sealed)"), "\(history)")
        let shown = try Program.run(["show", "users", "--status", "ERASED", "--format", "json"], in: store)
        #expect(shown.output.contains(#""email":null,"name":null"#), "\(shown)")
        #expect(try Program.run(["verify", "--deep"], in: store).exitCode == 0)
        #expect(try Program.run(["audit", "decisions"], in: store).exitCode == 0)
        let again = try Program.run(["erase", "user", "5"], in: store)
        #expect(again.exitCode == 1 && again.output.contains("USER_ERASED"))
    }

    @Test func `waits for a legal hold, and for live enrollments`() throws {
        let store = try store()
        #expect(try Program.run(["vault", "hold", "5"], in: store).exitCode == 0)
        let held = try Program.run(["erase", "user", "5"], in: store)
        #expect(held.exitCode == 1 && held.output.contains("LEGAL_HOLD"), "\(held)")
        #expect(try Program.run(["vault", "status"], in: store).output.contains("held     5"))
        #expect(try Program.run(["vault", "release", "5"], in: store).exitCode == 0)
        #expect(try Program.run(["apply", "5", "2"], in: store).exitCode == 0)
        let enrolled = try Program.run(["erase", "user", "5"], in: store)
        #expect(enrolled.exitCode == 1 && enrolled.output.contains("USER_HAS_ACTIVE_ENROLLMENTS"))
        #expect(try Program.run(["erase", "user", "5", "--cascade"], in: store).exitCode == 0)
    }

    @Test func `is refused where the log has all texts as they are`() throws {
        let store = try TemporaryStore.furnished(personalData: "plain")
        let refused = try Program.run(["erase", "user", "2"], in: store)
        #expect(refused.exitCode == 1 && refused.output.contains("PERSONAL_DATA_PLAIN"))
        #expect(try Program.run(["vault", "status"], in: store).exitCode == 2)
    }

    @Test func `without the key nothing is written, and what only reads goes on`() throws {
        let store = try store()
        try FileManager.default.moveItem(atPath: store.path + ".key", toPath: store.path + ".away")
        let refused = try Program.run(["apply", "2", "1"], in: store)
        #expect(refused.exitCode == 2 && refused.error.contains("there is no key file at"), "\(refused)")
        let history = try Program.run(["history", "user", "5"], in: store)
        #expect(history.exitCode == 0 && history.output.contains("(sealed)") && history.error.contains("stay sealed"))
        #expect(try Program.run(["verify"], in: store).exitCode == 0)
        #expect(try Program.run(["rebuild"], in: store).exitCode == 2)
        let digits = try String(contentsOfFile: store.path + ".away", encoding: .utf8)
        let given = try Program.run(["apply", "2", "1"], in: store, environment: ["ENROLL_VAULT_KEY": digits])
        #expect(given.exitCode == 0, "\(given)")
        let other = String(repeating: "0", count: 64)
        let wrong = try Program.run(["apply", "3", "2"], in: store, environment: ["ENROLL_VAULT_KEY": other])
        #expect(wrong.exitCode == 2 && wrong.error.contains("not the one that wraps"), "\(wrong)")
    }

    @Test func `a restored store gets its vault back, and keys that came back with it go again`() throws {
        let store = try store()
        let files = try TemporaryDirectory()
        let (backup, copy, vault) = (files.path + "/backup", files.path + "/copy", files.path + "/vault.sqlite")
        #expect(try Program.run(["vault", "backup", vault], in: store).exitCode == 0)
        #expect(try Program.run(["erase", "user", "5"], in: store).exitCode == 0)
        #expect(try Program.run(["backup", backup], in: store).exitCode == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: backup).sorted() == ["log", "store.json"])
        #expect(try Program.run(["restore", backup, copy]).exitCode == 0)
        let key = ["ENROLL_VAULT_KEY_FILE": store.path + ".key"]
        #expect(try Program.run(["rebuild", "--store", copy], environment: key).error.contains("vault restore"))
        #expect(try Program.run(["vault", "restore", vault, "--store", copy], environment: key).exitCode == 0)
        // Before anybody writes to it, and could be the one to destroy the key again.
        #expect(try Program.run(["vault", "status", "--store", copy], environment: key).output.contains("erased   1"))
        let history = try Program.run(["history", "user", "5", "--store", copy], environment: key)
        #expect(history.exitCode == 0 && history.output.contains("(sealed)") && !history.output.contains(secret))
        #expect(try Program.run(["rebuild", "--store", copy], environment: key).exitCode == 0)
        #expect(try Program.run(["apply", "2", "2", "--store", copy], environment: key).exitCode == 0)
        #expect(try Program.run(["verify", "--store", copy], environment: key).exitCode == 0)
    }

    @Test func `a rotation makes old backups worthless, and one that was cut short is finished`() throws {
        let store = try store()
        let files = try TemporaryDirectory()
        #expect(try Program.run(["vault", "backup", files.path + "/old.sqlite"], in: store).exitCode == 0)
        #expect(try Program.run(["vault", "rotate"], in: store).exitCode == 0)
        #expect(try Program.run(["apply", "2", "1"], in: store).exitCode == 0)
        let settings = try StoreSettings.load(StoreLayout(directory: store.path))
        #expect(throws: EngineError.self) {
            _ = try Vault.open(
                at: files.path + "/old.sqlite", storeID: settings.storeID,
                wrapping: try LocalKey(file: store.path + ".key"))
        }
        // As a crash between wrapping and renaming leaves it.
        let next = LocalKey()
        let vault = try Vault.open(
            at: store.path + "/vault.sqlite", storeID: settings.storeID,
            wrapping: try LocalKey(file: store.path + ".key"))
        try next.save(store.path + ".key.new")
        try vault.rotate(to: next)
        try vault.close()
        // The old one is overwritten before the new one takes its place.
        let old = try #require(FileHandle(forWritingAtPath: store.path + ".key"))
        try old.write(contentsOf: Data(String(repeating: "\n", count: 65).utf8))
        try old.close()
        #expect(
            try Program.run(["history", "user", "5"], in: store).output.contains(secret), "reading changes nothing")
        #expect(FileManager.default.fileExists(atPath: store.path + ".key.new"))
        #expect(try Program.run(["apply", "3", "2"], in: store).exitCode == 0)
        #expect(!FileManager.default.fileExists(atPath: store.path + ".key.new"))
    }

    @Test func `nobody rotates, or puts a vault back, beside a process that writes`() throws {
        let store = try store()
        let files = try TemporaryDirectory()
        #expect(try Program.run(["vault", "backup", files.path + "/old.sqlite"], in: store).exitCode == 0)
        let running = try RunningProgram(in: store)
        running.write(#"{"actor":"system","command":"SuspendUser","user":2}"# + "\n")
        #expect(try #require(running.readLine()).contains("accepted"))
        for arguments in [["vault", "rotate"], ["vault", "restore", files.path + "/old.sqlite"]] {
            let refused = try Program.run(arguments, in: store)
            #expect(refused.exitCode == 2 && refused.error.contains("open for writing"), "\(refused)")
        }
        #expect(try running.finish().exitCode == 0)
        #expect(try Program.run(["vault", "rotate"], in: store).exitCode == 0)
    }

    @Test func `a reader in the way keeps no command from being executed`() throws {
        let store = try store()
        let line = #"{"actor":"system","command":"EraseUser","user":5}"# + "\n"
        let reader = try DatabaseQueue(path: store.path + "/read.sqlite", configuration: readOnly)
        try reader.inDatabase { database in
            try database.execute(sql: "BEGIN; SELECT count(*) FROM users")
            #expect(try Program.run(["submit", "-"], in: store, input: line).exitCode == 0)
            let applied = try Program.run(["apply", "2", "2"], in: store)
            #expect(applied.exitCode == 0 && applied.error.contains("not finished yet"), "\(applied)")
            try database.execute(sql: "COMMIT")
        }
        let finished = try Program.run(["apply", "3", "2"], in: store)
        #expect(finished.exitCode == 0 && finished.error.contains("finished the erasure of user/5"), "\(finished)")
    }

    private var readOnly: Configuration {
        var configuration = Configuration()
        configuration.readonly = true
        return configuration
    }

    @Test func `a vault that was left in the middle of a change is mended by who writes, and read around`() throws {
        let store = try store()
        let files = try TemporaryDirectory()
        let (path, copy) = (store.path + "/vault.sqlite", files.path + "/vault.sqlite")
        // As a kill leaves it: some pages changed in the file, and the journal with the old ones beside it.
        let queue = try DatabaseQueue(path: path)
        try queue.inDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = OFF; BEGIN; UPDATE keys SET changed_at = 1 WHERE user > 0")
            try database.execute(sql: "PRAGMA cache_spill = 1; PRAGMA cache_size = 1")
            try database.execute(sql: "UPDATE keys SET changed_at = 2 WHERE user > 0")
            for name in ["", "-journal"] {
                try FileManager.default.copyItem(atPath: path + name, toPath: copy + name)
            }
            try database.execute(sql: "ROLLBACK")
        }
        try queue.close()
        try FileManager.default.removeItem(atPath: path)
        for name in ["", "-journal"] { try FileManager.default.moveItem(atPath: copy + name, toPath: path + name) }
        let history = try Program.run(["history", "user", "5"], in: store)
        #expect(
            history.exitCode == 0 && history.output.contains("(sealed)")
                && history.error.contains("in the middle of a change"), "\(history)")
        #expect(try Program.run(["apply", "2", "2"], in: store).exitCode == 0)
        #expect(try Program.run(["history", "user", "5"], in: store).output.contains(secret))
    }

    @Test func `leaves nothing in the memory of the process that does it`() async throws {
        let store = try store()
        let settings = try StoreSettings.load(StoreLayout(directory: store.path))
        let vault = try Vault.open(
            at: store.path + "/vault.sqlite", storeID: settings.storeID,
            wrapping: try LocalKey(file: store.path + ".key"), readOnly: true)
        let key = try #require(try vault.key(of: 5)).withUnsafeBytes { Data($0) }
        // Asked for by one process, and done by the next when it opens the store.
        let line = #"{"actor":"system","command":"EraseUser","user":5}"# + "\n"
        #expect(try Program.run(["submit", "-"], in: store, input: line).exitCode == 0)
        let running = try RunningProgram(in: store)
        running.write(#"{"actor":"system","command":"SuspendUser","user":2,"reason":"a reason to be found"}"# + "\n")
        #expect(try #require(running.readLine()).contains("accepted"))
        let memory = try await Memory(of: running.processID)
        #expect(memory.holds(Data("a reason to be found".utf8)), "the search finds what is there")
        for text in [Data(secret.utf8), Data(address.utf8), key] { #expect(!memory.holds(text)) }
        let end = try running.finish()
        #expect(end.exitCode == 0 && end.error.contains("finished the erasure of user/5"), "\(end)")
    }
}
