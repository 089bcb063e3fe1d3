// Proofs of every leaf and between all pairs of sizes: the right one is accepted, and nothing near it.

import Testing
import Transparency

@Suite struct `An inclusion proof` {
    private static let sizes = 130

    @Test(arguments: [11 as UInt64]) func `of every leaf in every size is that of the RFC, and is accepted`(
        _ seed: UInt64
    ) {
        var tree = NaiveTree(count: Self.sizes, seed: seed)
        for size in 1...Self.sizes {
            let root = tree.root(size)
            for index in 0..<size {
                let proof = tree.inclusionProof(of: Int64(index), inTreeOf: Int64(size))
                #expect(proof == tree.path(index, size))
                #expect(accepts(tree.leaves[index], index, size, root, proof))
            }
        }
    }

    @Test(arguments: [12 as UInt64]) func `is accepted for no other leaf, index, size or root`(_ seed: UInt64) {
        var tree = NaiveTree(count: Self.sizes, seed: seed)
        let roots = (0...Self.sizes).map(tree.root)
        for size in Array(1...34) + [63, 64, 65, 100, 127, 128, 129] {
            let root = roots[size]
            for index in 0..<size {
                let proof = tree.inclusionProof(of: Int64(index), inTreeOf: Int64(size))
                let leaf = tree.leaves[index]
                #expect(!accepts(leaf + [0], index, size, root, proof))
                #expect(!accepts(leaf, index, size, root.flipped(index), proof))
                let others = (-1...size).filter { $0 != index }
                #expect(others.allSatisfy { !accepts(leaf, $0, size, root, proof) })
                let sizes = [0, size - 1, size + 1, size * 2].filter { $0 <= Self.sizes }
                #expect(sizes.allSatisfy { !accepts(leaf, index, $0, roots[$0], proof) })
            }
        }
    }

    @Test(arguments: [13 as UInt64]) func `is accepted with no bit turned over, no hash missing and none too many`(
        _ seed: UInt64
    ) {
        var tree = NaiveTree(count: Self.sizes, seed: seed)
        for size in [1, 2, 3, 7, 8, 64, 65, 100, 129, 130] {
            let root = tree.root(size)
            for index in 0..<size {
                let proof = tree.inclusionProof(of: Int64(index), inTreeOf: Int64(size))
                let leaf = tree.leaves[index]
                for place in proof.indices {
                    var wrong = proof
                    wrong[place] = wrong[place].flipped((index * 7 + place * 31) % 256)
                    #expect(!accepts(leaf, index, size, root, wrong))
                    wrong = proof
                    wrong.remove(at: place)
                    #expect(!accepts(leaf, index, size, root, wrong))
                }
                for place in 0...proof.count {
                    var wrong = proof
                    wrong.insert(.empty, at: place)
                    #expect(!accepts(leaf, index, size, root, wrong))
                }
            }
        }
    }

    @Test(arguments: 0..<256) func `is accepted with none of all its bits turned over`(_ bit: Int) {
        var tree = NaiveTree(count: 13, seed: 14)
        let proof = tree.inclusionProof(of: 10, inTreeOf: 13)
        for place in proof.indices {
            var wrong = proof
            wrong[place] = wrong[place].flipped(bit)
            #expect(!accepts(tree.leaves[10], 10, 13, tree.root(13), wrong))
        }
        #expect(!accepts(tree.leaves[10], 10, 13, tree.root(13).flipped(bit), proof))
    }

    @Test func `of a leaf that is not there is empty and refused`() {
        var tree = NaiveTree(count: 5, seed: 15)
        for index in [-1, 5, 6, Int64.max] {
            #expect(tree.inclusionProof(of: index, inTreeOf: 5).isEmpty)
            #expect(!ProofCheck.isIncluded(.empty, at: index, inTreeOf: 5, root: .empty, proof: []))
        }
        #expect(!ProofCheck.isIncluded(.empty, at: 0, inTreeOf: 0, root: .empty, proof: []))
        #expect(!ProofCheck.isIncluded(.empty, at: 0, inTreeOf: .min, root: .empty, proof: []))
    }

    private func accepts(_ leaf: [UInt8], _ index: Int, _ size: Int, _ root: TreeHash, _ proof: [TreeHash]) -> Bool {
        ProofCheck.isIncluded(.leaf(leaf), at: Int64(index), inTreeOf: Int64(size), root: root, proof: proof)
    }
}

@Suite struct `A consistency proof` {
    private static let sizes = 130

    @Test(arguments: [21 as UInt64]) func `between all pairs of sizes is that of the RFC, and is accepted`(
        _ seed: UInt64
    ) {
        var tree = NaiveTree(count: Self.sizes, seed: seed)
        let roots = (0...Self.sizes).map(tree.root)
        for size in 0...Self.sizes {
            for old in 0...size {
                let proof = tree.consistencyProof(from: Int64(old), to: Int64(size))
                #expect(proof == tree.proof(old, size))
                #expect(accepts(old, roots[old], size, roots[size], proof))
            }
        }
    }

    @Test(arguments: [22 as UInt64]) func `is accepted with no other root, size or hash`(_ seed: UInt64) {
        var tree = NaiveTree(count: Self.sizes, seed: seed)
        let roots = (0...Self.sizes).map(tree.root)
        for size in [1, 2, 3, 6, 7, 8, 9, 31, 32, 33, 64, 100, 127, 128, 129] {
            for old in 1...size {
                let proof = tree.consistencyProof(from: Int64(old), to: Int64(size))
                let bit = (old * 13 + size) % 256
                #expect(!accepts(old, roots[old].flipped(bit), size, roots[size], proof))
                #expect(!accepts(old, roots[old], size, roots[size].flipped(bit), proof))
                #expect(!accepts(old - 1, roots[old - 1], size, roots[size], proof) || (old == 1 && proof.isEmpty))
                #expect(!accepts(old, roots[old], size + 1, roots[size + 1], proof))
                #expect(!accepts(size + 1, roots[size + 1], size, roots[size], proof))
                for place in proof.indices {
                    var wrong = proof
                    wrong[place] = wrong[place].flipped(bit)
                    #expect(!accepts(old, roots[old], size, roots[size], wrong))
                    wrong = proof
                    wrong.remove(at: place)
                    #expect(!accepts(old, roots[old], size, roots[size], wrong))
                }
                for place in 0...proof.count {
                    var wrong = proof
                    wrong.insert(.empty, at: place)
                    #expect(!accepts(old, roots[old], size, roots[size], wrong))
                }
            }
        }
    }

    @Test(arguments: [23 as UInt64]) func `does not exist for a history that was rewritten`(_ seed: UInt64) {
        let honest = NaiveTree(count: 70, seed: seed)
        for changed in [0, 1, 17, 63, 64, 68] {
            var rewritten = honest.lengthening(changed)
            for old in changed + 1...69 {
                let proof = rewritten.consistencyProof(from: Int64(old), to: 70)
                #expect(!accepts(old, honest.root(old), 70, rewritten.root(70), proof))
            }
        }
    }

    @Test func `of sizes that cannot be is refused`() {
        #expect(!ProofCheck.isConsistent(-1, oldRoot: .empty, with: 5, root: .empty, proof: []))
        #expect(!ProofCheck.isConsistent(6, oldRoot: .empty, with: 5, root: .empty, proof: []))
        #expect(!ProofCheck.isConsistent(.min, oldRoot: .empty, with: .min, root: .empty, proof: []))
        #expect(!ProofCheck.isConsistent(0, oldRoot: .leaf([]), with: 5, root: .empty, proof: []))
        #expect(!ProofCheck.isConsistent(3, oldRoot: .empty, with: 5, root: .empty, proof: []))
        #expect(!ProofCheck.isConsistent(4, oldRoot: .empty, with: .max, root: .empty, proof: [.empty]))
    }

    private func accepts(
        _ old: Int, _ oldRoot: TreeHash, _ size: Int, _ root: TreeHash, _ proof: [TreeHash]
    ) -> Bool {
        ProofCheck.isConsistent(Int64(old), oldRoot: oldRoot, with: Int64(size), root: root, proof: proof)
    }
}
