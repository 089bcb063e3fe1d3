// A process that shows a person's texts in every way it can, and then erases them: a test looks into its memory.

import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EnrollmentVault
import EventLog
import Glibc

/// `forgetting STORE KEYFILE ADDRESS NAME REASON`: the texts with each byte inverted, as hexadecimal digits, so that no
/// argument holds them as they are.
///
/// Says `shown` and `forgotten`, and after each waits for a line.
@main struct Forgetting {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 6 else { return }
        let (store, wrapping) = (arguments[1], try LocalKey(file: arguments[2]))
        // In a task of its own, whose memory is freed with it. The key is one that was drawn, and after that one that
        // was read.
        let made = try await Task {
            let engine = try await EnrollmentEngine.create(at: store, personalData: .sealed(wrapping: wrapping))
            return try await withTables(of: engine) { try await show(engine, $0, Array(arguments[3...])) }
        }.value
        let engine = try await EnrollmentEngine.open(
            at: store, vault: try Vault.open(ofStore: store, wrapping: wrapping))
        try await withTables(of: engine) { tables in
            let read = try await Task { try await look(engine, tables).count }.value
            tell("shown \(made + read)")
            try await forget(engine, tables)
        }
    }

    private static func withTables<Value: Sendable>(
        of engine: EnrollmentEngine, _ body: @Sendable (ReadModel) async throws -> Value
    ) async throws -> Value {
        let tables = try ReadModel.open(at: engine.layout, following: engine)
        let projection = Task { try await tables.run() }
        let value = try await body(tables)
        try await engine.close()
        try await projection.value
        try tables.close()
        return value
    }

    private static func forget(_ engine: EnrollmentEngine, _ tables: ReadModel) async throws {
        _ = try await engine.execute(.eraseUser(1), by: .system)
        try await tables.finishErasures(of: engine)
        let left = try await Task { try await look(engine, tables).count }.value
        // What the search must find, whatever is overwritten.
        let kept = Array("a text that stays in use".utf8)
        tell("forgotten \(left)")
        withExtendedLifetime(kept) {}
    }

    /// How many texts were shown: by the answers, by the history, by the tables.
    private static func show(
        _ engine: EnrollmentEngine, _ tables: ReadModel, _ texts: [String]
    ) async throws -> Int {
        let commands: [Command] = [
            .registerUser(
                email: .plain(uninverted(texts[0])), name: .plain(uninverted(texts[1])), role: .student),
            .suspendUser(1, reason: .plain(uninverted(texts[2]))),
        ]
        var shown = 0
        for command in commands {
            let receipt = try await engine.execute(command, by: .system)
            shown += receipt.events.reduce(0) { $0 + $1.event.texts.count }
        }
        try await tables.wait(for: engine.lastPosition)
        return shown + (try await look(engine, tables).count)
    }

    /// The texts of everybody that the history and the tables show, but for addresses.
    private static func look(_ engine: EnrollmentEngine, _ tables: ReadModel) async throws -> [String] {
        var texts: [String] = []
        for try await event in engine.events() { texts += event.event.texts }
        for user in 1...engine.read({ $0.users.count }) {
            if let name = try tables.tables.user(UserID(Int64(user)))?.name { texts.append(name) }
        }
        return texts
    }

    private static func uninverted(_ digits: String) -> String {
        let letters = Array(digits.utf8)
        let bytes = stride(from: 0, to: letters.count, by: 2).map { start in
            ~(UInt8(String(decoding: letters[start..<start + 2], as: UTF8.self), radix: 16) ?? 0)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func tell(_ line: String) {
        let line = line + "\n"
        _ = write(STDOUT_FILENO, line, line.utf8.count)
        _ = readLine()
    }
}

extension Event {
    /// Its names and reasons that are as they were given.
    fileprivate var texts: [String] {
        switch self {
        case .userRegistered(_, _, let name, _, _): name.plain.map { [$0] } ?? []
        case .userSuspended(_, let reason): reason?.plain.map { [$0] } ?? []
        default: []
        }
    }
}
