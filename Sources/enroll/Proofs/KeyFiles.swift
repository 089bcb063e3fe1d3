// Small files that proofs need: keys, checkpoints, records. A key is never taken from the directory of a log.

import ArgumentParser
import EnrollmentEngine
import Foundation
import Transparency

/// A file that is read from its beginning, chunk by chunk; `-` is standard input.
struct InputFile: ~Copyable {
    let path: String
    private let descriptor: Int32

    /// - Throws: ``Failure`` where it cannot be opened.
    init(_ path: String) throws {
        self.path = path
        descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw NewFile.failure("open", path) }
    }

    deinit { if descriptor > STDIN_FILENO { close(descriptor) } }

    /// The next bytes, at most 64 KiB; none at the end.
    borrowing func read() throws -> [UInt8] {
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Foundation.read(descriptor, &chunk, chunk.count)
            if count == -1 && errno == EINTR { continue }
            guard count >= 0 else { throw NewFile.failure("read", path) }
            return Array(chunk[..<count])
        }
    }

    /// The next bytes, fewer than asked for only where the file ends.
    borrowing func read(atLeast count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let chunk = try read()
            if chunk.isEmpty { break }
            bytes += chunk
        }
        return bytes
    }
}

/// Reading and making the small files that people name on the command line.
enum SmallFile {
    private static let limit = 4 << 20

    /// The whole of a file; `-` is standard input.
    ///
    /// - Throws: ``Failure`` where it cannot be read, or is longer than any such file.
    static func read(_ path: String) throws -> [UInt8] {
        try rest(of: try InputFile(path), after: [])
    }

    /// What was read of a file, and all that follows.
    ///
    /// - Throws: as ``read(_:)``.
    static func rest(of file: borrowing InputFile, after start: [UInt8]) throws -> [UInt8] {
        var bytes = start
        while true {
            let chunk = try file.read()
            if chunk.isEmpty { return bytes }
            bytes += chunk
            guard bytes.count <= limit else {
                throw Failure.couldNotRun(
                    "\(file.path) is longer than 4 MiB: it is no key, checkpoint, proof or record")
            }
        }
    }

    /// Makes a file that must not exist yet, for its owner alone.
    static func make(_ path: String, _ bytes: [UInt8]) throws { try NewFile.write(to: path) { try $0.write(bytes) } }

    /// Whether others than the owner may read a file.
    static func isOpenToOthers(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & 0o077 != 0
    }

    /// The store that a path lies in, if any, whatever links lead there.
    static func store(around path: String) -> String? {
        var folder = URL(fileURLWithPath: path).resolvingSymlinksInPath().deletingLastPathComponent()
        while true {
            let settings = StoreLayout(directory: folder.path).settingsPath
            if access(settings, F_OK) == 0 { return folder.path }
            let parent = folder.deletingLastPathComponent()
            guard parent.path != folder.path, folder.path != "/" else { return nil }
            folder = parent
        }
    }
}

extension SignerKey {
    /// Reads the secret key of a log out of a file that nobody else can read.
    static func load(_ path: String) throws -> SignerKey {
        let text = String(decoding: try SmallFile.read(path), as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        if (try? VerifierKey(text)) != nil {
            throw Failure.couldNotRun(
                "\(path) holds the public key, which signs nothing; name the file that 'enroll keygen --into' made")
        }
        guard path == "-" || !SmallFile.isOpenToOthers(path) else {
            throw Failure.couldNotRun("other users may read the secret key in \(path); run chmod 600 on it")
        }
        do { return try SignerKey(text) } catch {
            throw Failure.couldNotRun("\(path): \(error.message)")
        }
    }
}

extension VerifierKey {
    /// Takes a published key: the text itself, or the file that it is in.
    ///
    /// - Throws: ``Failure`` where it is none, or lies in the directory of a store: whoever changed the log could have
    ///   changed that key too.
    static func load(_ argument: String) throws -> VerifierKey {
        if let key = try? VerifierKey(argument) { return key }
        if argument != "-", let store = SmallFile.store(around: argument) {
            throw Failure.couldNotRun(
                "the key \(argument) lies in the store \(store): take the key that the operator published elsewhere")
        }
        let text = String(decoding: try SmallFile.read(argument), as: UTF8.self)
        do { return try VerifierKey(text.trimmingCharacters(in: .whitespacesAndNewlines)) } catch {
            throw Failure.couldNotRun("\(argument.shortened(to: 200)): \(error.message)")
        }
    }
}
