// A thread that can be waited for: the proofs block, and would starve a pool that is as wide as the machine.

import ChildProcesses
import Glibc

/// A thread that runs a body once.
struct WorkThread {
    private let thread: pthread_t

    private final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    init(_ body: @escaping @Sendable () -> Void) throws {
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Box(body))
        let code = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            }, box.toOpaque())
        guard code == 0 else {
            box.release()
            throw MachineError.system("pthread_create", code)
        }
        self.thread = thread
    }

    /// Waits for the end of the body.
    func join() { pthread_join(thread, nil) }
}
