// A vault's file: keys made, read, held, destroyed, wrapped anew, copied; and everything that must be refused.

import Crypto
import Enrollment
import EnrollmentEngine
import EnrollmentTesting
import EnrollmentVault
import Foundation
import Testing

@Suite struct VaultTests {
    private let scratch = Scratch()
    private let wrapping = LocalKey()

    private func make() throws -> Vault {
        try Vault.create(at: scratch.vault, storeID: "one", wrapping: wrapping, clock: ManualClock(.day(0)))
    }

    private func open(_ wrapping: LocalKey? = nil, storeID: String = "one", readOnly: Bool = false) throws -> Vault {
        try Vault.open(
            at: scratch.vault, storeID: storeID, wrapping: wrapping ?? self.wrapping, readOnly: readOnly,
            clock: ManualClock(.day(1)))
    }

    private func bytes(of key: SymmetricKey?) -> [UInt8] { key.map { $0.withUnsafeBytes { Array($0) } } ?? [] }

    @Test func `keys are made ahead, differ, and are the same after an opening`() throws {
        let vault = try make()
        #expect(try vault.key(of: 5) == nil)
        try vault.makeKeys(through: 5)
        let last = try vault.lastOwner()
        #expect(last >= 256)
        let keys = try (0...last.rawValue).map { bytes(of: try vault.key(of: UserID($0))) }
        #expect(Set(keys).count == keys.count && keys.allSatisfy { $0.count == 32 })
        let digest = bytes(of: vault.digestKey)
        try vault.close()
        let again = try open()
        #expect(bytes(of: again.digestKey) == digest)
        guard case .notAtHand = again.keyAtHand(of: 5) else {
            Issue.record("a key was at hand that nobody read")
            return
        }
        #expect(try (0...last.rawValue).map { bytes(of: try again.key(of: UserID($0))) } == keys)
        try again.makeKeys(through: 5)
        #expect(try again.lastOwner() == last, "nothing is made that is there")
    }

    @Test func `a key is at hand no sooner than it is durable in the file`() async throws {
        let (vault, reader) = (try make(), try open(readOnly: true))
        async let making: Void = {
            for last in stride(from: 1, through: 6_001, by: 1_000) { try vault.makeKeys(through: UserID(Int64(last))) }
        }()
        for user in stride(from: 1 as Int64, through: 6_001, by: 1_000) {
            var found: SymmetricKey?
            while found == nil {
                if case .key(let key) = vault.keyAtHand(of: UserID(user)) { found = key }
                await Task.yield()
            }
            #expect(try bytes(of: reader.key(of: UserID(user))) == bytes(of: found), "user \(user)")
        }
        try await making
    }

    @Test func `keys made ahead by an earlier process come to hand by the thousand, old ones one by one`() throws {
        let before = try make()
        try before.makeKeys(through: 20_000)
        let vault = try open()
        func isAtHand(_ user: Int64) -> Bool {
            if case .key = vault.keyAtHand(of: UserID(user)) { true } else { false }
        }
        try vault.makeKeys(through: 20_000)
        #expect(try bytes(of: vault.key(of: 5)) == bytes(of: before.key(of: 5)))
        #expect(isAtHand(5) && !isAtHand(6) && !isAtHand(20_001))
        #expect(try bytes(of: vault.key(of: 20_001)) == bytes(of: before.key(of: 20_001)))
        #expect((20_001...20_256).allSatisfy(isAtHand) && !isAtHand(20_000) && !isAtHand(20_257))
        #expect(try bytes(of: vault.key(of: 20_200)) == bytes(of: before.key(of: 20_200)))
    }

    @Test func `no key lies in the file as it is, and a destroyed one not even wrapped`() throws {
        let vault = try make()
        try vault.makeKeys(through: 300)
        let wrapped = try scratch.column("SELECT key FROM keys WHERE user = 7")
        let key = bytes(of: try vault.key(of: 7))
        #expect(try scratch.vaultBytes().contains(wrapped) && !scratch.vaultBytes().contains(key))
        #expect(try vault.destroyKeys(of: [7], despiteHolds: false) == [])
        #expect(try vault.key(of: 7) == nil)
        guard case .destroyed = vault.keyAtHand(of: 7) else {
            Issue.record("a destroyed key is at hand")
            return
        }
        #expect(try !scratch.vaultBytes().contains(wrapped))
        try vault.makeKeys(through: 7)
        #expect(try vault.key(of: 7) == nil, "a tombstone is no gap to be filled")
        #expect(try vault.state(of: 7) == .erased && vault.state(of: 8) == .active && vault.state(of: 100_000) == nil)
        #expect(!FileManager.default.fileExists(atPath: scratch.vault + "-journal"))
        #expect(!FileManager.default.fileExists(atPath: scratch.vault + "-wal"))
    }

    @Test func `a held key is not destroyed, unless the erasure is older than the hold`() throws {
        let vault = try make()
        try vault.makeKeys(through: 3)
        try vault.setHold(true, on: 2)
        #expect(try vault.isHeld(2) && vault.isHeldAtHand(2))
        #expect(try vault.destroyKeys(of: [1, 2, 3], despiteHolds: false) == [2])
        #expect(try vault.key(of: 2) != nil && vault.key(of: 1) == nil && vault.key(of: 3) == nil)
        #expect(try vault.status().held == [2] && vault.status().erased == 2)
        #expect(try vault.destroyKeys(of: [2], despiteHolds: true) == [])
        #expect(try vault.state(of: 2) == .erased && !vault.isHeldAtHand(2))
        for user in [UserID(1), 0, 999_999] {
            let error = #expect(throws: EngineError.self) { try vault.setHold(true, on: user) }
            #expect(error?.code == .invalidArgument)
        }
    }

    @Test func `another process's hold is seen`() throws {
        let vault = try make()
        try vault.makeKeys(through: 3)
        _ = try vault.key(of: 2)
        try open().setHold(true, on: 2)
        #expect(try vault.isHeld(2))
        #expect(try vault.destroyKeys(of: [2], despiteHolds: false) == [2])
    }

    @Test func `a wrong or missing key, file or store is told before anything is written`() throws {
        let vault = try make()
        try vault.close()
        let before = try scratch.vaultBytes()
        func code(_ work: () throws -> Void) -> EngineError.Code? {
            #expect(throws: EngineError.self) { try work() }?.code
        }
        #expect(code { _ = try open(LocalKey()) } == .vaultMissing)
        #expect(code { _ = try open(storeID: "two") } == .foreign)
        #expect(code { _ = try LocalKey(file: scratch.path + "/none.key") } == .vaultMissing)
        #expect(
            code { _ = try Vault.open(at: scratch.path + "/none", storeID: "one", wrapping: wrapping) } == .vaultMissing
        )
        #expect(code { _ = try LocalKey("00ff", from: "X") } == .invalidArgument)
        #expect(code { _ = try LocalKey(String(repeating: "g0", count: 32), from: "X") } == .invalidArgument)
        #expect(try scratch.vaultBytes() == before)
        chmod(scratch.vault, 0o640)
        #expect(code { _ = try open() } == .insecurePermissions)
        chmod(scratch.vault, 0o600)
        try Data("no database at all, but long enough to be looked at".utf8).write(
            to: URL(fileURLWithPath: scratch.vault))
        chmod(scratch.vault, 0o600)
        #expect(code { _ = try open() } == .damaged)
    }

    @Test func `a key file is the owner's alone, and reads back`() throws {
        let path = scratch.path + "/store.key"
        try wrapping.save(path)
        #expect(throws: EngineError.self) { try LocalKey().save(path) }
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        _ = try make()
        let again = try LocalKey(file: path)
        _ = try open(again)
        let digits = try String(contentsOfFile: path, encoding: .utf8)
        _ = try open(try LocalKey(" \(digits)\n", from: LocalKey.variable))
        chmod(path, 0o644)
        let error = #expect(throws: EngineError.self) { _ = try LocalKey(file: path) }
        #expect(error?.code == .insecurePermissions)
    }

    @Test func `after a rotation the new key opens all, the old one nothing, and erased stays erased`() throws {
        let vault = try make()
        try vault.makeKeys(through: 300)
        _ = try vault.destroyKeys(of: [4], despiteHolds: false)
        try vault.setHold(true, on: 5)
        let keys = try (0...300).map { bytes(of: try vault.key(of: UserID($0))) }
        let next = LocalKey()
        try vault.rotate(to: next)
        #expect(try (0...300).map { bytes(of: try vault.key(of: UserID($0))) } == keys)
        #expect(try vault.status().held == [5] && vault.state(of: 4) == .erased && vault.status().rotatedAt == .day(0))
        try vault.makeKeys(through: 2_000)
        try vault.close()
        #expect(throws: EngineError.self) { _ = try open() }
        #expect(try bytes(of: open(next).key(of: 2_000)).count == 32)
    }

    @Test func `who has it open when another process rotates makes no key that would be lost`() throws {
        let first = try make()
        try first.makeKeys(through: 10)
        let second = try open()
        let next = LocalKey()
        try second.rotate(to: next)
        func code(_ work: () throws -> Void) -> EngineError.Code? {
            #expect(throws: EngineError.self) { try work() }?.code
        }
        let last = try second.lastOwner()
        #expect(code { try first.makeKeys(through: UserID(last.rawValue + 1)) } == .vaultMissing)
        #expect(code { try first.rotate(to: LocalKey()) } == .vaultMissing)
        let third = try open(next)
        let all = try (0...last.rawValue).map { bytes(of: try third.key(of: UserID($0))) }
        #expect(try third.lastOwner() == last && all.allSatisfy { $0.count == 32 })
    }

    @Test func `a key that it cannot unwrap any more is no damage where another process rotated`() throws {
        try make().makeKeys(through: 10)
        let first = try open()
        try open().rotate(to: LocalKey())
        let error = #expect(throws: EngineError.self) { _ = try first.key(of: 3) }
        #expect(error?.code == .vaultMissing)
    }

    @Test func `a copy is put back whole or not at all, and never over a vault`() throws {
        let vault = try make()
        try vault.makeKeys(through: 9)
        let (place, copy) = (scratch.path + "/place.sqlite", scratch.path + "/place.sqlite.new")
        #expect(throws: EngineError.self) {
            try vault.restore(to: place) { _ throws(EngineError) in throw EngineError(.io, "as if the disk failed") }
        }
        let files = FileManager.default
        #expect(!files.fileExists(atPath: place) && !files.fileExists(atPath: copy))
        // As a crash leaves it.
        #expect(files.createFile(atPath: place, contents: Data()))
        #expect(files.createFile(atPath: copy, contents: Data("half of one".utf8)))
        try vault.restore(to: place) { (copy) throws(EngineError) in
            _ = try copy.destroyKeys(of: [2], despiteHolds: false)
        }
        let restored = try Vault.open(at: place, storeID: "one", wrapping: wrapping)
        #expect(try bytes(of: restored.key(of: 9)) == bytes(of: vault.key(of: 9)))
        #expect(try restored.state(of: 2) == .erased && vault.state(of: 2) == .active)
        let error = #expect(throws: EngineError.self) { try vault.restore(to: place) { _ in } }
        #expect(error?.code == .alreadyExists)
    }

    @Test func `a new key file takes the place of an old one, of which nothing is left`() throws {
        let (old, next) = (scratch.path + "/store.key", scratch.path + "/store.key.new")
        try wrapping.save(old)
        let digits = try String(contentsOfFile: old, encoding: .utf8)
        // The file itself, which the directory forgets.
        let kept = scratch.path + "/kept"
        #expect(link(old, kept) == 0)
        let key = LocalKey()
        try key.save(next)
        try LocalKey.replace(old, by: next)
        #expect(!FileManager.default.fileExists(atPath: next))
        let left = try String(contentsOfFile: kept, encoding: .utf8)
        #expect(left.count == digits.count && left.allSatisfy { $0 == "\n" })
        let vault = try Vault.create(at: scratch.vault, storeID: "one", wrapping: key)
        try vault.close()
        _ = try open(try LocalKey(file: old))
    }

    @Test func `a backup has all keys, needs the same wrapping key, and is nobody else's to read`() throws {
        let vault = try make()
        try vault.makeKeys(through: 9)
        let copy = scratch.path + "/copy.sqlite"
        try vault.backUp(to: copy)
        #expect(throws: EngineError.self) { try vault.backUp(to: copy) }
        var status = stat()
        #expect(stat(copy, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(throws: EngineError.self) { _ = try Vault.open(at: copy, storeID: "one", wrapping: LocalKey()) }
        let opened = try Vault.open(at: copy, storeID: "one", wrapping: wrapping)
        #expect(try bytes(of: opened.key(of: 9)) == bytes(of: vault.key(of: 9)))
        #expect(try opened.lastOwner() == vault.lastOwner())
    }

    @Test func `wrapping is what RFC 3394 says`() throws {
        // Section 4.6: 256 bits of key data with a 256-bit key-encryption key.
        let wrapping = try LocalKey("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", from: "X")
        let data: [UInt8] = [
            0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF, 0, 1, 2, 3,
            4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        ]
        let wrapped = try wrapping.wrap(SymmetricKey(data: data))
        #expect(
            wrapped.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
                == "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21")
        #expect(bytes(of: try wrapping.unwrap(wrapped)) == data)
        var bent = wrapped
        bent[3] ^= 1
        #expect(throws: (any Error).self) { _ = try wrapping.unwrap(bent) }
    }
}
