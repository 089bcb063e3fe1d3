// The hot loop of a replay: enrollment events from the columns of a block into the state, no object in between.
//
// Its slow twin is `Replay.foldEvent`; ReplayLoopsTests compares the two.

internal import Enrollment
internal import EventLog

extension EnrollmentState {
    /// Applies a record whose payload has nothing but the plainest form of an enrollment event (see PAYLOADS.md).
    ///
    /// False, and nothing changes, for every other record, and for one that cannot follow what happened before it.
    @inline(__always)
    mutating func replay(_ block: DecodedBlock, _ index: Int) -> Bool {
        let stream = block.streams[index]
        // A term's stream: the kind in the two low bits, the id above them.
        guard stream & 3 == 2, stream >> 2 <= UInt64(Int64.max) else { return false }
        let start = index == 0 ? 0 : block.payloadEnds[index - 1]
        return block.payload.withUnsafeBufferPointer { all in
            var bytes = PlainBytes(all, start..<block.payloadEnds[index])
            guard bytes.next() == EventCodec.version << 4, let id = bytes.id() else { return false }
            let term = Int64(stream >> 2)
            let time = Timestamp(microseconds: block.recordedAt[index])
            let version = block.versions[index]
            switch block.types[index] {
            case EventType.enrollmentApplied.rawValue:
                guard let userAndFlag = bytes.varint(), bytes.isAtEnd else { return false }
                return replayApplied(id, user: Int64(userAndFlag >> 1), term: term, at: time, version: version)
            case EventType.enrollmentApproved.rawValue:
                guard let flags = bytes.next(), flags < 2, bytes.isAtEnd else { return false }
                return replayApproved(id, term: term, at: time, version: version)
            case EventType.enrollmentRejected.rawValue:
                guard let cause = bytes.next(), EndCause(rawValue: cause) != nil, bytes.isEndedByNone else {
                    return false
                }
                return replayRejected(id, term: term, at: time, version: version)
            case EventType.enrollmentCancelled.rawValue:
                guard let packed = bytes.next(), let previous = EnrollmentStatus(rawValue: packed >> 4),
                    EndCause(rawValue: packed & 15) != nil, bytes.isEndedByNone
                else { return false }
                return replayCancelled(id, term: term, previous: previous, at: time, version: version)
            default: return false
            }
        }
    }
}

/// The bytes of a payload, without errors to tell: what does not fit is nil.
private struct PlainBytes {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var offset: Int
    private let end: Int

    @inline(__always)
    init(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
        precondition(range.upperBound <= bytes.count, "a payload lies within its block")
        self.bytes = bytes
        offset = range.lowerBound
        end = range.upperBound
    }

    var isAtEnd: Bool { offset == end }

    /// Whether all that follows says that there is no reason.
    var isEndedByNone: Bool { end &- offset == 1 && bytes[offset] == 0 }

    @inline(__always)
    mutating func next() -> UInt8? {
        guard offset < end else { return nil }
        defer { offset &+= 1 }
        return bytes[offset]
    }

    @inline(__always)
    mutating func id() -> Int64? {
        guard let value = varint(), value >= 1, value <= UInt64(Int64.max) else { return nil }
        return Int64(value)
    }

    /// LEB128 of at most nine bytes, which is all that a plain event needs.
    @inline(__always)
    mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 63, let next = next() {
            value |= UInt64(next & 0x7F) &<< shift
            if next < 0x80 { return value }
            shift &+= 7
        }
        return nil
    }
}
