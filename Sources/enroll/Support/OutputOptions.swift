// The options that every subcommand shares: where the store is, and for whom the output is.

import ArgumentParser
import Foundation

/// Where the store is.
struct StoreOptions: ParsableArguments {
    @Option(
        name: .customLong("store"),
        help: ArgumentHelp("The store's directory. Without it, ENROLL_STORE says where.", valueName: "dir"))
    var storePath: String?

    /// The directory that was named.
    ///
    /// - Throws: a usage error where neither the option nor the variable names one.
    var directory: String {
        get throws {
            if let storePath, !storePath.isEmpty { return storePath }
            if let path = ProcessInfo.processInfo.environment["ENROLL_STORE"], !path.isEmpty { return path }
            throw ValidationError("No store is named: give --store DIR, or set ENROLL_STORE.")
        }
    }
}

/// For whom the results are.
struct OutputOptions: ParsableArguments {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
    }

    @Option(help: ArgumentHelp("text for people, json (one object a line) for programs.", valueName: "format"))
    var format: Format = .text

    var isJSON: Bool { format == .json }
}
