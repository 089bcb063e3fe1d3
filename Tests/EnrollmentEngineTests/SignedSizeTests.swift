// What was signed of a log protects it wherever it is opened, not in the program alone.

import Enrollment
import EnrollmentTesting
import EventLog
import Testing

@testable import EnrollmentEngine

@Suite struct `A store that was signed` {
    private let disk = InMemoryFileSystem()

    private var options: EngineOptions {
        var options = EngineOptions()
        options.fileSystem = disk
        return options
    }

    /// A store of that origin with five events.
    private func makeStore() async throws {
        let engine = try await EnrollmentEngine.create(
            at: "/store", origin: "example.org/log", personalData: .plain, options: options)
        for number in 0..<5 {
            _ = try await engine.execute(
                .registerUser(email: "u\(number)@x.org", name: "U", role: .student), by: .system)
        }
        try await engine.close()
        try disk.createDirectory("/store/transparency")
    }

    private func sign(_ text: String) throws {
        let file = try disk.open("/store/transparency/checkpoint", .createOrTruncate)
        defer { disk.close(file) }
        _ = try Array(text.utf8).withUnsafeBytes { try disk.write(file, $0, at: 0) }
    }

    private func open() async throws -> EnrollmentEngine {
        try await EnrollmentEngine.open(at: "/store", options: options)
    }

    @Test func `is opened where its log has all that was signed, and not where it ends before`() async throws {
        try await makeStore()
        for size in [0, 4, 5] {
            try sign("example.org/log\n\(size)\nroot\n\n— signature\n")
            try await open().close()
        }
        try sign("example.org/log\n6\nroot\n\n— signature\n")
        let error = await #expect(throws: EngineError.self) { try await open() }
        #expect(error?.code == .damaged)
        for words in [
            "ends at position 5, but the last signed checkpoint in /store/transparency/checkpoint proves",
            "position 6 is missing", "--without-checkpoint",
        ] { #expect(error?.message.contains(words) == true, "\(String(describing: error))") }
        // The lock was given back.
        try sign("example.org/log\n5\nroot\n\n— signature\n")
        try await open().close()
    }

    @Test(arguments: [
        "", "\n", "example.org/log", "example.org/log\n5", "example.org/log\n05\nroot\n", "example.org/log\n+5\nroot\n",
        "example.org/log\n-1\nroot\n", "example.org/log\n5 \nroot\n", "example.org/log\nfive\nroot\n", "\n5\nroot\n",
        "example.org/log\n9223372036854775808\nroot\n", "example.org/log\n\nroot\n",
    ])
    func `is not opened where nobody can read how much`(_ text: String) async throws {
        try await makeStore()
        try sign(text)
        let error = await #expect(throws: EngineError.self) { try await open() }
        #expect(error?.code == .damaged && error?.message.contains("is no checkpoint") == true)
    }

    @Test func `is not opened with the checkpoint of another log`() async throws {
        try await makeStore()
        try sign("example.org/other\n5\nroot\n\n— signature\n")
        let error = await #expect(throws: EngineError.self) { try await open() }
        #expect(error?.code == .foreign && error?.message.contains("example.org/other") == true)
    }

    @Test func `is not copied where its log ends before what was signed`() async throws {
        try await makeStore()
        try sign("example.org/log\n6\nroot\n\n— signature\n")
        for copy in [
            { _ = try BackupStore.backUp("/store", to: "/copy", fileSystem: $0) },
            { _ = try BackupStore.restore("/store", to: "/copy", now: ManualClock(.day(1)), fileSystem: $0) },
        ] as [(InMemoryFileSystem) throws -> Void] {
            let error = #expect(throws: EngineError.self) { try copy(disk) }
            #expect(error?.code == .damaged && error?.message.contains("6 records of it were signed") == true)
            #expect(try disk.status("/copy") == nil)
        }
        try sign("example.org/log\n5\nroot\n\n— signature\n")
        _ = try BackupStore.backUp("/store", to: "/copy", fileSystem: disk)
    }
}
