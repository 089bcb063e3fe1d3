// Random bytes for identifiers, fetched from the system many at a time: a call for each costs more than a decision.

internal import Glibc
internal import Synchronization

/// Random bytes of the kernel's generator, each handed out once, also where the process forks.
///
/// They lie in a page that the kernel wipes in a child (`MADV_WIPEONFORK`, madvise(2)), so that a child finds none
/// left and fetches its own; where the kernel does not know that, every draw asks the kernel. What it does not see is a
/// machine that is copied while it runs: its copies hand out the same rest of a page.
struct RandomPool: ~Copyable {
    private static let pageBytes = 4096
    /// The first word counts the bytes that are left, at the end of the page; nil where there is no such page.
    private let page: UnsafeMutableRawPointer?

    static let shared = Mutex(RandomPool())

    init() {
        guard let page = mmap(nil, Self.pageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            page != MAP_FAILED
        else {
            self.page = nil
            return
        }
        // An emulator that takes every advice, also one that does not exist, follows none.
        guard madvise(page, Self.pageBytes, -1) != 0, madvise(page, Self.pageBytes, MADV_WIPEONFORK) == 0 else {
            munmap(page, Self.pageBytes)
            self.page = nil
            return
        }
        self.page = page
    }

    deinit { if let page { munmap(page, Self.pageBytes) } }

    /// Two random numbers.
    mutating func next() -> (high: UInt64, low: UInt64) {
        guard let page else { return Self.draw() }
        var left = page.load(as: Int.self)
        if left < 16 {
            guard Self.fill(page + 16, Self.pageBytes - 16) else { return Self.draw() }
            left = Self.pageBytes - 16
        }
        left -= 16
        page.storeBytes(of: left, as: Int.self)
        let pair = page + 16 + left
        return (pair.load(as: UInt64.self), pair.load(fromByteOffset: 8, as: UInt64.self))
    }

    /// The kernel gives at most 256 bytes a call, whole or not at all (getentropy(3)).
    private static func fill(_ start: UnsafeMutableRawPointer, _ count: Int) -> Bool {
        for offset in stride(from: 0, to: count, by: 256)
        where getentropy(start + offset, min(256, count - offset)) != 0 { return false }
        return true
    }

    private static func draw() -> (high: UInt64, low: UInt64) {
        var generator = SystemRandomNumberGenerator()
        return (generator.next(), generator.next())
    }
}
