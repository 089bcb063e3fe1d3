// Reads what ByteWriter wrote. Bytes come from a file: every length is checked, nothing traps.

internal import Enrollment

/// What is wrong with a payload.
struct PayloadProblem: Error {
    let message: String
    /// Whether nothing is wrong but that a newer version of the program wrote it.
    var needsNewer = false
}

extension EngineError {
    /// What is wrong with the payload of a record, which `subject` names.
    init(_ problem: PayloadProblem, in subject: String) {
        let remedy = problem.needsNewer ? "" : ". Use the program that wrote it."
        self.init(
            problem.needsNewer ? .newerFormat : .damaged, "\(subject) cannot be read: \(problem.message)\(remedy)",
            cause: problem)
    }
}

/// A cursor over the bytes of one payload.
struct ByteReader {
    private let bytes: UnsafeRawBufferPointer
    private(set) var offset = 0
    /// The schema version that the payload names: how its personal texts are written.
    var schema = EventCodec.version

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { offset == bytes.count }

    @inline(__always)
    mutating func byte() throws(PayloadProblem) -> UInt8 {
        guard offset < bytes.count else { throw PayloadProblem(message: "it ends too early") }
        defer { offset &+= 1 }
        return bytes[offset]
    }

    /// The next bytes as they are, valid as long as what is read from.
    mutating func bytes(_ count: Int) throws(PayloadProblem) -> UnsafeRawBufferPointer {
        guard count >= 0, count <= bytes.count - offset else { throw PayloadProblem(message: "it ends too early") }
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }

    @inline(__always)
    mutating func unsigned() throws(PayloadProblem) -> UInt64 {
        let first = try byte()
        if first < 0x80 { return UInt64(first) }
        var value = UInt64(first & 0x7F)
        var shift: UInt64 = 7
        while true {
            let next = try byte()
            guard shift < 63 || (shift == 63 && next <= 1) else {
                throw PayloadProblem(message: "a number is longer than 64 bits")
            }
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
            shift += 7
        }
    }

    mutating func signed() throws(PayloadProblem) -> Int64 {
        let value = try unsigned()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    @inline(__always)
    mutating func id() throws(PayloadProblem) -> Int64 {
        guard let id = try optionalID() else { throw PayloadProblem(message: "an id is missing") }
        return id
    }

    @inline(__always)
    mutating func optionalID() throws(PayloadProblem) -> Int64? {
        let value = try unsigned()
        guard value <= UInt64(Int64.max) else { throw PayloadProblem(message: "an id is out of range") }
        return value == 0 ? nil : Int64(value)
    }

    mutating func int() throws(PayloadProblem) -> Int { Int(try signed()) }

    /// A number of seats, small enough that no sum of seats overflows.
    mutating func capacity() throws(PayloadProblem) -> Int {
        let capacity = try int()
        guard (1...Int(Int32.max)).contains(capacity) else {
            throw PayloadProblem(message: "\(capacity) is no capacity")
        }
        return capacity
    }

    mutating func bool() throws(PayloadProblem) -> Bool {
        switch try byte() {
        case 0: false
        case 1: true
        default: throw PayloadProblem(message: "a flag is neither 0 nor 1")
        }
    }

    mutating func text() throws(PayloadProblem) -> String { try text(ofLength: try unsigned()) }

    mutating func optionalText() throws(PayloadProblem) -> String? {
        let length = try unsigned()
        return length == 0 ? nil : try text(ofLength: length - 1)
    }

    private mutating func text(ofLength length: UInt64) throws(PayloadProblem) -> String {
        guard length <= UInt64(bytes.count - offset) else { throw PayloadProblem(message: "a text is cut off") }
        let slice = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + Int(length)])
        // Decoding mends what is not UTF-8, and so changes it; several times as fast as asking for a validation.
        var text = String(decoding: slice, as: UTF8.self)
        guard text.withUTF8({ $0.elementsEqual(slice) }) else { throw PayloadProblem(message: "a text is not UTF-8") }
        offset += Int(length)
        return text
    }

    mutating func instant() throws(PayloadProblem) -> Timestamp {
        let value = try unsigned()
        guard let unit = InstantUnit(rawValue: UInt8(value & 3)) else {
            throw PayloadProblem(message: "an instant has no known unit")
        }
        let zigzag = value >> 2
        let count = Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1)
        let (microseconds, overflow) = count.multipliedReportingOverflow(by: unit.microseconds)
        guard !overflow else { throw PayloadProblem(message: "an instant is out of range") }
        return Timestamp(microseconds: microseconds)
    }

    mutating func optionalInstant() throws(PayloadProblem) -> Timestamp? {
        try bool() ? try instant() : nil
    }

    /// A value of one of the closed sets, by its stored number.
    mutating func value<Value: RawRepresentable>(
        _ type: Value.Type = Value.self
    ) throws(PayloadProblem) -> Value where Value.RawValue == UInt8 {
        let raw = try byte()
        guard let value = Value(rawValue: raw) else {
            throw PayloadProblem(message: "\(raw) is no known \(Value.self)")
        }
        return value
    }
}
