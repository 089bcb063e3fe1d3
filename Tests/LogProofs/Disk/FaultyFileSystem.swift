// A file system with a trace of all calls, one of them failing on request, and a gate that holds one of them.

internal import Dispatch
package import EventLog
internal import Glibc
internal import Synchronization

/// Passes calls on, counts those that can fail, and refuses, shortens or holds chosen ones.
///
/// `EINTR` is injected here, above the repetition that `PosixFileSystem` promises, so the log meets it as it meets any
/// other refusal: nothing may be lost by it. That the repetition itself works shows only on the real system calls.
package final class FaultyFileSystem: FileSystem {
    /// What happens to the chosen call.
    package enum Fault: Hashable, Sendable {
        case refusal(Int32)
        /// Reads and writes transfer half of what is asked.
        case short
    }

    private struct State {
        var trace: [String] = []
        var names: [Int32: String] = [:]
        /// Which calls to hurt: their number in the trace, and whether all later ones are hurt too.
        var failing: (number: Int, fault: Fault, isSticky: Bool)?
        /// Refuses every call of one operation on paths with this ending.
        var refused: (operation: String, suffix: String, errno: Int32)?
        /// Refuses every write that makes a file longer, as a full disk does.
        var isFull = false
        /// Tells this much space instead of what there is.
        var availableBytes: Int64?
        /// Transfers at most so many bytes a write.
        var longestWrite = Int.max
        var fired = 0
        /// The operation that takes so much longer.
        var slowed: (operation: String, microseconds: UInt32)?
        /// The operation and path ending to hold once.
        var held: (operation: String, suffix: String)?
        var isHolding = false
    }

    /// As long as ``waitUntil(isolation:_:)`` waits for those who are to gather meanwhile.
    private static let patienceSeconds = 600.0

    private let base: any FileSystem
    private let box = Mutex(State())
    private let released = DispatchSemaphore(value: 0)

    package init(
        on base: any FileSystem = PosixFileSystem(), failing number: Int? = nil, errno: Int32 = EIO,
        isSticky: Bool = false
    ) {
        self.base = base
        if let number { fail(number, .refusal(errno), isSticky: isSticky) }
    }

    package var trace: [String] { box.withLock { $0.trace } }
    /// How many calls were hurt.
    package var fired: Int { box.withLock { $0.fired } }

    /// Refuses every write that makes a file longer, as a full disk does.
    package var isFull: Bool {
        get { box.withLock { $0.isFull } }
        set { box.withLock { $0.isFull = newValue } }
    }

    /// Tells this much space instead of what there is; refuses nothing.
    package var claimedBytes: Int64? {
        get { box.withLock { $0.availableBytes } }
        set { box.withLock { $0.availableBytes = newValue } }
    }

    /// Transfers at most so many bytes a write.
    package var longestWrite: Int {
        get { box.withLock { $0.longestWrite } }
        set { box.withLock { $0.longestWrite = newValue } }
    }

    /// Hurts the call with this number in the trace, and all later ones where sticky.
    package func fail(_ number: Int, _ fault: Fault, isSticky: Bool) {
        box.withLock { $0.failing = (number, fault, isSticky) }
    }

    package func refuse(_ operation: String, _ suffix: String, _ errno: Int32) {
        box.withLock { $0.refused = (operation, suffix, errno) }
    }

    /// Hurts nothing any more.
    package func relent() {
        box.withLock { state in
            state.refused = nil
            state.failing = nil
        }
    }

    /// Makes every call of one operation take longer, as a disk behind a network does.
    package func slow(_ operation: String, byMicroseconds microseconds: UInt32) {
        box.withLock { $0.slowed = (operation, microseconds) }
    }

    /// Holds the next call of an operation until `release`, so that more can gather behind it.
    package func hold(_ operation: String, _ suffix: String) { box.withLock { $0.held = (operation, suffix) } }

    /// Whether a call is held now.
    package var isHolding: Bool { box.withLock { $0.isHolding } }

    /// Lets the held call go on, or lets the next one pass when none is held.
    package func release() {
        let isWaiting = box.withLock { state in
            state.held = nil
            defer { state.isHolding = false }
            return state.isHolding
        }
        if isWaiting { released.signal() }
    }

    /// Counts a call; true when it is to be shortened.
    @discardableResult
    private func note(_ operation: String, _ path: String) throws(FileSystemError) -> Bool {
        let slowed = box.withLock { $0.slowed }
        // The sleep is the slow disk.
        if let slowed, slowed.operation == operation { usleep(slowed.microseconds) }
        let (fault, isHeld) = box.withLock { state -> (Fault?, Bool) in
            state.trace.append(operation + " " + (path.split(separator: "/").last.map(String.init) ?? ""))
            if let refused = state.refused, refused.operation == operation, path.hasSuffix(refused.suffix) {
                state.fired += 1
                return (.refusal(refused.errno), false)
            }
            var isHeld = false
            if let held = state.held, held.operation == operation, path.hasSuffix(held.suffix) {
                state.held = nil
                state.isHolding = true
                isHeld = true
            }
            guard let failing = state.failing else { return (nil, isHeld) }
            let count = state.trace.count
            guard count == failing.number || failing.isSticky && count > failing.number else { return (nil, isHeld) }
            if failing.fault == .short, operation != "read", operation != "write" { return (nil, isHeld) }
            state.fired += 1
            return (failing.fault, isHeld)
        }
        if isHeld { _ = released.wait(timeout: .now() + Self.patienceSeconds) }
        if case .refusal(let number) = fault { throw FileSystemError(operation: operation, path: path, errno: number) }
        return fault == .short
    }

    private func name(_ descriptor: Int32) -> String { box.withLock { $0.names[descriptor] ?? "?" } }

    package func open(_ path: String, _ access: FileAccess) throws(FileSystemError) -> Int32 {
        try note("open", path)
        let descriptor = try base.open(path, access)
        box.withLock { $0.names[descriptor] = path }
        return descriptor
    }

    package func close(_ descriptor: Int32) { base.close(descriptor) }

    package func read(
        _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
    ) throws(FileSystemError) -> Int {
        let isShort = try note("read", name(descriptor))
        guard isShort else { return try base.read(descriptor, into: buffer, at: offset) }
        let half = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix((buffer.count + 1) / 2))
        return try base.read(descriptor, into: half, at: offset)
    }

    package func write(
        _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int64
    ) throws(FileSystemError) -> Int {
        let isShort = try note("write", name(descriptor))
        let (longest, isFull) = box.withLock { ($0.longestWrite, $0.isFull) }
        if isFull, try offset + Int64(bytes.count) > base.size(descriptor) {
            throw FileSystemError(operation: "write", path: name(descriptor), errno: ENOSPC)
        }
        let count = min(longest, isShort ? (bytes.count + 1) / 2 : bytes.count)
        return try base.write(descriptor, UnsafeRawBufferPointer(rebasing: bytes.prefix(count)), at: offset)
    }

    package func sync(_ descriptor: Int32) throws(FileSystemError) {
        try note("sync", name(descriptor))
        try base.sync(descriptor)
    }

    package func truncate(_ descriptor: Int32, to length: Int64) throws(FileSystemError) {
        try note("truncate", name(descriptor))
        try base.truncate(descriptor, to: length)
    }

    package func size(_ descriptor: Int32) throws(FileSystemError) -> Int64 {
        try note("size", name(descriptor))
        return try base.size(descriptor)
    }

    package func lock(_ descriptor: Int32) throws(FileSystemError) -> Bool {
        try note("lock", name(descriptor))
        return try base.lock(descriptor)
    }

    package func status(_ path: String) throws(FileSystemError) -> FileStatus? {
        try note("status", path)
        return try base.status(path)
    }

    package func createDirectory(_ path: String) throws(FileSystemError) {
        try note("mkdir", path)
        try base.createDirectory(path)
    }

    package func syncDirectory(_ path: String) throws(FileSystemError) {
        try note("syncDirectory", path)
        try base.syncDirectory(path)
    }

    package func list(_ path: String) throws(FileSystemError) -> [String] {
        try note("list", path)
        return try base.list(path)
    }

    package func rename(_ source: String, to destination: String) throws(FileSystemError) {
        try note("rename", source)
        try base.rename(source, to: destination)
    }

    package func unlink(_ path: String) throws(FileSystemError) {
        try note("unlink", path)
        try base.unlink(path)
    }

    package func makeReadOnly(_ descriptor: Int32) throws(FileSystemError) {
        try note("chmod", name(descriptor))
        try base.makeReadOnly(descriptor)
    }

    package func availableBytes(_ path: String) throws(FileSystemError) -> Int64? {
        try note("space", path)
        if let claimed = claimedBytes { return claimed }
        return try base.availableBytes(path)
    }
}
