// The clients' history as memory that is a file: what was written survives the process that wrote it.

internal import Enrollment
internal import Glibc
internal import Synchronization

/// A slot for every operation that the plan may come to, shared by the processes of one race.
///
/// A killed process leaves its slots as they were at that instant, at the price of a few stores an operation. Slots of
/// one step lie together, so that steps nobody takes cost no disk.
///
/// Unchecked: a slot has one writer at a time, the client whose visit it is. Others look at it only after its stage,
/// an atomic that is stored last, says that it is written; the header is atomics alone.
public final class HistoryFile: @unchecked Sendable {
    /// How far an operation is.
    enum Stage: UInt64, Sendable {
        case blank = 0
        /// Asked; whoever finds it so later does not know what became of it.
        case asked
        case answered
        /// Asked, never answered, and not to be asked again.
        case abandoned
    }

    private struct Slot {
        var stage: UInt64
        var start: Int64
        var end: Int64
        var intended: Int64
        var position: Int64
        /// The enrollment, or the version that a reading saw.
        var number: Int64
        var taken: Int32
        var capacity: Int32
        var client: Int32
        var kind: UInt8
        var outcome: UInt8
        var code: UInt8
        /// 1: the answer is recorded; 2: it was given again.
        var flags: UInt8
    }

    private static let headerBytes = 4096
    private let base: UnsafeMutableRawPointer
    private let bytes: Int
    /// The plan that the operations follow.
    public let workload: Workload
    var slotCount: Int { workload.visitCount * Workload.stepsPerVisit }

    /// Opens the file at `path`, or makes it.
    ///
    /// - Throws: ``RaceError`` where the system does not let it.
    public init(at path: String, for workload: Workload) throws(RaceError) {
        self.workload = workload
        bytes = Self.headerBytes + workload.visitCount * Workload.stepsPerVisit * MemoryLayout<Slot>.stride
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw RaceError.system("open", path) }
        defer { close(descriptor) }
        guard ftruncate(descriptor, bytes) == 0 else { throw RaceError.system("size", path) }
        guard let memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), memory != MAP_FAILED
        else { throw RaceError.system("map", path) }
        base = memory
    }

    deinit { munmap(base, bytes) }

    // The header: how many visits were begun, when the race did, whether nobody new may begin.

    private func atomic(_ index: Int) -> UnsafeMutablePointer<Atomic<Int64>> {
        (base + index * 8).assumingMemoryBound(to: Atomic<Int64>.self)
    }

    /// How many visits were begun.
    public var begun: Int { min(workload.visitCount, Int(clamping: atomic(0).pointee.load(ordering: .relaxed))) }

    /// The next visit that nobody has begun; nil where there is none, or none may begin.
    func beginNext() -> Int? {
        if isStopped { return nil }
        let visit = atomic(0).pointee.wrappingAdd(1, ordering: .relaxed).oldValue
        return visit < Int64(workload.visitCount) ? Int(visit) : nil
    }

    /// When the race began; the first who asks says so.
    func startTime() -> Int64 {
        let now = monotonicNanoseconds()
        let (began, earlier) = atomic(1).pointee.compareExchange(
            expected: 0, desired: now, ordering: .relaxed)
        return began ? now : earlier
    }

    /// When the race began; 0 before that.
    public var startedAt: Int64 { atomic(1).pointee.load(ordering: .relaxed) }

    /// Lets nobody new begin.
    public func stop() { atomic(2).pointee.store(1, ordering: .relaxed) }

    /// Whether the clients were told to stop.
    public var isStopped: Bool { atomic(2).pointee.load(ordering: .relaxed) != 0 }

    // The slots.

    private func slot(_ index: Int) -> UnsafeMutablePointer<Slot> {
        precondition(index >= 0 && index < slotCount)
        return (base + Self.headerBytes).assumingMemoryBound(to: Slot.self) + index
    }

    private func stageWord(_ index: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        UnsafeMutableRawPointer(slot(index)).assumingMemoryBound(to: Atomic<UInt64>.self)
    }

    func stage(_ index: Int) -> Stage {
        Stage(rawValue: stageWord(index).pointee.load(ordering: .acquiring)) ?? .blank
    }

    func setStage(_ index: Int, _ stage: Stage) {
        stageWord(index).pointee.store(stage.rawValue, ordering: .releasing)
    }

    /// Writes down that something is asked for: meant for `intended`, or for now where that is nil.
    func ask(_ index: Int, _ kind: Operation.Kind, client: Int, intended: Int64?, enrollment: Int64, capacity: Int32) {
        let slot = slot(index)
        slot.pointee.kind = kind.rawValue
        slot.pointee.client = Int32(client)
        slot.pointee.number = enrollment
        slot.pointee.capacity = capacity
        slot.pointee.start = monotonicNanoseconds()
        slot.pointee.intended = intended ?? slot.pointee.start
        setStage(index, .asked)
    }

    /// Writes down the answer.
    func answer(_ index: Int, _ operation: Operation) {
        let slot = slot(index)
        slot.pointee.end = operation.end
        slot.pointee.position = operation.position
        slot.pointee.number = operation.kind == .read ? operation.version : operation.enrollment
        slot.pointee.taken = operation.taken
        slot.pointee.capacity = operation.capacity
        slot.pointee.outcome = operation.outcome.rawValue
        slot.pointee.code = operation.code?.rawValue ?? 0
        slot.pointee.flags = (operation.isRecorded ? 1 : 0) | (operation.isReplay ? 2 : 0)
        setStage(index, .answered)
    }

    /// The operation in a slot; nil where nothing was asked for.
    func operation(_ index: Int) -> Operation? {
        let stage = stage(index)
        guard stage != .blank, let kind = Operation.Kind(rawValue: slot(index).pointee.kind) else { return nil }
        let slot = slot(index).pointee
        let visit = workload.visits[index % workload.visitCount]
        var operation = Operation(
            kind, .unknown, term: visit.term, user: visit.user, start: slot.start, end: .max)
        operation.client = slot.client
        operation.intended = slot.intended
        operation.capacity = slot.capacity
        if kind == .approve || kind == .cancel { operation.enrollment = slot.number }
        guard stage == .answered, let outcome = Operation.Outcome(rawValue: slot.outcome) else { return operation }
        operation.outcome = outcome
        operation.code = RejectionCode(rawValue: slot.code)
        operation.end = slot.end
        operation.position = slot.position
        operation.taken = slot.taken
        operation.isRecorded = slot.flags & 1 != 0
        operation.isReplay = slot.flags & 2 != 0
        if kind == .read { operation.version = slot.number } else { operation.enrollment = slot.number }
        return operation
    }

    /// The history, a slot for every step that was planned; nil where it was never asked for.
    public func operations() -> [Operation?] {
        let begun = begun
        return (0..<slotCount).map { $0 % workload.visitCount < begun ? operation($0) : nil }
    }
}
