// Tiles: rows of 256 hashes of one level, under the names that C2SP's tlog-tiles gives them.

/// The place of a row of up to 256 hashes in a tree.
///
/// The tile (`level`, `index`) holds, in order, the roots of the subtrees of 256^`level` leaves from number
/// 256 · `index` on; level 0 holds the hashes of the leaves themselves.
public struct Tile: Hashable, Sendable {
    /// How many levels of the tree lie between the tiles of one level and of the next.
    public static let height = 8
    /// How many hashes a full tile has.
    public static let fullWidth = 256

    /// 0 for leaves, 1 for subtrees of 256 leaves, and so on.
    public let level: Int
    /// The number of the tile among those of its level.
    public let index: Int64
    /// How many hashes it has: 256, or fewer at the edge of the tree.
    public let width: Int

    /// Makes a place; the caller knows that it exists.
    public init(level: Int, index: Int64, width: Int = Tile.fullWidth) {
        self.level = level
        self.index = index
        self.width = width
    }

    /// The last, partial tile of each level from 1 up in a tree of `size` leaves.
    public static func partialTiles(ofTreeOf size: Int64) -> [Tile] {
        var tiles: [Tile] = []
        var level = 1
        while level * height < 63, case let hashes = size >> Int64(level * height), hashes > 0 {
            let width = Int(hashes % Int64(fullWidth))
            if width > 0 { tiles.append(Tile(level: level, index: hashes / Int64(fullWidth), width: width)) }
            level += 1
        }
        return tiles
    }

    /// The tile that holds the hash number `hash` of a level, as a tree of `size` leaves has it; `nil` where that
    /// tree has no such hash.
    public init?(holding hash: Int64, level: Int, inTreeOf size: Int64) {
        guard hash >= 0, level >= 0, level * Self.height < 63 else { return nil }
        let hashes = size >> Int64(level * Self.height)
        guard hash < hashes else { return nil }
        let index = hash / Int64(Self.fullWidth)
        self.init(
            level: level, index: index, width: Int(min(Int64(Self.fullWidth), hashes - index * Int64(Self.fullWidth))))
    }

    /// The path, such as `tile/1/x001/x234/067` or, for a partial tile, `tile/1/000.p/17`.
    public var path: String { (folders + [name]).joined(separator: "/") }

    /// The folders of the path, from the outermost.
    public var folders: [String] {
        let isPartial = width < Self.fullWidth
        return ["tile", "\(level)"] + groups.dropLast() + (isPartial ? [groups[groups.count - 1] + ".p"] : [])
    }

    /// The last part of the path.
    public var name: String { width < Self.fullWidth ? "\(width)" : groups[groups.count - 1] }

    /// The index in groups of three digits, all but the last with an x before them.
    private var groups: [String] {
        var rest = index
        var groups = [Self.threeDigits(rest % 1000)]
        while rest >= 1000 {
            rest /= 1000
            groups.insert("x" + Self.threeDigits(rest % 1000), at: 0)
        }
        return groups
    }

    private static func threeDigits(_ number: Int64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: 3 - digits.count) + digits
    }
}
