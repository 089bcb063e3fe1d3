// A mutex with two conditions around a state: what the committer and its callers meet at.

internal import Glibc

/// A state behind a POSIX mutex, with a condition for the committer and one for blocked callers.
///
/// `Synchronization.Mutex` has no conditions, and the committer must sleep until there is work.
///
/// Unchecked, because the compiler cannot see the mutex: `state` is only ever touched between `lock` and `unlock`,
/// which every caller pairs within one function; all other members are pointers that never change after `init`, to
/// objects that POSIX allows every thread to use.
final class Monitor<State>: @unchecked Sendable {
    /// Valid only between `lock` and `unlock`.
    ///
    /// A pointer, so that no access outlasts a wait.
    let state: UnsafeMutablePointer<State>
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let work: UnsafeMutablePointer<pthread_cond_t>
    private let progress: UnsafeMutablePointer<pthread_cond_t>

    init(_ initial: State) {
        state = .allocate(capacity: 1)
        state.initialize(to: initial)
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        work = .allocate(capacity: 1)
        work.initialize(to: pthread_cond_t())
        progress = .allocate(capacity: 1)
        progress.initialize(to: pthread_cond_t())
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        // Deadlines must not move when somebody sets the clock.
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(work, &attributes)
        pthread_cond_init(progress, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(work)
        pthread_cond_destroy(progress)
        pthread_mutex_destroy(mutex)
        state.deinitialize(count: 1)
        state.deallocate()
        work.deallocate()
        progress.deallocate()
        mutex.deallocate()
    }

    func lock() { pthread_mutex_lock(mutex) }
    func unlock() { pthread_mutex_unlock(mutex) }

    /// Runs a body between `lock` and `unlock`; the body must not wait.
    func withLock<Result, Failure: Error>(
        _ body: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        lock()
        defer { unlock() }
        return try body(&state.pointee)
    }

    /// Wakes the committer.
    func signalWork() { pthread_cond_signal(work) }
    /// Wakes all blocked callers.
    func broadcastProgress() { pthread_cond_broadcast(progress) }
    /// Sleeps until there may be progress; spurious wakes happen.
    func waitForProgress() { pthread_cond_wait(progress, mutex) }
    /// Sleeps until there may be progress or the monotonic time has come; false when it has.
    func waitForProgress(until nanoseconds: Int64) -> Bool { wait(on: progress, until: nanoseconds) }
    /// Sleeps until there may be work; spurious wakes happen.
    func waitForWork() { pthread_cond_wait(work, mutex) }

    /// Sleeps until there may be work or the monotonic time has come; false when it has.
    func waitForWork(until nanoseconds: Int64) -> Bool { wait(on: work, until: nanoseconds) }

    private func wait(on condition: UnsafeMutablePointer<pthread_cond_t>, until nanoseconds: Int64) -> Bool {
        var time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        return pthread_cond_timedwait(condition, mutex, &time) != ETIMEDOUT
    }

    /// The monotonic time in nanoseconds.
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

/// Starts a thread of its own for a body: blocking calls do not belong on the cooperative pool.
///
/// - Throws: `io` when the system has no thread left.
func startThread(_ body: @escaping @Sendable () -> Void) throws(LogError) {
    final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let box = Unmanaged.passRetained(Box(body))
    let status = pthread_create(
        &thread, nil,
        { argument in
            if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
            return nil
        }, box.toOpaque())
    guard status == 0 else {
        box.release()
        throw LogError(.io, "The system has no thread left for the committer. Raise the limit.", errno: status)
    }
    pthread_detach(thread)
}
