// Histories of a term that keeps the rules, made without an engine: what checkers are tested on.

import Enrollment
import EnrollmentTesting
import EventLog

@testable import CapacityRace

/// A race that never ran: operations that overlap, each decided at one instant between its start and its end.
struct SimulatedRace {
    struct Shape {
        var seats = 3
        var people = 8
        var clients = 4
        var operations = 40
        var admission = Admission.firstCome
        /// Whether two clients may act for one person at a time.
        var sharesPeople = false
        /// In percent.
        var unanswered = 0
        var recordsRefusals = true
    }

    static let commandHigh: UInt64 = 0xACE

    /// Slot n is the n-th operation, in no particular order.
    var operations: [Operation?] = []
    var log = RaceLog()
    let shape: Shape

    private var capacity: Int
    private var live: [Int32: Int64] = [:]
    private var pending: Set<Int64> = []
    private var latest: [Int32: Int64] = [:]
    private var enrollments: Int64 = 0
    private var version: Int64 = 1

    init(seed: UInt64, _ shape: Shape = Shape()) {
        self.shape = shape
        capacity = shape.seats
        var random = SplitMix64(seed: seed)
        write(.scheduled(capacity: shape.seats), slot: -1, isStart: true)
        var times = Array(repeating: 0, count: shape.clients)
        var planned: [(point: Int, client: Int, start: Int, end: Int)] = []
        for _ in 0..<shape.operations {
            let client = random.below(shape.clients)
            let start = times[client] + 1 + random.below(4)
            let point = start + random.below(8)
            times[client] = point + random.below(8)
            planned.append((point, client, start, times[client]))
        }
        planned.sort { ($0.point, $0.client) < ($1.point, $1.client) }
        for item in planned {
            // A million to a step, so that no two instants are the same.
            let unique = operations.count
            let start = Int64(item.start) * 1_000_000 + Int64(item.client)
            let end = Int64(item.end) * 1_000_000 + 500_000 + Int64(unique)
            decide(client: item.client, start: start, end: end, &random)
        }
        log.lastPosition = Int64(log.entries.count)
    }

    /// What both checkers say.
    var positions: CheckReport {
        var check = PositionCheck(operations, commandHigh: Self.commandHigh, log: log)
        return check.run()
    }
    var hints: [Int64] {
        var check = PositionCheck(operations, commandHigh: Self.commandHigh, log: log)
        _ = check.run()
        return check.hints()
    }
    var order: CheckReport {
        LinearizabilityCheck(seats: shape.seats, needsApproval: shape.admission == .approval).run(operations)
    }

    /// The slot of the first operation that is so.
    func slot(where fits: (Operation) -> Bool) -> Int? { operations.firstIndex { $0.map(fits) ?? false } }

    private mutating func decide(client: Int, start: Int64, end: Int64, _ random: inout SplitMix64) {
        // Each client has people of its own: those whose number leaves its own when divided by the number of clients.
        let own = (shape.people - client + shape.clients - 1) / shape.clients
        guard own > 0 else { return }
        let number = shape.sharesPeople ? random.below(shape.people) : client + random.below(own) * shape.clients
        let user = Int32(number + 1)
        var operation = Operation(.apply, .accepted, term: 1, user: user, start: start, end: end)
        operation.client = Int32(client)
        let slot = operations.count
        let dies = random.chance(shape.unanswered, in: 100)
        if dies && random.chance(1, in: 2) {
            // Asked, and never decided.
        } else {
            switch random.below(10) {
            case 0..<5: apply(&operation, slot)
            case 5, 6: cancel(&operation, slot)
            case 7: shape.admission == .approval ? approve(&operation, slot) : apply(&operation, slot)
            case 8: change(&operation, slot, to: max(1, shape.seats - 1 + random.below(3)))
            default: read(&operation)
            }
        }
        if dies {
            operation.outcome = .unknown
            operation.end = .max
            operation.code = nil
            operation.position = 0
            operation.isRecorded = false
        }
        operations.append(operation)
    }

    private mutating func write(_ content: RaceLog.Content, slot: Int, isStart: Bool) {
        var own: Int64 = 0
        if case .refused = content {
        } else {
            version += 1
            own = version
        }
        log.entries.append(
            RaceLog.Entry(
                position: Int64(log.entries.count + 1),
                command: CommandID(high: Self.commandHigh, low: UInt64(bitPattern: Int64(slot))), term: 1,
                version: own, time: 0, isBatchStart: isStart, content: content))
    }

    private mutating func answer(_ operation: inout Operation, _ contents: [RaceLog.Content], _ slot: Int) {
        for (index, content) in contents.enumerated() { write(content, slot: slot, isStart: index == 0) }
        operation.isRecorded = !contents.isEmpty
        operation.position = Int64(log.entries.count)
    }

    private mutating func refuse(_ operation: inout Operation, _ code: RejectionCode, _ slot: Int) {
        operation.outcome = .refused
        operation.code = code
        operation.taken = Int32(live.count)
        if operation.kind != .changeCapacity { operation.capacity = Int32(capacity) }
        let isRecorded = shape.recordsRefusals && operation.kind != .changeCapacity
        answer(
            &operation,
            isRecorded
                ? [.refused(user: Int64(operation.user), code, taken: live.count, capacity: capacity)] : [], slot)
    }

    private mutating func apply(_ operation: inout Operation, _ slot: Int) {
        if live[operation.user] != nil { return refuse(&operation, .alreadyEnrolled, slot) }
        if live.count >= capacity { return refuse(&operation, .termFull, slot) }
        enrollments += 1
        live[operation.user] = enrollments
        latest[operation.user] = enrollments
        operation.enrollment = enrollments
        let applied = RaceLog.Content.applied(user: Int64(operation.user), enrollment: enrollments)
        if shape.admission == .approval {
            pending.insert(enrollments)
            answer(&operation, [applied], slot)
        } else {
            answer(&operation, [applied, .approved(enrollment: enrollments)], slot)
        }
    }

    private mutating func cancel(_ operation: inout Operation, _ slot: Int) {
        guard let enrollment = latest[operation.user] else { return apply(&operation, slot) }
        operation.kind = .cancel
        operation.enrollment = enrollment
        guard live[operation.user] == enrollment else {
            return refuse(&operation, .invalidEnrollmentTransition, slot)
        }
        live[operation.user] = nil
        pending.remove(enrollment)
        answer(&operation, [.cancelled(enrollment: enrollment)], slot)
    }

    private mutating func approve(_ operation: inout Operation, _ slot: Int) {
        guard let enrollment = latest[operation.user] else { return apply(&operation, slot) }
        operation.kind = .approve
        operation.enrollment = enrollment
        guard pending.remove(enrollment) != nil else {
            return refuse(&operation, .invalidEnrollmentTransition, slot)
        }
        answer(&operation, [.approved(enrollment: enrollment)], slot)
    }

    private mutating func change(_ operation: inout Operation, _ slot: Int, to wanted: Int) {
        operation.kind = .changeCapacity
        operation.user = 0
        operation.capacity = Int32(wanted)
        if wanted == capacity { return answer(&operation, [], slot) }
        if wanted < live.count { return refuse(&operation, .capacityBelowEnrolled, slot) }
        capacity = wanted
        answer(&operation, [.capacity(to: wanted)], slot)
    }

    private mutating func read(_ operation: inout Operation) {
        operation.kind = .read
        operation.user = 0
        operation.taken = Int32(live.count)
        operation.capacity = Int32(capacity)
        operation.version = version
    }
}
