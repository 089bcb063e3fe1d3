// Logs that are not what was signed, and machines that fail in between.

import EnrollmentAudit
import EnrollmentTesting
import EventLog
import Testing
import Transparency

@Suite struct `A log that was signed` {
    private let key: SignerKey

    init() throws { key = try SignerKey(name: "example.org/log", seed: [UInt8](repeating: 5, count: 32)) }

    @Test func `and then cut is not signed again, nor is a proof made`() throws {
        let honest = try TestLog(700)
        let checkpoint = try honest.tree().sign(with: key)
        let cut = try TestLog(699)
        let files = try honest.treeFiles()
        for deep in [false, true] {
            #expect(code { _ = try honest.tree(over: cut).sign(with: key, deep: deep) } == .contradicted)
        }
        #expect(code { try honest.tree(over: cut).check(checkpoint) } == .contradicted)
        #expect(code { _ = try honest.tree(over: cut).proveInclusion(of: 700) } == .contradicted)
        #expect(try honest.treeFiles() == files)
    }

    @Test(arguments: [1, 256, 257, 600, 769, 800])
    func `and then rewritten is found out, with the place, and no evidence is lost`(_ changed: Int) throws {
        let honest = try TestLog(800)
        let checkpoint = try honest.tree().sign(with: key)
        let rewritten = try TestLog(900, changed: changed)
        let tree = try honest.tree(over: rewritten)
        let files = try honest.treeFiles()
        let place =
            changed > 768 ? "769 to 800" : "\((changed - 1) / 256 * 256 + 1) to \((changed - 1) / 256 * 256 + 256)"
        for attempt in [
            { _ = try tree.sign(with: key, deep: true) }, { try tree.check(checkpoint) },
            { _ = try tree.proveInclusion(of: Position(Int64(changed))) },
        ] {
            #expect { try attempt() } throws: { error in
                let error = error as? AuditError
                return error?.code == .contradicted && error?.message.contains("the positions \(place)") == true
            }
            #expect(try honest.treeFiles() == files)
        }
    }

    @Test func `and then rewritten is signed on without the new words, which no proof is made for`() throws {
        let honest = try TestLog(800)
        let checkpoint = try honest.tree().sign(with: key)
        let rewritten = try TestLog(900, changed: 5)
        let tree = try honest.tree(over: rewritten)
        let later = try tree.sign(with: key)
        try tree.proveConsistency(from: checkpoint).verify(old: checkpoint, with: key.verifierKey)
        #expect(later.root != (try rewritten.root(900)))
        #expect(code { _ = try tree.proveInclusion(of: 5) } == .contradicted)
    }

    @Test func `and then rewritten near its end is not signed at all`() throws {
        let honest = try TestLog(800)
        _ = try honest.tree().sign(with: key)
        let rewritten = try TestLog(900, changed: 790)
        #expect(code { _ = try honest.tree(over: rewritten).sign(with: key) } == .contradicted)
    }

    @Test func `with a checkpoint that somebody changed is not signed`() throws {
        let log = try TestLog(700)
        _ = try log.tree().sign(with: key)
        let path = TestLog.treePath + "/checkpoint"
        let bytes = try log.disk.bytes(of: path)
        for place in bytes.indices {
            try log.disk.flip(path, byte: place)
            let code = code { _ = try log.tree().sign(with: key) }
            #expect(code == .damaged || code == .wrongKey, "byte \(place)")
            try log.disk.replace(path, bytes)
        }
        #expect(code { _ = try log.tree().sign(with: key) } == nil)
    }

    @Test func `keeps a sound tree whichever call fails, and whenever it ends`() throws {
        let calls: [InMemoryFileSystem.Operation] = [
            .open, .read, .write, .sync, .rename, .createDirectory, .syncDirectory, .unlink,
        ]
        for operation in calls {
            var number = 1
            while true {
                let log = try TestLog(300)
                let first = try log.tree().sign(with: key)
                try log.grow(to: 1100)
                let tree = try log.tree()
                log.disk.fail(operation, onCall: number, errno: 5, sticky: true)
                let failure = code { _ = try tree.sign(with: key) }
                // What the machine finds after the process is gone.
                let after = InMemoryFileSystem(copyOf: log.disk)
                let again = ProofTree(
                    at: TestLog.treePath, of: try LogReader.open(at: TestLog.path, fileSystem: after),
                    fileSystem: after)
                let kept = try again.lastCheckpoint()
                #expect(kept == first || kept?.size == 1100)
                #expect(try again.sign(with: key).root == log.root(1100, on: after))
                try again.proveInclusion(of: 900).verify(
                    record: try again.record(at: 900), with: key.verifierKey)
                guard failure != nil else { break }
                number += 1
            }
            #expect(number < 100)
        }
    }
}

extension TestLog {
    fileprivate func root(_ size: Int, on disk: InMemoryFileSystem) throws -> TreeHash {
        var tree = GrowingTree()
        var cursor = try LogReader.open(at: Self.path, fileSystem: disk).records(from: 1)
        while let record = try cursor.next() { tree.append(.leaf(record.canonicalEncoding())) }
        return tree.root
    }
}
