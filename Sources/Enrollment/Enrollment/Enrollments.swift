// All enrollments by id, in 24 bytes each: most of what the state holds, so this is where its size is decided.

/// The enrollments of a state in the order of their ids, which count from 1: enrollment 7 stands at 6.
///
/// Rows lie in blocks of a fixed length: adding one never moves the others, which would stop all commands for a while
/// and take twice the memory. There may be 4,294,967,295 enrollments.
public struct Enrollments: Hashable, Sendable {
    /// One enrollment; ids are 32 bits, and 0 stands for none.
    struct Row: Hashable, Sendable {
        var user: UInt32
        /// The term's id above the two bits of the status.
        var place: UInt32
        var changedAt: Int64
        /// The links of two lists, newest first, from a user and from a term to their enrollments.
        var previousOfUser: UInt32
        var previousOfTerm: UInt32

        var userID: UserID { UserID(Int64(user)) }
        var termID: TermID { TermID(Int64(place >> 2)) }
        var status: EnrollmentStatus { EnrollmentStatus(bits: place) }
    }

    static let limit = Int(UInt32.max)
    private static let blockBits = 12
    /// Rows of a block; also how many a snapshot stores side by side.
    package static let blockLength = 1 << blockBits

    private var blocks: [[Row]] = []
    public private(set) var count = 0

    /// What the state keeps of the enrollment that stands at `slot`, which must be one.
    @inline(__always)
    func row(_ slot: Int) -> Row {
        blocks[slot &>> Self.blockBits][slot & (Self.blockLength - 1)]
    }

    /// Adds a pending enrollment behind the others.
    mutating func append(
        user: UserID, term: TermID, at time: Timestamp, previousOfUser: UInt32, previousOfTerm: UInt32
    ) {
        append(
            Row(
                user: UInt32(user.rawValue), place: UInt32(term.rawValue << 2) | EnrollmentStatus.pending.bits,
                changedAt: time.rawValue, previousOfUser: previousOfUser, previousOfTerm: previousOfTerm))
    }

    @inline(__always)
    mutating func append(_ row: Row) {
        precondition(count < Self.limit, "a state holds at most \(Self.limit) enrollments")
        let block = count &>> Self.blockBits
        if block == blocks.count {
            blocks.append([])
            // The first block grows with what comes: most states of tests, and of many a small school, never fill it.
            if block > 0 { blocks[block].reserveCapacity(Self.blockLength) }
        }
        blocks[block].append(row)
        count += 1
    }

    /// Changes the status of one, and tells what it was before.
    mutating func change(_ slot: Int, to status: EnrollmentStatus, at time: Timestamp) -> Row {
        let block = slot &>> Self.blockBits
        let index = slot & (Self.blockLength - 1)
        let before = blocks[block][index]
        blocks[block][index].place = before.place & ~3 | status.bits
        blocks[block][index].changedAt = time.rawValue
        return before
    }

    /// How many bytes its rows take.
    package var bytes: Int {
        blocks.reduce(blocks.capacity * MemoryLayout<[Row]>.stride) { $0 + $1.capacity * MemoryLayout<Row>.stride }
    }
}

extension Enrollments {
    /// The facts of a block, as a snapshot stores them: one column beside the other.
    package struct Columns {
        package var users: [Int64] = []
        /// The term's id above the two bits of the status.
        package var places: [Int64] = []
        package var changedAt: [Int64] = []

        package init() {}
    }

    package var blockCount: Int { blocks.count }

    /// Takes down a block of rows.
    package func copyBlock(_ block: Int, to columns: inout Columns) {
        columns.users.removeAll(keepingCapacity: true)
        columns.places.removeAll(keepingCapacity: true)
        columns.changedAt.removeAll(keepingCapacity: true)
        for row in blocks[block] {
            columns.users.append(Int64(row.user))
            columns.places.append(Int64(row.place))
            columns.changedAt.append(row.changedAt)
        }
    }
}

extension Enrollments: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { count }

    /// The enrollment whose id is `slot + 1`.
    public subscript(slot: Int) -> Enrollment {
        let row = row(slot)
        return Enrollment(
            id: EnrollmentID(Int64(slot) + 1), user: row.userID, term: row.termID, status: row.status,
            changedAt: Timestamp(microseconds: row.changedAt))
    }
}

extension EnrollmentStatus {
    /// Two bits: the stored number less 1.
    @inline(__always)
    package var bits: UInt32 { UInt32(rawValue) &- 1 }

    /// The status of the two lowest bits of a number.
    @inline(__always)
    package init(bits: UInt32) {
        switch bits & 3 {
        case 0: self = .pending
        case 1: self = .approved
        case 2: self = .rejected
        default: self = .cancelled
        }
    }
}
