// Identifiers are drawn from a pool of random bytes: none twice, not even by a child that inherits the pool.

import Foundation
import Testing

@testable import EventLog

@Suite struct `A pool of random bytes` {
    @Test func `gives nothing twice, over many fillings`() {
        var pool = RandomPool()
        var seen: Set<UInt64> = []
        for _ in 0..<5000 {
            let (high, low) = pool.next()
            seen.insert(high)
            seen.insert(low)
        }
        #expect(seen.count == 10_000)
    }

    @Test func `is drawn on by many tasks, none of which gets what another got`() async {
        let drawn = await withTaskGroup(of: [CommandID].self) { group in
            for _ in 0..<8 { group.addTask { (0..<2000).map { _ in CommandID.random() } } }
            return await group.reduce(into: Set<CommandID>()) { $0.formUnion($1) }
        }
        #expect(drawn.count == 16_000)
        for id in drawn { #expect(id.high >> 12 & 0xF == 4 && id.low >> 62 == 2, "\(id) is no version 4 UUID") }
    }

    @Test func `is empty in a child, which would give the parent's bytes again`() throws {
        typealias Fork = @convention(c) () -> pid_t
        // Swift hides fork(2), since little may be done in a child of many threads; this one only draws, writes, ends.
        let fork = unsafeBitCast(try #require(dlsym(nil, "fork")), to: Fork.self)
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        var pool = RandomPool()
        _ = pool.next()
        let child = fork()
        if child == 0 {
            var drawn = pool.next()
            _ = write(ends[1], &drawn, 16)
            _exit(0)
        }
        try #require(child > 0)
        close(ends[1])
        defer { close(ends[0]) }
        var its: (high: UInt64, low: UInt64) = (0, 0)
        let count = read(ends[0], &its, 16)
        var status: Int32 = 0
        waitpid(child, &status, 0)
        let ours = pool.next()
        #expect(count == 16)
        #expect(its != ours)
    }
}
