// What a snapshot holds many of, column by column: enrollments and commands. SNAPSHOT.md, "Blocks", in both directions.
//
// Numbers of one width are read without a branch for each, which is what lets millions of them be read in a moment; of
// a fitting width, they also leave less to compute checksums of.

internal import Enrollment
internal import EventLog

enum SnapshotColumns {
    static func encode(_ columns: Enrollments.Columns, to bytes: inout [UInt8]) {
        encode(columns.users, to: &bytes)
        encode(columns.places, to: &bytes)
        encode(columns.changedAt, to: &bytes)
    }

    /// Reads a block of `count` enrollments, by way of columns that are used again for the next.
    static func addEnrollments(
        _ count: Int, from reader: inout ByteReader, by columns: inout Enrollments.Columns,
        to state: inout StateAssembly
    ) throws(PayloadProblem) {
        try decode(count, from: &reader, to: &columns.users)
        try decode(count, from: &reader, to: &columns.places)
        try decode(count, from: &reader, to: &columns.changedAt)
        do { try state.addEnrollments(columns) } catch { throw PayloadProblem(message: error.message) }
    }

    static func encode(_ commands: RememberedCommands, _ block: Range<Int>, to bytes: inout [UInt8]) {
        encode(block.map { commands[$0].position.rawValue }, to: &bytes)
        for index in block {
            let id = commands[index].id
            withUnsafeBytes(of: (id.high.bigEndian, id.low.bigEndian)) { bytes.append(contentsOf: $0) }
        }
    }

    /// Reads a block of `count` commands; positions rise, and none lies behind the snapshot's own.
    static func addCommands(
        _ count: Int, from reader: inout ByteReader, after last: inout Int64, through position: Int64,
        to remembered: inout RememberedCommands
    ) throws(PayloadProblem) {
        var positions: [Int64] = []
        try decode(count, from: &reader, to: &positions)
        let ids = try reader.bytes(count * 16)
        var commands: [(id: CommandID, position: Position)] = []
        commands.reserveCapacity(count)
        for (index, place) in positions.enumerated() {
            guard place > last, place <= position else {
                throw PayloadProblem(message: "a command has no position of its own")
            }
            last = place
            let high = ids.loadUnaligned(fromByteOffset: index * 16, as: UInt64.self).bigEndian
            let low = ids.loadUnaligned(fromByteOffset: index * 16 + 8, as: UInt64.self).bigEndian
            commands.append((CommandID(high: high, low: low), Position(place)))
        }
        remembered.remember(commands)
    }
}

extension SnapshotColumns {
    /// The least number, a width of 1 to 8 bytes, and how much more each one is.
    static func encode(_ numbers: [Int64], to bytes: inout [UInt8]) {
        var (least, greatest) = (Int64.max, Int64.min)
        for number in numbers {
            least = min(least, number)
            greatest = max(greatest, number)
        }
        guard least <= greatest else { return }
        let width = max(1, (71 - UInt64(bitPattern: greatest &- least).leadingZeroBitCount) / 8)
        ByteWriter.signed(least, to: &bytes)
        bytes.append(UInt8(width))
        for number in numbers {
            withUnsafeBytes(of: (number &- least).littleEndian) { bytes.append(contentsOf: $0.prefix(width)) }
        }
    }

    static func decode(
        _ count: Int, from reader: inout ByteReader, to numbers: inout [Int64]
    ) throws(PayloadProblem) {
        let least = try reader.signed()
        let width = Int(try reader.byte())
        guard (1...8).contains(width) else { throw PayloadProblem(message: "a column has no known width") }
        let bytes = try reader.bytes(count * width)
        let mask = UInt64.max >> UInt64(64 - width * 8)
        // Eight bytes are loaded at once, as long as they are there; the last few numbers are put together.
        let whole = min(count, bytes.count < 8 ? 0 : (bytes.count - 8) / width + 1)
        numbers.removeAll(keepingCapacity: true)
        numbers.reserveCapacity(count)
        for index in 0..<whole {
            let eight = bytes.loadUnaligned(fromByteOffset: index * width, as: UInt64.self).littleEndian
            numbers.append(Int64(bitPattern: eight & mask) &+ least)
        }
        for index in whole..<count {
            var more: UInt64 = 0
            for place in (0..<width).reversed() { more = more << 8 | UInt64(bytes[index * width + place]) }
            numbers.append(Int64(bitPattern: more) &+ least)
        }
    }
}
