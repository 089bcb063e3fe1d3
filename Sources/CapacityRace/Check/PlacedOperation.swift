// An operation as the search for an order sees it: what it does to a term, and what it demands.

internal import Enrollment

/// The effect of an operation on its term, or what its answer says about the term.
struct PlacedOperation {
    enum Effect: UInt8 {
        // These change the seats.
        case take
        case leave
        case resize
        /// Turns a hold into a seat: changes nobody's chances.
        case approve
        // These only say something.
        case sawFull
        case sawEnrolled
        case sawOver
        case sawDecided
        case sawTooSmall
        case sawSeats
        /// An answer that no state gives.
        case never
    }

    let effect: Effect
    /// The person's place among those of the term; 0 is nobody.
    let person: Int32
    let start: Int64
    /// `Int64.max` where it was never answered.
    let end: Int64
    let taken: Int32
    let capacity: Int32
    /// Its place in the history, for the report.
    let index: Int32
    /// Which to try first: a smaller number before a greater one.
    let hint: Int64
    /// Whether its person asked for something else at the same time.
    var isEntangled = false

    /// Nil where it was never answered and would change nothing.
    init?(_ operation: Operation, person: Int32, index: Int, hint: Int64) {
        switch (operation.kind, operation.outcome, operation.code) {
        case (.read, .unknown, _): return nil
        case (.apply, .accepted, _), (.apply, .unknown, _): effect = .take
        case (.cancel, .accepted, _), (.cancel, .unknown, _): effect = .leave
        case (.approve, .accepted, _), (.approve, .unknown, _): effect = .approve
        case (.changeCapacity, .accepted, _), (.changeCapacity, .unknown, _): effect = .resize
        case (.read, .accepted, _): effect = .sawSeats
        case (.apply, .refused, .termFull): effect = .sawFull
        case (.apply, .refused, .alreadyEnrolled): effect = .sawEnrolled
        case (.cancel, .refused, .invalidEnrollmentTransition): effect = .sawOver
        case (.approve, .refused, .invalidEnrollmentTransition): effect = .sawDecided
        case (.changeCapacity, .refused, .capacityBelowEnrolled): effect = .sawTooSmall
        default: effect = .never
        }
        self.person = person
        start = operation.start
        end = operation.outcome == .unknown ? .max : operation.end
        taken = operation.taken
        capacity = operation.capacity
        self.index = Int32(clamping: index)
        self.hint = hint
    }

    /// Whether it may be placed as soon as it is right.
    var isObserver: Bool {
        switch effect {
        case .take, .leave, .resize: false
        case .approve: !isEntangled && end < .max
        default: true
        }
    }
}

/// The state of a term, as small as the rules of a seat need it.
struct SeatState {
    enum Standing: UInt8 {
        case out
        case held
        case enrolled
    }

    var taken: Int32 = 0
    var capacity: Int32
    var standing: [Standing]
    /// Where somebody who applies stands afterwards.
    let applicant: Standing

    /// Whether the rules give the operation's answer now.
    func explains(_ operation: PlacedOperation) -> Bool {
        let standing = standing[Int(operation.person)]
        switch operation.effect {
        case .take: return standing == .out && taken < capacity
        case .leave: return standing != .out
        case .approve: return standing == .held
        case .resize: return operation.capacity >= taken
        case .sawFull:
            return standing == .out && taken >= capacity && taken == operation.taken && capacity == operation.capacity
        case .sawEnrolled: return standing != .out
        case .sawOver: return standing == .out
        case .sawDecided: return standing != .held
        case .sawTooSmall: return operation.capacity < taken && operation.taken == taken
        case .sawSeats: return operation.taken == taken && operation.capacity == capacity
        case .never: return false
        }
    }

    /// Whether its person stands as the operation's answer needs it, whatever the seats.
    func fitsStanding(_ operation: PlacedOperation) -> Bool {
        let standing = standing[Int(operation.person)]
        switch operation.effect {
        case .take, .sawFull, .sawOver: return standing == .out
        case .leave, .sawEnrolled: return standing != .out
        case .approve: return standing == .held
        case .sawDecided: return standing != .held
        case .resize, .sawTooSmall, .sawSeats: return true
        case .never: return false
        }
    }

    mutating func place(_ operation: PlacedOperation) {
        let person = Int(operation.person)
        switch operation.effect {
        case .take:
            standing[person] = applicant
            taken += 1
        case .leave:
            standing[person] = .out
            taken -= 1
        case .approve: standing[person] = .enrolled
        case .resize: capacity = operation.capacity
        default: break
        }
    }

    /// Takes an operation back, given how its person stood and what the capacity was before it.
    mutating func takeBack(_ operation: PlacedOperation, standing before: Standing, capacity: Int32) {
        switch operation.effect {
        case .take: taken -= 1
        case .leave: taken += 1
        default: break
        }
        standing[Int(operation.person)] = before
        self.capacity = capacity
    }
}
