// What the program says about itself.

import Testing

@Suite struct `The help` {
    static let groups: [(name: String, subcommands: [String])] = [
        ("root", [""]),
        ("init", ["init"]),
        (
            "user",
            ["", "register", "update", "role", "activate", "deactivate", "suspend", "reinstate"].map { "user " + $0 }
        ),
        (
            "course",
            ["", "create", "update", "assign", "publish", "close", "reopen", "archive"].map { "course " + $0 }
        ),
        (
            "term",
            ["", "schedule", "update", "window", "capacity", "start", "complete", "cancel"].map { "term " + $0 }
        ),
        ("enrollment", ["apply", "approve", "reject", "cancel", "enroll-directly"]),
        ("submit", ["submit"]),
        ("show", ["", "users", "courses", "terms", "enrollments", "refusals"].map { "show " + $0 }),
        ("status", ["status"]),
        ("backup", ["backup", "restore"]),
        ("history", ["history"]),
        ("replay", ["replay"]),
        ("explain", ["explain"]),
        ("diff", ["diff"]),
        ("audit", ["", "decisions", "attestations", "report"].map { "audit " + $0 }),
        ("export", ["", "ocel", "cloudevents", "csv"].map { "export " + $0 }),
        ("checks", ["rebuild", "verify"]),
        ("erase", ["erase", "erase user"]),
        (
            "vault",
            ["", "status", "hold", "release", "rotate", "backup", "restore"].map { "vault " + $0 }
        ),
        ("race", ["race"]),
        ("tail", ["tail"]),
        (
            "proofs",
            [
                "keygen", "attest", "checkpoint", "prove", "prove inclusion", "prove consistency", "prove term",
                "verify-proof",
            ]
        ),
        ("log", ["", "list", "dump", "stat", "seal", "verify", "salvage"].map { "log " + $0 }),
    ]

    @Test(arguments: groups.map(\.name))
    func `reads as it was committed`(_ name: String) throws {
        let subcommands = try #require(Self.groups.first { $0.name == name }).subcommands
        var text = ""
        for subcommand in subcommands {
            let words = subcommand.split(separator: " ").map(String.init) + ["--help"]
            let outcome = try Program.run(words)
            #expect(outcome.exitCode == 0)
            #expect(outcome.error == "")
            text += "$ enroll \(words.joined(separator: " "))\n\(outcome.output)\n"
        }
        try Golden.expect(text, named: "help-" + name)
    }
}
