// Keys, signed notes, checkpoints and the text of proofs: the exact forms, and nothing else.

import EnrollmentTesting
import Testing
import Transparency

@Suite struct `A key` {
    /// The pair that Go's package sumdb/note shows in its documentation.
    static let secret = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
    static let published = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"

    @Test func `is read and written as other programs write it`() throws {
        let signer = try SignerKey(Self.secret)
        #expect(signer.secretText == Self.secret)
        #expect(signer.verifierKey.description == Self.published)
        #expect(try VerifierKey(Self.published) == signer.verifierKey)
        #expect(signer.verifierKey.keyID == 0xC74F_20A3)
    }

    @Test func `is another each time`() throws {
        let keys = try (0..<20).map { _ in try SignerKey(name: "example.org/log").secretText }
        #expect(Set(keys).count == 20)
        for key in keys { #expect(try SignerKey(key).secretText == key) }
    }

    @Test func `with any character changed is refused`() {
        for text in [Self.secret, Self.published] {
            for place in text.indices {
                for change in ["", "!", "A", "+", " "] where change != String(text[place]) {
                    let wrong = text.replacingCharacters(at: place, with: change)
                    // Letters of a name that stay letters change the key id, and that is noticed.
                    #expect(throws: TransparencyError.self, "\(wrong)") {
                        if text == Self.secret { _ = try SignerKey(wrong) } else { _ = try VerifierKey(wrong) }
                    }
                }
            }
        }
    }

    @Test(arguments: ["", "a b", "a+b", "a\nb", "a\u{2003}b", "a\u{0}", "\u{7F}"])
    func `has no name that a note cannot hold`(_ name: String) {
        #expect(throws: TransparencyError.self) { try SignerKey(name: name) }
    }

    @Test func `is of 32 bytes`() {
        for count in [0, 31, 33] {
            #expect(throws: TransparencyError.self) {
                try SignerKey(name: "a", seed: [UInt8](repeating: 1, count: count))
            }
        }
    }
}

@Suite struct `A signed note` {
    /// The note that Go's package sumdb/note shows in its documentation.
    static let known = """
        If you think cryptography is the answer to your problem,
        then you don't know what your problem is.

        — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=

        """

    @Test func `of another program is read, accepted and written the same`() throws {
        let note = try SignedNote(parsing: Array(Self.known.utf8))
        try note.verify(with: try VerifierKey(`A key`.published))
        #expect(note.encoded == Self.known)
        #expect(note.signatures.map(\.name) == ["PeterNeumann"])
    }

    @Test func `with any byte changed is not accepted`() throws {
        let key = try VerifierKey(`A key`.published)
        let bytes = Array(Self.known.utf8)
        for place in bytes.indices {
            for bit in 0..<8 {
                var wrong = bytes
                wrong[place] ^= 1 << UInt8(bit)
                #expect(throws: TransparencyError.self) { try SignedNote(parsing: wrong).verify(with: key) }
            }
            #expect(throws: TransparencyError.self) {
                try SignedNote(parsing: Array(bytes[..<place])).verify(with: key)
            }
        }
    }

    @Test func `bears other signatures, which count for nothing`() throws {
        let key = try VerifierKey(`A key`.published)
        let other = try SignerKey(name: "witness.example")
        let foreign = try SignedNote("other\n", signedBy: other).encoded.dropFirst("other\n\n".count)
        let note = try SignedNote(parsing: Array((Self.known + foreign).utf8))
        try note.verify(with: key)
        #expect(note.signatures.count == 2)
        #expect { try note.verify(with: other.verifierKey) } throws: { ($0 as? TransparencyError)?.code == .tampered }
        let stranger = try SignerKey(name: "PeterNeumann").verifierKey
        #expect { try note.verify(with: stranger) } throws: { ($0 as? TransparencyError)?.code == .unknownKey }
    }

    @Test func `with a right and a wrong signature of one key is not accepted`() throws {
        let signer = try SignerKey(`A key`.secret)
        let wrong = try SignedNote("another text\n", signedBy: signer).encoded.dropFirst("another text\n\n".count)
        let note = try SignedNote(parsing: Array((Self.known + wrong).utf8))
        #expect { try note.verify(with: signer.verifierKey) } throws: {
            ($0 as? TransparencyError)?.code == .tampered
        }
    }

    @Test func `may have empty lines in its text`() throws {
        let signer = try SignerKey(`A key`.secret)
        let note = try SignedNote("a\n\nb\n", signedBy: signer)
        let read = try SignedNote(parsing: Array(note.encoded.utf8))
        #expect(read == note)
        try read.verify(with: signer.verifierKey)
    }

    @Test(arguments: ["", "no end", "tab\there\n", "\r\n"]) func `has no text that notes forbid`(_ text: String) throws
    {
        let signer = try SignerKey(`A key`.secret)
        #expect(throws: TransparencyError.self) { try SignedNote(text, signedBy: signer) }
    }

    @Test func `has a limit of signatures and of length`() throws {
        let (text, line) = ("a\n\n", "— n " + "AAAAAAA=" + "\n")
        #expect(
            try SignedNote(parsing: Array((text + String(repeating: line, count: 100)).utf8)).signatures.count == 100)
        #expect(throws: TransparencyError.self) {
            try SignedNote(parsing: Array((text + String(repeating: line, count: 101)).utf8))
        }
        let long = String(repeating: "a", count: 1 << 20)
        #expect(throws: TransparencyError.self) { try SignedNote(parsing: Array((long + "\n\n" + line).utf8)) }
    }

    @Test(arguments: [31 as UInt64]) func `of random bytes is refused without harm`(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let pieces: [[UInt8]] =
            ["\n", "\n\n", "— ", "a", " ", "AAAAAAA=", "index 5", "old 4", "\u{2014}", "0", "extra "]
            .map { Array($0.utf8) } + [[0xFF], [0], [0xE2, 0x80], Array((InclusionProof.sample() + "\n").utf8)]
        for _ in 0..<3000 {
            let bytes = (0..<Int.random(in: 0...12, using: &random))
                .flatMap { _ in pieces[Int.random(in: 0..<pieces.count, using: &random)] }
            if let note = try? SignedNote(parsing: bytes) { #expect(Array(note.encoded.utf8) == bytes) }
            if let point = try? Checkpoint(parsing: bytes) { #expect(Array(point.note.encoded.utf8) == bytes) }
            if let proof = try? InclusionProof(parsing: bytes) { #expect(Array(proof.encoded.utf8) == bytes) }
            if let proof = try? ConsistencyProof(parsing: bytes) { #expect(Array(proof.encoded.utf8) == bytes) }
        }
    }
}

extension InclusionProof {
    /// The beginning of a proof, for random texts that come near one.
    static func sample() -> String { "c2sp.org/tlog-proof@v1\nindex 0" }
}

extension String {
    func replacingCharacters(at place: Index, with text: String) -> String {
        String(self[..<place]) + text + String(self[index(after: place)...])
    }
}
