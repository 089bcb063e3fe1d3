// Checkpoints and proofs as text: read and written the same, and refused with anything changed.

import Testing
import Transparency

@Suite struct `A checkpoint` {
    @Test func `has three lines, an empty one and its signature`() throws {
        let key = try SignerKey(`A key`.secret)
        let checkpoint = try Checkpoint(size: 0, root: .empty, signedBy: key)
        let lines = checkpoint.note.encoded.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 6)
        #expect(lines[..<4] == ["PeterNeumann", "0", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", ""])
        #expect(lines[4].hasPrefix("— PeterNeumann x08go"))
        #expect(lines[5] == "")
        let read = try Checkpoint(parsing: Array(checkpoint.note.encoded.utf8))
        #expect(read == checkpoint)
        try read.verify(with: key.verifierKey)
    }

    @Test(arguments: [
        "log\n5\n", "log\n05\nROOT\n", "log\n+5\nROOT\n", "log\n-5\nROOT\n", "log\n\nROOT\n", "\n5\nROOT\n",
        "log\n9223372036854775808\nROOT\n", "log\n5 \nROOT\n", "log\n5\nROO\n", "log\n5\nROOT\n\nmore\n",
        "log\n５\nROOT\n", "log\n5\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuF==\n",
    ]) func `of another form is refused`(_ text: String) throws {
        let key = try SignerKey(name: "log")
        let note = try SignedNote(text.replacing("ROOT", with: TreeHash.empty.description), signedBy: key)
        #expect(throws: TransparencyError.self) { try Checkpoint(parsing: Array(note.encoded.utf8)) }
    }

    @Test func `may have more lines`() throws {
        let key = try SignerKey(name: "log")
        let note = try SignedNote("log\n7\n\(TreeHash.empty)\nmore\n", signedBy: key)
        let checkpoint = try Checkpoint(parsing: Array(note.encoded.utf8))
        try checkpoint.verify(with: key.verifierKey)
        #expect(checkpoint.size == 7)
    }

    @Test func `is of the log that its key is of`() throws {
        let key = try SignerKey(name: "log")
        let note = try SignedNote("another\n7\n\(TreeHash.empty)\n", signedBy: key)
        #expect { try Checkpoint(parsing: Array(note.encoded.utf8)).verify(with: key.verifierKey) } throws: {
            ($0 as? TransparencyError)?.code == .unknownKey
        }
        #expect(throws: TransparencyError.self) { try Checkpoint(size: -1, root: .empty, signedBy: key) }
    }
}

@Suite struct `The text of a proof` {
    private let tree = NaiveTree(count: 9, seed: 41)

    private func checkpoint(_ size: Int, _ key: SignerKey) throws -> Checkpoint {
        try Checkpoint(size: Int64(size), root: tree.root(size), signedBy: key)
    }

    @Test func `of inclusion has the form of tlog-proof`() throws {
        let key = try SignerKey(`A key`.secret)
        let point = try checkpoint(9, key)
        let proof = InclusionProof(index: 8, hashes: tree.path(8, 9), checkpoint: point)
        #expect(proof.encoded == "c2sp.org/tlog-proof@v1\nindex 8\n\(tree.root(8))\n\n" + point.note.encoded)
        let carrying = InclusionProof(index: 8, hashes: tree.path(8, 9), extra: [1, 2, 3], checkpoint: point)
        #expect(carrying.encoded.hasPrefix("c2sp.org/tlog-proof@v1\nextra AQID\nindex 8\n"))
        for proof in [proof, carrying] {
            let read = try InclusionProof(parsing: Array(proof.encoded.utf8))
            #expect(read == proof)
            try read.verify(record: tree.leaves[8], with: key.verifierKey)
        }
    }

    @Test func `of inclusion is accepted with no bit turned over and no byte cut off`() throws {
        let key = try SignerKey(`A key`.secret)
        let proof = InclusionProof(index: 5, hashes: tree.path(5, 9), checkpoint: try checkpoint(9, key))
        let bytes = Array(proof.encoded.utf8)
        for place in bytes.indices {
            for bit in 0..<8 {
                var wrong = bytes
                wrong[place] ^= 1 << UInt8(bit)
                #expect(throws: TransparencyError.self, "byte \(place), bit \(bit)") {
                    try InclusionProof(parsing: wrong).verify(record: tree.leaves[5], with: key.verifierKey)
                }
            }
            #expect(throws: TransparencyError.self) {
                try InclusionProof(parsing: Array(bytes[..<place])).verify(
                    record: tree.leaves[5], with: key.verifierKey)
            }
        }
        #expect { try proof.verify(record: tree.leaves[4], with: key.verifierKey) } throws: {
            ($0 as? TransparencyError)?.code == .tampered
        }
    }

    @Test func `of consistency is accepted with no bit turned over and no byte cut off`() throws {
        let key = try SignerKey(`A key`.secret)
        let old = try checkpoint(5, key)
        let proof = ConsistencyProof(oldSize: 5, hashes: tree.proof(5, 9), checkpoint: try checkpoint(9, key))
        let bytes = Array(proof.encoded.utf8)
        #expect(proof.encoded.hasPrefix("old 5\n"))
        let read = try ConsistencyProof(parsing: bytes)
        #expect(read == proof)
        try read.verify(old: old, with: key.verifierKey)
        for place in bytes.indices {
            for bit in 0..<8 {
                var wrong = bytes
                wrong[place] ^= 1 << UInt8(bit)
                #expect(throws: TransparencyError.self, "byte \(place), bit \(bit)") {
                    try ConsistencyProof(parsing: wrong).verify(old: old, with: key.verifierKey)
                }
            }
            #expect(throws: TransparencyError.self) {
                try ConsistencyProof(parsing: Array(bytes[..<place])).verify(old: old, with: key.verifierKey)
            }
        }
    }

    @Test func `of consistency is refused for another old checkpoint`() throws {
        let key = try SignerKey(`A key`.secret)
        let proof = ConsistencyProof(oldSize: 5, hashes: tree.proof(5, 9), checkpoint: try checkpoint(9, key))
        let others = [
            try checkpoint(4, key), try Checkpoint(size: 5, root: tree.root(4), signedBy: key),
            // Signed, but of a size that its root is not of.
            try Checkpoint(size: 4, root: tree.root(5), signedBy: key),
            try Checkpoint(size: 5, root: tree.root(5), signedBy: try SignerKey(name: "PeterNeumann")),
        ]
        for old in others {
            #expect(throws: TransparencyError.self) { try proof.verify(old: old, with: key.verifierKey) }
        }
    }

    @Test func `has at most 64 hashes`() throws {
        let point = try checkpoint(9, try SignerKey(`A key`.secret))
        for (count, isFine) in [(64, true), (65, false)] {
            let hashes = [TreeHash](repeating: .empty, count: count)
            let inclusion = InclusionProof(index: 0, hashes: hashes, checkpoint: point).encoded
            let consistency = ConsistencyProof(oldSize: 0, hashes: hashes, checkpoint: point).encoded
            #expect(((try? InclusionProof(parsing: Array(inclusion.utf8))) != nil) == isFine)
            #expect(((try? ConsistencyProof(parsing: Array(consistency.utf8))) != nil) == isFine)
        }
    }
}
