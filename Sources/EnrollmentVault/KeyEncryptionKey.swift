// What the keys in a vault are wrapped with: held outside it, in a file, in the environment, or by a service.

public import Crypto
public import EnrollmentEngine
internal import Foundation
internal import Glibc

/// Wraps keys before they are written, and unwraps them when they are read.
///
/// A key management service can stand here: what it gives for a key is stored as it is, up to 1,024 bytes. It is asked
/// once for each key that is made, first read after an opening, or rotated.
public protocol KeyEncryptionKey: Sendable {
    /// Gives the bytes that are stored for a key.
    ///
    /// - Throws: what keeps the service from wrapping.
    func wrap(_ key: SymmetricKey) throws -> [UInt8]

    /// Gives the key back.
    ///
    /// - Throws: where the bytes were wrapped by another key, or were changed.
    func unwrap(_ bytes: [UInt8]) throws -> SymmetricKey
}

/// A key-encryption key of 256 bits in memory, for the AES key wrap of RFC 3394: 40 bytes for a key, and an integrity
/// check, so that a wrong key is known as such.
public struct LocalKey: KeyEncryptionKey {
    private let key: SymmetricKey

    /// The length in bytes.
    public static let length = 32

    /// Draws a new one at random.
    public init() { key = SymmetricKey(size: .bits256) }

    /// The name of the environment variable that may hold the key, as 64 hexadecimal digits.
    public static let variable = "ENROLL_VAULT_KEY"

    /// Reads the key from 64 hexadecimal digits, with blanks or a line feed around them.
    ///
    /// `source` tells in the error's message where the digits come from.
    ///
    /// - Throws: `invalidArgument`, which does not repeat the digits.
    public init(_ digits: String, from source: String) throws(EngineError) {
        var bytes: [UInt8] = []
        var high: UInt8?
        for letter in digits.trimmingCharacters(in: .whitespacesAndNewlines).utf8 {
            guard let digit = UInt8(String(UnicodeScalar(letter)), radix: 16) else { bytes = []; break }
            if let first = high { bytes.append(first << 4 | digit) }
            high = high == nil ? digit : nil
        }
        guard bytes.count == Self.length, high == nil else {
            throw EngineError(
                .invalidArgument, "\(source) holds no key: it must be 64 hexadecimal digits. Nothing was written.")
        }
        key = SymmetricKey(data: bytes)
    }

    /// Reads the key from a file that nobody but its owner may read or write.
    ///
    /// - Throws: `vaultMissing` where there is none, `insecurePermissions`, `invalidArgument`, `io`.
    public init(file path: String) throws(EngineError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard errno == ENOENT else { throw .system("read", path) }
            throw EngineError(
                .vaultMissing,
                "There is no key file at \(path): without it the vault cannot be opened. Put it back, or name it with "
                    + "ENROLL_VAULT_KEY_FILE. Nothing was written.")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw EngineError(
                .insecurePermissions, "\(path) can be read by other users; run chmod 600 on it. Nothing was written.")
        }
        let data: Data
        do { data = try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
            throw EngineError(.io, "Could not read \(path): \(error.localizedDescription)", cause: error)
        }
        try self.init(String(decoding: data, as: UTF8.self), from: path)
    }

    /// Writes the key to a new file of mode 0600, synced with its directory.
    ///
    /// - Throws: `alreadyExists`, `diskFull`, `io`.
    public func save(_ path: String) throws(EngineError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            guard errno == EEXIST else { throw .system("write", path) }
            throw EngineError(.alreadyExists, "There is a file at \(path) already; name another.")
        }
        defer { Glibc.close(descriptor) }
        let text = key.withUnsafeBytes { $0.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "\n" }
        guard write(descriptor, text, text.utf8.count) == text.utf8.count, fsync(descriptor) == 0 else {
            let failure = EngineError.system("write", path)
            unlink(path)
            throw failure
        }
        try synchronizeDirectory(of: path)
    }

    /// Puts the key of one file into the place of another's, whose bytes are overwritten first, and syncs both.
    ///
    /// After a crash in between the new key is still in its own file, and the old one is no key any more.
    ///
    /// - Throws: `io`, naming both files.
    public static func replace(_ path: String, by next: String) throws(EngineError) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        var status = stat()
        if descriptor >= 0 {
            defer { Glibc.close(descriptor) }
            guard fstat(descriptor, &status) == 0 else { throw .system("overwrite", path) }
            let blank = [UInt8](repeating: UInt8(ascii: "\n"), count: Int(min(status.st_size, 4_096)))
            guard pwrite(descriptor, blank, blank.count, 0) == blank.count, fsync(descriptor) == 0 else {
                throw .system("overwrite", path)
            }
        } else if errno != ENOENT {
            throw .system("overwrite", path)
        }
        guard rename(next, path) == 0 else { throw .system("rename \(next) to", path) }
        try synchronizeDirectory(of: path)
    }

    public func wrap(_ key: SymmetricKey) throws -> [UInt8] { Array(try AES.KeyWrap.wrap(key, using: self.key)) }

    public func unwrap(_ bytes: [UInt8]) throws -> SymmetricKey {
        defer { overwriteFreed(.unwrapped) }
        return try AES.KeyWrap.unwrap(bytes, using: key)
    }
}

/// Makes a change of names in a file's directory durable.
func synchronizeDirectory(of path: String) throws(EngineError) {
    let slash = path.lastIndex(of: "/")
    let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("open", directory) }
    defer { Glibc.close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .system("sync", directory) }
}

extension EngineError {
    /// What the operating system just refused.
    static func system(_ verb: String, _ path: String) -> EngineError {
        let number = errno
        return EngineError(
            number == ENOSPC || number == EDQUOT ? .diskFull : .io,
            "Could not \(verb) \(path): \(String(cString: strerror(number))). Mend that and try again.")
    }
}
