// SIGINT and SIGTERM ask the program to stop at the next safe place; the second one ends it at once.

import ArgumentParser
import Dispatch
import Foundation
import Synchronization

/// A request to stop, from outside.
///
/// The command runs in a task that is cancelled; loops and blocking readers ask ``check()`` or poll
/// ``wakeDescriptor``. What was acknowledged stays, what was not is not claimed.
enum Interruption {
    private static let requests = Atomic<Int>(0)
    private static let isStoreOpen = Atomic<Bool>(false)
    private static let pipeEnds: (read: Int32, write: Int32) = {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return (-1, -1) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }()

    static var isRequested: Bool { requests.load(ordering: .relaxed) > 0 }

    /// Whether this process may have had anything acknowledged.
    static var mayHaveStored: Bool { isStoreOpen.load(ordering: .relaxed) }

    /// Says that a store is open for writing, of which an interruption then speaks.
    static func noteStoreIsOpen() { isStoreOpen.store(true, ordering: .relaxed) }

    /// A descriptor that can be read from once a stop was requested, for `poll`.
    static var wakeDescriptor: Int32 { pipeEnds.read }

    /// - Throws: ``Interrupted`` once a stop was requested.
    static func check() throws {
        if isRequested { throw Interrupted() }
    }

    /// Runs `work` in a task that either signal cancels.
    static func guarding(_ work: @escaping @Sendable () async throws -> Void) async throws {
        let task = Task(operation: work)
        let sources = install { task.cancel() }
        defer { for source in sources { source.cancel() } }
        try await task.value
        try check()
    }

    private static func install(onRequest stop: @escaping @Sendable () -> Void) -> [any DispatchSourceSignal] {
        [SIGINT, SIGTERM].map { number in
            // Without this the default action would end the program before the source hears of it.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                let earlier = requests.add(1, ordering: .relaxed).oldValue
                if earlier > 0 { _exit(ExitStatus.interrupted.rawValue) }
                close(pipeEnds.write)
                stop()
            }
            source.resume()
            return source
        }
    }
}
