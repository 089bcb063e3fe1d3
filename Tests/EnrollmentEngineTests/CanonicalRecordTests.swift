// Events out of the bytes that the leaves of the proof tree are hashes of.

import Enrollment
import EnrollmentTesting
import EventLog
import Testing

@testable import EnrollmentEngine

@Suite struct CanonicalRecordTests {
    private static func record(_ event: Event, effectiveAt: Timestamp? = nil, isBatchStart: Bool = true) -> LogRecord {
        var payload: [UInt8] = []
        EventCodec.encode(event, effectiveAt: effectiveAt, command: nil, to: &payload)
        return LogRecord(
            position: 0x0102_0304, type: event.type.rawValue, stream: event.stream.key, version: 77,
            recordedAt: Timestamp.day(3).rawValue + 5, actor: 9, commandID: CommandID(high: 1 << 60 | 3, low: 5),
            isBatchStart: isBatchStart, payload: payload)
    }

    @Test(arguments: Samples.events) func `a record leads back to its event`(event: Event) throws {
        for (effectiveAt, isStart) in [(nil, true), (Timestamp.day(2), false)] {
            let bytes = Self.record(event, effectiveAt: effectiveAt, isBatchStart: isStart).canonicalEncoding()
            #expect(
                try RecordedEvent(canonicalEncoding: bytes)
                    == RecordedEvent(
                        position: 0x0102_0304, stream: event.stream, version: 77,
                        time: EventTime(recordedAt: .day(3).advanced(microseconds: 5), effectiveAt: effectiveAt),
                        actor: .user(9), commandID: CommandID(high: 1 << 60 | 3, low: 5), isBatchStart: isStart,
                        event: event))
        }
    }

    @Test(arguments: Samples.events) func `bytes too few or too many are no record`(event: Event) throws {
        let bytes = Self.record(event).canonicalEncoding()
        for count in 0..<bytes.count {
            #expect(throws: EngineError.self) { try RecordedEvent(canonicalEncoding: Array(bytes.prefix(count))) }
        }
        #expect(throws: EngineError.self) { try RecordedEvent(canonicalEncoding: bytes + [0]) }
        var unknown = bytes
        unknown[8] = 0x7E
        #expect { try RecordedEvent(canonicalEncoding: unknown) } throws: {
            ($0 as? EngineError)?.message.contains("event type 126 is not known") == true
        }
    }

    @Test func `an attestation stands in no other stream, nor anything else in its`() {
        var attestation = Self.record(Samples.events.last ?? .userActivated(1))
        attestation.stream = EventStream.term(1).key
        var activation = Self.record(.userActivated(1))
        activation.stream = 0
        for record in [attestation, activation] {
            #expect { try RecordedEvent(canonicalEncoding: record.canonicalEncoding()) } throws: {
                ($0 as? EngineError)?.message.contains("cannot stand in the stream") == true
            }
        }
    }
}
