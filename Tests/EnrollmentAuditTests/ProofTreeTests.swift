// The tree beside a log: grown, killed, damaged, and set beside a log that is not the one that was signed.

import EnrollmentAudit
import EnrollmentTesting
import EventLog
import Testing
import Transparency

@Suite struct `The proof tree of a log` {
    private let key: SignerKey

    init() throws { key = try SignerKey(name: "example.org/log", seed: [UInt8](repeating: 5, count: 32)) }

    @Test(arguments: [0, 1, 2, 255, 256, 257, 511, 512, 700]) func `is signed with the root over all records`(
        _ count: Int
    ) throws {
        let log = try TestLog(count)
        let checkpoint = try log.tree().sign(with: key)
        #expect(checkpoint.size == Int64(count))
        #expect(checkpoint.root == (try log.root(count)))
        try checkpoint.verify(with: key.verifierKey)
        #expect(try log.tree().lastCheckpoint() == checkpoint)
        try log.tree().check(checkpoint)
    }

    @Test func `is the same however often it was signed on the way`() throws {
        let whole = try TestLog(1400)
        _ = try whole.tree().sign(with: key)
        let grown = try TestLog(1)
        for count in [2, 3, 200, 255, 256, 257, 300, 512, 513, 1024, 1200, 1399, 1400] {
            try grown.grow(to: count)
            #expect(try grown.tree().sign(with: key).root == grown.root(count))
            #expect(try grown.tiles().filter { $0.key.contains(".p/") }.count == (count < 256 ? 0 : 1))
        }
        #expect(try grown.tiles().map(\.key).sorted() == whole.tiles().map(\.key).sorted())
    }

    @Test func `keeps an eighth of a byte an event, in two levels of tiles`() throws {
        let count = 66_000
        let log = try TestLog(count)
        let checkpoint = try log.tree().sign(with: key)
        #expect(checkpoint.root == (try log.root(count)))
        let tiles = try log.tiles()
        #expect(
            tiles.keys.sorted() == ["1/000", "1/001.p/1", "2/000.p/1"].map { TestLog.treePath + "/tile/" + $0 })
        #expect(Double(tiles.values.map(\.count).reduce(0, +)) <= 0.126 * Double(count))
        for position in [1, 256, 257, 65_536, 65_537, 66_000] as [Position] {
            let proof = try log.tree().proveInclusion(of: position)
            try proof.verify(record: try log.tree().record(at: position), with: key.verifierKey)
        }
        try log.grow(to: 66_100)
        #expect(try log.tree().sign(with: key).root == log.root(66_100))
    }

    @Test func `proves every position, with the record in the proof where that is wished`() throws {
        let log = try TestLog(300)
        _ = try log.tree().sign(with: key)
        let tree = try log.tree()
        for number in 1...300 {
            let position = Position(Int64(number))
            let proof = try tree.proveInclusion(of: position, carryingRecord: number.isMultiple(of: 2))
            #expect(proof.index == Int64(number) - 1)
            #expect((proof.extra == nil) != number.isMultiple(of: 2))
            let record = try tree.record(at: position)
            #expect(proof.extra == nil || proof.extra == record)
            try InclusionProof(parsing: Array(proof.encoded.utf8)).verify(record: record, with: key.verifierKey)
        }
        for position in [0, -1, 301, Position(.max), Position(.min)] as [Position] {
            #expect(code { _ = try tree.proveInclusion(of: position) } == .notFound)
            #expect(code { _ = try tree.record(at: position) } == .notFound)
        }
    }

    @Test func `proves that it grew from each earlier checkpoint`() throws {
        let log = try TestLog(1)
        var checkpoints: [Checkpoint] = []
        for count in [1, 2, 100, 256, 300, 512, 600] {
            if count > 1 { try log.grow(to: count) }
            checkpoints.append(try log.tree().sign(with: key))
            for old in checkpoints {
                let proof = try log.tree().proveConsistency(from: old)
                try ConsistencyProof(parsing: Array(proof.encoded.utf8)).verify(old: old, with: key.verifierKey)
            }
        }
        let foreign = try Checkpoint(size: 100, root: .empty, signedBy: try SignerKey(name: "another"))
        #expect(code { _ = try log.tree().proveConsistency(from: foreign) } == .contradicted)
        let later = try Checkpoint(size: 601, root: .empty, signedBy: key)
        #expect(code { _ = try log.tree().proveConsistency(from: later) } == .notFound)
        let other = try Checkpoint(size: 100, root: .empty, signedBy: key)
        #expect(code { _ = try log.tree().proveConsistency(from: other) } == .contradicted)
    }

    @Test func `has nothing to prove before it was signed`() throws {
        let tree = try TestLog(3).tree()
        #expect(try tree.lastCheckpoint() == nil)
        #expect(code { _ = try tree.proveInclusion(of: 1) } == .notFound)
    }

    @Test func `is signed by one at a time, and with the key that signed last`() throws {
        let log = try TestLog(3)
        _ = try log.tree().sign(with: key)
        #expect(code { _ = try log.tree().sign(with: try SignerKey(name: "example.org/log")) } == .wrongKey)
        let lock = try log.disk.open(TestLog.treePath + "/LOCK", .readWrite)
        #expect(try log.disk.lock(lock))
        #expect(code { _ = try log.tree().sign(with: key) } == .locked)
        log.disk.close(lock)
        _ = try log.tree().sign(with: key)
    }

    @Test func `can be deleted, and is made again`() throws {
        let log = try TestLog(900)
        let checkpoint = try log.tree().sign(with: key)
        let files = try log.treeFiles()
        for path in try log.tiles().keys { try log.disk.unlink(path) }
        #expect(code { _ = try log.tree().proveInclusion(of: 1) } == .damaged)
        #expect(try log.tree().sign(with: key) == checkpoint)
        #expect(try log.treeFiles() == files)
    }

    @Test func `is made again where a tile is damaged, and never signs what is wrong`() throws {
        let log = try TestLog(66_000)
        let checkpoint = try log.tree().sign(with: key)
        let files = try log.treeFiles()
        for path in try log.tiles().keys.sorted() {
            try log.disk.flip(path, byte: 7)
            // The way of the one needs the tiles of level 1, that of the other the tile of level 2.
            let position: Position = path.contains("/tile/2/") ? 66_000 : 65_000
            #expect(code { _ = try log.tree().proveInclusion(of: position) } == .damaged)
            #expect(try log.tree().sign(with: key, deep: true) == checkpoint)
            #expect(try log.treeFiles() == files)
            try log.disk.replace(path, [1, 2, 3])
            #expect(try log.tree().sign(with: key, deep: true) == checkpoint)
            #expect(try log.treeFiles() == files)
        }
    }

    @Test func `gives up where its owner wishes it, and changes nothing`() throws {
        let log = try TestLog(600)
        #expect(code { _ = try log.tree().sign(with: key, progress: { _ in false }) } == .cancelled)
        #expect(try log.tree().lastCheckpoint() == nil)
        #expect(try log.tree().sign(with: key).root == log.root(600))
    }
}
