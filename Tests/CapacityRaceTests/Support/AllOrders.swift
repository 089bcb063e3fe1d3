// The plainest checker there is: tries every order. Only for a handful of operations.

import Enrollment

@testable import CapacityRace

/// Whether some order of the operations explains all answers; O(n!).
struct AllOrders {
    private struct Term {
        var capacity: Int32
        /// Whether each person who is in has only a hold.
        var live: [Int32: Bool] = [:]
        let needsApproval: Bool

        /// Decides an operation from nothing but its question; nil where it would not be what was answered.
        func after(_ operation: Operation) -> Term? {
            var next = self
            let isIn = live[operation.user] != nil
            let mayBeAccepted: Bool
            let code: RejectionCode?
            switch operation.kind {
            case .apply:
                mayBeAccepted = !isIn && live.count < Int(capacity)
                code = isIn ? .alreadyEnrolled : .termFull
                next.live[operation.user] = needsApproval
            case .cancel:
                mayBeAccepted = isIn
                code = .invalidEnrollmentTransition
                next.live[operation.user] = nil
            case .approve:
                mayBeAccepted = live[operation.user] == true
                code = .invalidEnrollmentTransition
                next.live[operation.user] = false
            case .changeCapacity:
                mayBeAccepted = live.count <= Int(operation.capacity)
                code = .capacityBelowEnrolled
                next.capacity = operation.capacity
            case .read:
                mayBeAccepted = Int(operation.taken) == live.count && operation.capacity == capacity
                code = nil
            }
            if operation.outcome == .refused {
                guard !mayBeAccepted, let code, operation.code == code else { return nil }
                let showsSeats = code == .termFull || code == .capacityBelowEnrolled
                if showsSeats && Int(operation.taken) != live.count { return nil }
                return code == .termFull && operation.capacity != capacity ? nil : self
            }
            return mayBeAccepted ? next : nil
        }
    }

    static func explain(_ operations: [Operation], seats: Int, needsApproval: Bool) -> Bool {
        search(operations, Term(capacity: Int32(seats), needsApproval: needsApproval))
    }

    private static func search(_ left: [Operation], _ term: Term) -> Bool {
        let answered = left.filter { $0.outcome != .unknown }
        guard let first = answered.map(\.end).min() else { return true }
        for (index, operation) in left.enumerated() where operation.start <= first {
            guard let next = term.after(operation) else { continue }
            var rest = left
            rest.remove(at: index)
            if search(rest, next) { return true }
        }
        return false
    }
}
