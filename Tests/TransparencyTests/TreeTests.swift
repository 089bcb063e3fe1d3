// Roots, subtrees and tiles of growing trees.

import Testing
import Transparency

@Suite struct `A growing tree` {
    /// The leaves that Certificate Transparency's own tests use, and the roots over the first 0 to 8 of them.
    private static let knownLeaves = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ]
    private static let knownRoots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    @Test func `has the known roots`() throws {
        var tree = GrowingTree()
        for (size, root) in Self.knownRoots.enumerated() {
            #expect(tree.size == Int64(size))
            #expect(hexadecimal(tree.root.bytes) == root)
            if size < 8 { tree.append(.leaf(try #require(bytes(Self.knownLeaves[size])))) }
        }
    }

    @Test(arguments: [1 as UInt64]) func `has the roots of the naive recursion at every size`(_ seed: UInt64) {
        let naive = NaiveTree(count: 600, seed: seed)
        var tree = GrowingTree()
        for (index, leaf) in naive.leaves.enumerated() {
            #expect(tree.root == naive.root(index))
            tree.append(.leaf(leaf))
        }
        #expect(tree.root == naive.root(600))
    }

    @Test(arguments: [2 as UInt64]) func `goes on from its subtrees as if it had never stopped`(_ seed: UInt64) {
        var naive = NaiveTree(count: 140, seed: seed)
        for size in 0...130 {
            var tree = GrowingTree(size: Int64(size), from: &naive)
            #expect(tree.size == Int64(size))
            #expect(tree.root == naive.root(size))
            for leaf in naive.leaves[size..<size + 9] { tree.append(.leaf(leaf)) }
            #expect(tree.root == naive.root(size + 9))
        }
    }

    @Test func `hands out every subtree that fills a place in a tile`() {
        let naive = NaiveTree(count: 1024, seed: 3)
        var tree = GrowingTree()
        var completed: [TreeHash] = []
        for leaf in naive.leaves {
            tree.append(.leaf(leaf)) { level, hash in
                #expect(level == 1)
                completed.append(hash)
            }
        }
        #expect(completed == (0..<4).map { naive.hash($0 * 256..<($0 + 1) * 256) })
    }

    @Test func `hands out subtrees of the second level after those of the first`() {
        var tree = GrowingTree()
        var levels: [Int] = []
        let leaf = TreeHash.leaf([])
        for _ in 0..<65_536 { tree.append(leaf) { level, _ in levels.append(level) } }
        #expect(levels == Array(repeating: 1, count: 256) + [2])
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private func bytes(_ digits: String) -> [UInt8]? {
        let digits = Array(digits)
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(digits[$0..<$0 + 2]), radix: 16)
        }
        return bytes.count * 2 == digits.count ? bytes : nil
    }
}

@Suite struct `A tile` {
    @Test(
        arguments: [
            (0, "tile/1/000"), (5, "tile/1/005"), (999, "tile/1/999"), (1000, "tile/1/x001/000"),
            (1_234_067, "tile/1/x001/x234/067"), (1_000_000, "tile/1/x001/x000/000"),
        ] as [(Int64, String)]) func `has the path of tlog-tiles`(_ index: Int64, _ path: String)
    {
        #expect(Tile(level: 1, index: index).path == path)
    }

    @Test func `that is partial has its width in its path`() {
        #expect(Tile(level: 2, index: 1002, width: 17).path == "tile/2/x001/002.p/17")
    }

    @Test func `is partial where the tree ends within it`() {
        #expect(Tile.partialTiles(ofTreeOf: 255) == [])
        #expect(Tile.partialTiles(ofTreeOf: 256) == [Tile(level: 1, index: 0, width: 1)])
        #expect(Tile.partialTiles(ofTreeOf: 65_536) == [Tile(level: 2, index: 0, width: 1)])
        #expect(
            Tile.partialTiles(ofTreeOf: 65_536 + 512)
                == [Tile(level: 1, index: 1, width: 2), Tile(level: 2, index: 0, width: 1)])
        #expect(Tile.partialTiles(ofTreeOf: .max).count == 7)
    }

    @Test func `holds what the tree has, and nothing else`() {
        #expect(Tile(holding: 256, level: 0, inTreeOf: 300) == Tile(level: 0, index: 1, width: 44))
        #expect(Tile(holding: 299, level: 0, inTreeOf: 300)?.width == 44)
        #expect(Tile(holding: 300, level: 0, inTreeOf: 300) == nil)
        #expect(Tile(holding: -1, level: 0, inTreeOf: 300) == nil)
        #expect(Tile(holding: 0, level: 1, inTreeOf: 255) == nil)
        #expect(Tile(holding: 0, level: 8, inTreeOf: .max) == nil)
    }
}
