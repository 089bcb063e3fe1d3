// The files of the project as the rules see them: what is committed, not what builds leave behind.

import Foundation

/// A set of files, read from disk or made up by a test.
struct Project: Sendable {
    let root: URL
    let files: [TextFile]
    /// Every file and folder, texts or not, relative to the root.
    let paths: Set<String>

    /// This project, read once.
    static let current = Result { try Project(at: findRoot()) }

    private static let folders = [
        ".ci", "Benchmarks", "Documentation", "Examples", "Fixtures", "Scripts", "Sources", "Tests",
    ]
    private static let hiddenFiles: Set<String> = [".gitignore", ".swift-format"]

    init(files: [TextFile]) {
        self.root = URL(filePath: "/")
        self.files = files
        self.paths = Self.withFolders(files.map(\.path))
    }

    init(at root: URL) throws {
        var found: [String] = []
        let ignored = try String(contentsOf: root.appending(path: ".gitignore"), encoding: .utf8).split(separator: "\n")
        for name in try FileManager.default.contentsOfDirectory(atPath: root.path).sorted()
        where !ignored.contains(Substring(name)) {
            if Self.folders.contains(name) {
                found += try Self.filePaths(below: name, root: root)
            } else if !name.hasPrefix(".") || Self.hiddenFiles.contains(name), try Self.kind(of: name, root) == .file {
                found.append(name)
            }
        }
        self.root = root
        self.paths = Self.withFolders(found)
        self.files = try found.compactMap { path in
            let data = try Data(contentsOf: root.appending(path: path))
            return data.contains(0) ? nil : TextFile(path: path, text: String(decoding: data, as: UTF8.self))
        }
    }

    func file(at path: String) -> TextFile? {
        files.first { $0.path == path }
    }

    private enum Kind { case file, folder, other }

    private static func kind(of path: String, _ root: URL) throws -> Kind {
        let values = try root.appending(path: path).resourceValues(forKeys: [
            .isRegularFileKey, .isDirectoryKey, .isSymbolicLinkKey,
        ])
        if values.isSymbolicLink == true { return .other }
        return values.isDirectory == true ? .folder : values.isRegularFile == true ? .file : .other
    }

    private static func filePaths(below folder: String, root: URL) throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)
        return try names.sorted().filter { !$0.hasPrefix(".") && $0 != "__pycache__" }.flatMap { name in
            let path = "\(folder)/\(name)"
            return switch try kind(of: path, root) {
            case .file: [path]
            case .folder: try filePaths(below: path, root: root)
            case .other: [String]()
            }
        }
    }

    private static func withFolders(_ files: [String]) -> Set<String> {
        var all: Set<String> = ["."]
        for file in files {
            var path = Substring(file)
            all.insert(file)
            while let slash = path.lastIndex(of: "/") {
                path = path[..<slash]
                all.insert(String(path))
            }
        }
        return all
    }

    /// The folder of the manifest above this file, which may have been reached through a symbolic link.
    private static func findRoot(from file: String = #filePath) throws -> URL {
        var folder = URL(filePath: file).resolvingSymlinksInPath().deletingLastPathComponent()
        while !FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path) {
            guard folder.path != "/" else { throw CocoaError(.fileNoSuchFile) }
            folder.deleteLastPathComponent()
        }
        return folder
    }
}
