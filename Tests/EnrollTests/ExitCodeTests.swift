// The exit codes that scripts rely on, and the one line that goes with them.

import Testing

@Suite struct `The exit code` {
    struct Case: Sendable, CustomTestStringConvertible {
        let words: [String]
        let exitCode: Int32
        /// Part of the one line on standard error, or of the result.
        let says: String

        var testDescription: String { words.joined(separator: " ") }

        init(_ words: String, _ exitCode: Int32, _ says: String) {
            self.words = words.split(separator: " ").map(String.init)
            self.exitCode = exitCode
            self.says = says
        }
    }

    private static let cases = [
        Case("status", 0, "store"),
        Case("apply 2 1", 0, "EnrollmentApplied"),
        Case("apply 99 1", 1, "USER_NOT_FOUND"),
        Case("cancel 7", 1, "ENROLLMENT_NOT_FOUND"),
        Case("apply @nobody 1", 1, "enroll: no user has the source id \"nobody\""),
        Case("history term 99", 1, "enroll: there is no term 99 in this store"),
        Case("user register --email S2@X.org --name S", 1, "DUPLICATE_EMAIL"),
        Case("term schedule 1 --number 3 --start 2027-03-02 --end 2027-06-20 --capacity 0", 1, "INVALID_CAPACITY"),
        Case("term schedule 1 --number 3 --start 2027-06-20 --end 2027-03-02 --capacity 9", 1, "INVALID_TERM_DATE"),
        Case("term start 1 --expected-version 99", 1, "VERSION_CONFLICT"),
        Case("apply 2 1 --as 3", 1, "FORBIDDEN"),
        Case("apply 2 1 --as 99", 1, "UNAUTHORIZED"),
        Case("replay --to 99999 --into /nonexistent/x", 2, "enroll: "),
        Case("submit /nonexistent", 2, "enroll: could not open /nonexistent"),
        Case("apply two 1", 64, "enroll: the value 'two' is invalid for '<user>'; see 'enroll apply --help'"),
        Case("apply 2", 64, "enroll: missing expected argument '<term>'; see 'enroll apply --help'"),
        Case(
            "export oecl --into x", 64, "enroll: 'enroll export' has no subcommand 'oecl', only ocel, cloudevents, csv;"
        ),
        Case("bogus --store x", 64, "enroll: 'enroll' has no subcommand 'bogus', only init, "),
        Case("--bogus", 64, "enroll: unknown option '--bogus'; see 'enroll --help'"),
        Case("user update 2", 64, "enroll: nothing to change: give --email or --name; see"),
        Case("apply 2 1 --effective-at soon", 64, "enroll: --effective-at is \"soon\", which is no instant"),
        Case("apply 2 99999999999999999999", 64, "is invalid for '<term>'"),
        Case("log dump --from 99", 0, "there are no such events: the log ends at position 8"),
        Case("log dump --from 9", 0, "there are no such events: the log ends at position 8"),
        Case("log dump --from 3 --to 2", 0, "there are no such events"),
        Case("show users --limit -1", 64, "enroll: "),
    ]

    @Test(arguments: cases)
    func `and its one line fit what happened`(_ item: Case) throws {
        let store = try TemporaryStore.furnished()
        let outcome = try Program.run(item.words, in: store)
        #expect(outcome.exitCode == item.exitCode)
        let text = item.says.hasPrefix("enroll: ") ? outcome.error : outcome.output + outcome.error
        #expect(text.contains(item.says), "\(outcome)")
        #expect(outcome.errorLines.count <= 1, "\(outcome.error)")
    }

    @Test func `is 64 without a store`() throws {
        let outcome = try Program.run(["status"])
        #expect(outcome.exitCode == 64)
        #expect(outcome.error.hasPrefix("enroll: no store is named: give --store DIR, or set ENROLL_STORE"))
        #expect(outcome.errorLines.count == 1)
    }

    @Test func `is 64 for a clock that is none`() throws {
        let store = try TemporaryStore.furnished()
        let outcome = try Program.run(["apply", "2", "1"], in: store, environment: ["ENROLL_CLOCK": "noon"])
        #expect(outcome.exitCode == 64)
        #expect(outcome.error.contains("ENROLL_CLOCK is \"noon\", which is no instant"))
    }

    @Test func `is 0 for a sound store`() throws {
        let store = try TemporaryStore.furnished()
        let plain = try Program.run(["verify"], in: store)
        #expect(plain.exitCode == 0)
        #expect(plain.output.hasSuffix("sound\n"))
    }

    @Test func `comes without escapes from the arguments`() throws {
        let store = try TemporaryStore.furnished()
        let outcome = try Program.run(["apply", "@\u{1B}[31mred\u{202E}\n", "1"], in: store)
        #expect(outcome.exitCode == 1)
        #expect(outcome.error.contains(#"\u{1B}[31mred\u{202E}\n"#))
        #expect(outcome.errorLines.count == 1)
    }
}
