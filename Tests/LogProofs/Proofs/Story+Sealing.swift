// The steps of a story that seal: whole, and cut short in the middle by a power cut.

internal import Dispatch
internal import EnrollmentTesting
internal import EventLog
internal import Glibc
internal import Synchronization

extension Story {
    /// Calls of a sealing, in the order in which they come; at each of them the power may fail.
    private static let sealingCalls: [(operation: String, suffix: String)] = [
        ("write", ".seg.tmp"), ("sync", ".seg.tmp"), ("rename", ".seg.tmp"), ("write", "MANIFEST.tmp"),
        ("sync", "MANIFEST.tmp"), ("rename", "MANIFEST.tmp"), ("unlink", ".log"),
    ]

    mutating func seal() throws {
        let sealed = try current().seal()
        report.count("sealed segments", by: sealed.segments)
        sealings += sealed.segments
    }

    /// Stops a sealing at one of its calls, lets tailers look, and cuts the power there.
    mutating func crashInSealing() throws {
        let log = try current()
        let call = generator.pick(Self.sealingCalls)
        faulty.hold(call.operation, call.suffix)
        let outcome = Mutex<Result<SealReport, any Error>?>(nil)
        let isDone = DispatchSemaphore(value: 0)
        // A queue of its own has a thread at once, however many others wait.
        DispatchQueue(label: "sealing").async {
            let result = Result { try log.seal() }
            outcome.withLock { $0 = result }
            isDone.signal()
        }
        while !faulty.isHolding, outcome.withLock({ $0 == nil }) { sched_yield() }
        let isHeld = faulty.isHolding
        let state = disk.state
        let seen = isHeld ? Result { try lookAtAll() } : .success(())
        faulty.release()
        isDone.wait()
        try seen.get()
        guard isHeld else {
            // There was nothing to seal, or its originals were kept.
            let sealed = try outcome.withLock { try $0?.get() }
            sealings += sealed?.segments ?? 0
            return
        }
        report.count("crashes within a sealing")
        report.count("crashes at \(call.operation) \(call.suffix) of a sealing")
        try crash(state)
    }
}
