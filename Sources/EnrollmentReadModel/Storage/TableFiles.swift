// Where the read tables lie, and how new ones take the place of old ones under the eyes of readers.

internal import Foundation

/// `read.sqlite` is a symbolic link to the file of the present generation, `read-<16 hexadecimal digits>.sqlite`.
///
/// SQLite names the write-ahead log after the file that a link leads to. So each generation has a write-ahead log of
/// its own, and a swap is one rename of a link: the old log can never be applied to the new file, and a reader that
/// opened the old file goes on with all of it, even if it first reads long after the swap. Renaming the database
/// itself over another would leave both to share `read.sqlite-wal`, which mixes their pages.
struct TableFiles {
    /// What everybody opens.
    let link: String
    private let directory: String
    private let prefix: String

    init(link: String) {
        self.link = link
        let (directory, name) = splitPath(link)
        self.directory = directory
        prefix = (name.hasSuffix(".sqlite") ? String(name.dropLast(7)) : name) + "-"
    }

    var lockPath: String { directory + "/" + String(prefix.dropLast()) + ".lock" }

    var exists: Bool { access(link, F_OK) == 0 }

    /// The file that the link leads to: every connection of a pool must open the same generation.
    func present() throws(ReadModelError) -> String {
        guard let path = realpath(link, nil) else { throw .system("Opening", path: link) }
        defer { free(path) }
        return String(cString: path)
    }

    /// Makes an empty file for the next generation, readable by the owner only.
    ///
    /// Its name is never used twice.
    func createNext() throws(ReadModelError) -> String {
        var generator = SystemRandomNumberGenerator()
        let digits = String(generator.next() as UInt64, radix: 16)
        let path = directory + "/" + prefix + String(repeating: "0", count: 16 - digits.count) + digits + ".sqlite"
        try createPrivateFile(path)
        return path
    }

    /// Makes `next` the present generation, durably.
    ///
    /// The writer's lock must be held.
    func swapIn(_ next: String) throws(ReadModelError) {
        try synchronize(next)
        let temporary = next + ".link"
        guard symlink(splitPath(next).name, temporary) == 0 else { throw .system("Linking", path: temporary) }
        guard rename(temporary, link) == 0 else { throw .system("Renaming", path: temporary) }
        try synchronize(directory)
    }

    /// Removes generations that a crash or a swap left behind.
    ///
    /// The writer's lock must be held.
    func removeStrays() throws(ReadModelError) {
        let present = try linkTarget()
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: directory) } catch {
            throw ReadModelError(error, while: "listing", path: directory)
        }
        for name in names where isGeneration(name) && !(present.map { name.hasPrefix($0) } ?? false) {
            guard unlink(directory + "/" + name) == 0 || errno == ENOENT else {
                throw .system("Removing", path: directory + "/" + name)
            }
        }
    }

    /// What the link leads to; nil where there is none, or where somebody put a file in its place.
    private func linkTarget() throws(ReadModelError) -> String? {
        var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(link, &bytes, bytes.count)
        if count < 0 && errno != ENOENT && errno != EINVAL { throw .system("Reading the link", path: link) }
        return count < 0 ? nil : splitPath(String(decoding: bytes[..<count], as: UTF8.self)).name
    }

    /// `read-<16 digits>.sqlite` and what SQLite and ``swapIn(_:)`` put beside it.
    private func isGeneration(_ name: String) -> Bool {
        guard name.hasPrefix(prefix) else { return false }
        let rest = name.dropFirst(prefix.count)
        return rest.count > 16 && rest.prefix(16).allSatisfy(\.isHexDigit) && rest.dropFirst(16).hasPrefix(".sqlite")
    }
}

/// The directory and the last part of a path.
func splitPath(_ path: String) -> (directory: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    return (slash == path.startIndex ? "/" : String(path[..<slash]), String(path[path.index(after: slash)...]))
}

/// Makes a file that was not there, mode 0600; SQLite gives its companions the same mode.
func createPrivateFile(_ path: String) throws(ReadModelError) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .system("Creating", path: path) }
    close(descriptor)
}

/// Makes a file or a directory durable.
func synchronize(_ path: String) throws(ReadModelError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("Opening", path: path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .system("Synchronising", path: path) }
}
