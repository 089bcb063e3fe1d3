// One event written again in a log of real files: outside verifiers find it, and our program says where it is.

import Foundation
import Testing

@Suite struct `An event that was rewritten after it was signed` {
    /// The same commands under the same ids at the same time, so that two stores have the same events; but one
    /// person's application went to another term.
    private func store(rewritten: Bool) throws -> TemporaryStore {
        let store = try TemporaryStore()
        // Sealed texts differ between any two stores, and the two must differ in one event only.
        try #require(try Program.run(["init", "--personal-data", "plain"], in: store).exitCode == 0)
        var commands = [
            #""command":"RegisterUser","email":"t@x.org","name":"T","role":"INSTRUCTOR""#,
            #""command":"CreateCourse","title":"Logic","instructor":1"#, #""command":"PublishCourse","course":1"#,
        ]
        for number in 1...2 {
            commands.append(
                #""command":"ScheduleTerm","course":1,"termNumber":\#(number),"startDate":"2027-03-02","#
                    + #""endDate":"2027-06-20","capacity":1000"#)
        }
        for number in 0..<500 {
            commands.append(#""command":"RegisterUser","email":"s\#(number)@x.org","name":"S","role":"STUDENT""#)
        }
        for user in 2...101 {
            let term = user == 60 && rewritten ? 2 : 1
            commands.append(#""command":"ApplyEnrollment","user":\#(user),"term":\#(term)"#)
        }
        let lines = commands.enumerated().map { number, command in
            let digits = String(number + 100_000)
            return #"{"actor":"system","commandID":"00000000-0000-4000-8000-000000\#(digits)",\#(command)}"#
        }
        let outcome = try Program.run(["submit", "-"], in: store, input: lines.joined(separator: "\n"))
        try #require(outcome.exitCode == 0, "\(outcome.error)")
        return store
    }

    @Test(.enabled(if: OutsideVerifiers.hasPymerkle))
    func `is found by verifiers that we did not write, and named by ours`() throws {
        let files = try TemporaryDirectory()
        let (honest, rewritten) = (try store(rewritten: false), try store(rewritten: true))
        let key = try SignedStore.output(["keygen", "enrollment", "--into", files.path + "/" + SignedStore.key])
            .trimmingCharacters(in: .newlines)
        let note = try SignedStore.sign(honest, files)
        let checkpoint = try SignedStore.write(Array(note.utf8), "checkpoint", in: files)
        // 505 events come before the applications, the 59th of which is another.
        let receipt = try SignedStore.write(
            Array(try SignedStore.output(["prove", "inclusion", "564"], in: honest).utf8), "receipt", in: files)
        try FileManager.default.copyItem(
            atPath: honest.path + "/transparency", toPath: rewritten.path + "/transparency")

        let python = try #require(OutsideVerifiers.pymerkle)
        func outside(_ store: TemporaryStore) -> Int32 {
            OutsideVerifiers.run([
                python, "-B", OutsideVerifiers.check("verify_roots.py"), store.path + "/log", checkpoint, receipt,
            ])
        }
        #expect(outside(honest) == 0 && outside(rewritten) == 1)

        for (words, says) in [
            (["verify-proof", checkpoint, "--key", key, "--store"], "in the positions 513 to 605"),
            (["verify-proof", receipt, "--key", key, "--store"], "is not at index 563"),
        ] {
            #expect(try Program.run(words + [honest.path]).exitCode == 0)
            let found = try Program.run(words + [rewritten.path])
            #expect(found.exitCode == 1 && found.error.contains(says), "\(found)")
        }
        let deep = try Program.run(
            ["checkpoint", "--deep", "--key", files.path + "/" + SignedStore.key, "--store", rewritten.path])
        #expect(deep.exitCode == 1 && deep.error.contains("is not what was signed"), "\(deep)")
        // Every other check is content: the history is a possible one, and its tables follow from it.
        #expect(try Program.run(["verify"], in: rewritten).exitCode == 0)
        let check = try Program.run(["verify", "--deep"], in: rewritten)
        #expect(check.exitCode == 1 && check.output.contains("give another root"), "\(check)")
        #expect(try Program.run(["audit", "decisions"], in: rewritten).exitCode == 0)
    }
}
