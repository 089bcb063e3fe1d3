// Payloads: what is written is read back, and what was never written is an error.

import Enrollment
import EnrollmentTesting
import Testing

@testable import EnrollmentEngine

@Suite struct CodecTests {
    @Test(arguments: Samples.events)
    func `an event reads back as it was written`(event: Event) throws {
        for effectiveAt in [nil, Timestamp.day(3), Timestamp(microseconds: -1), .earliest, .latest] {
            let bytes = encoded(event, effectiveAt: effectiveAt)
            let decoded = try decode(bytes, as: event)
            #expect(decoded.event == event)
            #expect(decoded.effectiveAt == effectiveAt)
            #expect(decoded.command == nil)
        }
    }

    @Test(arguments: Samples.commands)
    func `a command reads back from beside the event it belongs to`(command: Command) throws {
        for expected in [nil, StreamVersion(0), StreamVersion(41), StreamVersion(.max), StreamVersion(-1)] {
            var bytes: [UInt8] = []
            EventCodec.encode(.termStarted(3), effectiveAt: nil, command: (command, expected), to: &bytes)
            let decoded = try decode(bytes, as: .termStarted(3))
            #expect(decoded.command?.0 == command)
            // The largest version wraps to "none": no stream ever gets there.
            #expect(decoded.command?.1 == (expected?.rawValue == -1 ? nil : expected))
        }
    }

    @Test func `the samples hold every type of event and every kind of command`() {
        #expect(Set(Samples.events.map(\.type)) == Set(EventType.allCases))
        #expect(Set(Samples.commands.map(\.kind)) == Set(CommandKind.allCases))
    }

    @Test(arguments: Samples.events)
    func `a payload that was cut anywhere is an error`(event: Event) {
        let bytes = encoded(event, effectiveAt: .day(1))
        for length in 0..<bytes.count {
            #expect(throws: PayloadProblem.self) { try decode(Array(bytes.prefix(length)), as: event) }
        }
        #expect(throws: PayloadProblem.self) { try decode(bytes + [0], as: event) }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `bytes that nobody wrote never trap`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var accepted = 0
        for _ in 0..<60_000 {
            let event = random.pick(Samples.events)
            var bytes = encoded(event, effectiveAt: random.chance(1, in: 2) ? .day(1) : nil)
            for _ in 0...random.below(3) {
                bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
            }
            let type = random.chance(1, in: 4) ? UInt8(random.below(128)) : event.type.rawValue
            let stream = random.chance(1, in: 4) ? random.next() : event.stream.key
            let decoded = bytes.withUnsafeBytes { bytes in
                try? EventCodec.decode(type: type, stream: stream, payload: bytes)
            }
            if decoded != nil { accepted += 1 }
        }
        // Some changes hit a text or a number and are as good as the original: both outcomes must occur.
        #expect((1..<60_000).contains(accepted))
    }

    @Test func `a payload of a later schema version says so`() {
        var bytes = encoded(.termStarted(1), effectiveAt: nil)
        bytes[0] = 3 << 4
        let problem = #expect(throws: PayloadProblem.self) { try decode(bytes, as: .termStarted(1)) }
        #expect(problem?.message.contains("version 3 is needed") == true && problem?.needsNewer == true)
        bytes[0] = 2 << 4
        let unsealed = #expect(throws: PayloadProblem.self) { try decode(bytes, as: .termStarted(1)) }
        #expect(unsealed?.message.contains("nothing in it is sealed") == true)
    }

    @Test func `what has nothing sealed is written as before there were seals`() {
        for event in Samples.events {
            #expect(encoded(event, effectiveAt: nil)[0] >> 4 == (event.isSealed ? 2 : 1), "\(event)")
        }
    }

    @Test func `an address without its digest, or another text with one, is an error`() throws {
        let bare = PersonalText.sealed(SealedText(owner: 7, box: [1]))
        let digested = PersonalText.sealed(SealedText(owner: 7, digest: Samples.digest, box: [1]))
        for event in [Event.userUpdated(7, email: bare, name: nil), .userUpdated(7, email: nil, name: digested)] {
            #expect(throws: PayloadProblem.self) { try decode(encoded(event, effectiveAt: nil), as: event) }
        }
    }

    /// Go's verifier of dossiers reads these bytes too, and nobody may change them.
    @Test func `an attestation stands in the log as the page of payloads lays it out`() throws {
        let event = Event.stateAttested(try #require(Samples.attestations.first))
        let rising = (0..<32).map { UInt8($0) }
        #expect(encoded(event, effectiveAt: nil) == [0x10, 1, 0] + rising + [0] + rising.map { 255 - $0 })
        #expect(event.type.rawValue == 80 && event.stream.key == 0)
    }

    @Test func `an application and its approval take a handful of bytes`() {
        #expect(
            encoded(.enrollmentApplied(41_000, user: 28_785, term: 22, direct: false), effectiveAt: nil).count <= 7)
        #expect(
            encoded(.enrollmentApproved(41_000, term: 22, overbooked: false, reason: nil), effectiveAt: nil).count
                <= 5)
    }

    private func encoded(_ event: Event, effectiveAt: Timestamp?) -> [UInt8] {
        var bytes: [UInt8] = []
        EventCodec.encode(event, effectiveAt: effectiveAt, command: nil, to: &bytes)
        return bytes
    }

    private func decode(_ bytes: [UInt8], as event: Event) throws -> EventCodec.Decoded {
        try bytes.withUnsafeBytes { bytes in
            try EventCodec.decode(type: event.type.rawValue, stream: event.stream.key, payload: bytes)
        }
    }
}
