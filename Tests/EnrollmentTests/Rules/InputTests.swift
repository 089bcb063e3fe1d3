// What is said against a command before anyone looks at the state.

@testable import Enrollment
import EnrollmentTesting
import Testing

@Suite struct InputTests {
    private func text(_ bytes: Int) -> String { String(repeating: "x", count: bytes) }

    private func refuse(
        _ command: Command, _ field: InputField, _ problem: InputProblem,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        World.pending().when(command)
            .thenRefused(.invalidInput(field: field, problem: problem), sourceLocation: sourceLocation)
            .thenRecorded(nil, sourceLocation: sourceLocation)
    }

    private func accept(_ command: Command, sourceLocation: SourceLocation = #_sourceLocation) {
        _ = World.pending().given(command, sourceLocation: sourceLocation)
    }

    @Test(arguments: ["kim", "@", "a@", "@b.kr", "a@b@c.kr", "a b@c.kr", "a@b\u{3000}c", "a\u{7}@b.kr", "a@\u{7F}b"])
    func `an address has one @ with something on both sides, and no blank or control character`(email: String) {
        refuse(.registerUser(email: .plain(email), name: "N", role: .student), .email, .malformed)
        refuse(.updateUser(World.kim, email: .plain(email)), .email, .malformed)
    }

    @Test func `texts have limits in bytes, and those that must not be empty are not`() {
        func register(_ email: String = "n@b.kr", _ name: String = "N", _ sourceID: String? = nil) -> Command {
            .registerUser(email: .plain(email), name: .plain(name), role: .student, sourceID: sourceID)
        }
        accept(register(text(315) + "@b.kr", text(400), text(200)))
        refuse(register(text(316) + "@b.kr"), .email, .tooLong)
        refuse(register("n@b.kr", text(401)), .name, .tooLong)
        refuse(register("n@b.kr", String(repeating: "한", count: 134)), .name, .tooLong)
        refuse(register("n@b.kr", "N", text(201)), .sourceID, .tooLong)
        refuse(register(" "), .email, .empty)
        refuse(register("n@b.kr", "\u{3000}"), .name, .empty)
        refuse(register("n@b.kr", "N", "\n"), .sourceID, .empty)
        accept(.createCourse(title: text(500), description: text(16_000), category: text(200)))
        refuse(.createCourse(title: text(501)), .title, .tooLong)
        // Blanks around a text are not stored with it, but the log keeps the command: they have a limit of their own.
        let blanks = String(repeating: " ", count: 1024)
        accept(.createCourse(title: blanks + text(500)))
        refuse(.createCourse(title: blanks + " " + text(500)), .title, .tooLong)
        refuse(register(blanks + text(315) + "@b.kr "), .email, .tooLong)
        refuse(.createCourse(title: ""), .title, .empty)
        refuse(.createCourse(title: "T", description: text(16_001)), .description, .tooLong)
        refuse(.updateCourse(World.course, category: text(201)), .category, .tooLong)
        refuse(.updateCourse(World.course, title: " "), .title, .empty)
        refuse(.cancelTerm(World.term, reason: .plain(text(2_001))), .reason, .tooLong)
        accept(.cancelTerm(World.term, reason: .plain(text(2_000))))
    }

    @Test func `blanks at the ends do not count against a limit`() {
        accept(.createCourse(title: "  " + text(500) + "\n"))
    }

    @Test func `control characters stand nowhere, but lines may in descriptions and reasons`() {
        for control in ["\u{0}", "\u{1B}", "\u{7F}"] {
            refuse(.createCourse(title: "a\(control)b"), .title, .malformed)
            refuse(.createCourse(title: "T", description: "a\(control)b"), .description, .malformed)
            refuse(.rejectEnrollment(1, reason: "a\(control)b"), .reason, .malformed)
        }
        for line in ["\t", "\n", "\r\n"] {
            refuse(.createCourse(title: "a\(line)b"), .title, .malformed)
            refuse(.createCourse(title: "T", category: "a\(line)b"), .category, .malformed)
            refuse(.updateUser(World.kim, name: "a\(line)b"), .name, .malformed)
            accept(.createCourse(title: "T", description: "a\(line)b"))
            accept(.rejectEnrollment(1, reason: "a\(line)b"))
        }
    }

    @Test func `whoever goes above the capacity says why`() {
        refuse(.approveEnrollment(1, override: true), .reason, .missing)
        refuse(.approveEnrollment(1, override: true, reason: " \n"), .reason, .missing)
        refuse(.enrollDirectly(user: World.lee, term: World.term, override: true), .reason, .missing)
        refuse(.changeTermCapacity(World.term, to: 1, allowOverbooked: true), .reason, .missing)
        accept(.approveEnrollment(1, override: true, reason: "dean"))
        accept(.changeTermCapacity(World.term, to: 1, allowOverbooked: true, reason: "room"))
    }

    @Test func `what Unicode calls white space is a blank, and nothing else is`() throws {
        for value in UInt32(0)..<0x3_0000 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let text = String(scalar) + "b"
            let isBlank = !normalizedEmail(text).unicodeScalars.elementsEqual(text.lowercased().unicodeScalars)
            #expect(isBlank == scalar.properties.isWhitespace, "U+\(String(value, radix: 16))")
        }
    }

    @Test func `a blank reason counts as none`() {
        World.pending().when(.rejectEnrollment(1, reason: " ")).then(.rejected(1, reason: nil))
        World.pending().when(.rejectEnrollment(1, reason: " late ")).then(.rejected(1, reason: "late"))
    }

    @Test(arguments: [0, -1, 1_000_001, .max, .min]) func `term numbers run from 1 to a million`(number: Int) {
        refuse(
            .scheduleTerm(course: World.course, termNumber: number, dates: World.dates, capacity: 1),
            .termNumber, .outOfRange)
        accept(.scheduleTerm(course: World.course, termNumber: 1_000_000, dates: World.dates, capacity: 1))
    }

    @Test(arguments: [0, -1, 1_000_000_001, .max, .min]) func `capacities run from 1 to a thousand million`(seats: Int)
    {
        World.open()
            .when(.scheduleTerm(course: World.course, termNumber: 2, dates: World.dates, capacity: seats))
            .thenRefused(.invalidCapacity(seats))
            .when(.changeTermCapacity(World.term, to: seats))
            .thenRefused(.invalidCapacity(seats))
        accept(.changeTermCapacity(World.term, to: 1_000_000_000))
    }

    @Test func `a term ends after it starts`() {
        let good = World.dates
        let backwards = TermDates(
            startDate: good.endDate, endDate: good.startDate, startsAt: good.startsAt, endsAt: good.endsAt)
        let empty = TermDates(
            startDate: good.startDate, endDate: good.endDate, startsAt: good.startsAt, endsAt: good.startsAt)
        let ancient = TermDates(
            startDate: good.startDate, endDate: good.endDate, startsAt: Timestamp(microseconds: .min),
            endsAt: good.endsAt)
        let endless = TermDates(
            startDate: good.startDate, endDate: good.endDate, startsAt: good.startsAt,
            endsAt: Timestamp(microseconds: .max))
        for dates in [backwards, empty, ancient, endless] {
            World.open()
                .when(.scheduleTerm(course: World.course, termNumber: 2, dates: dates, capacity: 1))
                .thenRefused(.invalidTermDateRange(starts: dates.startsAt, ends: dates.endsAt))
                .when(.updateTerm(World.term, dates: dates))
                .thenRefused(.invalidTermDateRange(starts: dates.startsAt, ends: dates.endsAt))
        }
        accept(.updateTerm(World.term, dates: .days(31, 31)))
    }

    @Test func `a window opens before it closes`() {
        for (opens, closes) in [(5, 5), (6, 5)] {
            World.open().when(.setEnrollmentWindow(World.term, window: .days(opens, closes)))
                .thenRefused(.invalidTermDateRange(starts: .day(opens), ends: .day(closes)))
        }
        let ancient = EnrollmentWindow(opensAt: Timestamp(microseconds: .min), closesAt: .day(20))
        World.open().when(.setEnrollmentWindow(World.term, window: ancient))
            .thenRefused(.invalidTermDateRange(starts: ancient.opensAt, ends: ancient.closesAt))
    }

    @Test func `an effective time lies in the years that are accepted, and not in the future`() {
        let command = Command.rejectEnrollment(1)
        World.pending().when(command, effectiveAt: .day(10).advanced(microseconds: 1))
            .thenRefused(.invalidInput(field: .effectiveAt, problem: .inTheFuture))
        for time in [Timestamp.earliest.advanced(microseconds: -1), .latest.advanced(microseconds: 1)] {
            World.pending().when(command, effectiveAt: time)
                .thenRefused(.invalidInput(field: .effectiveAt, problem: .outOfRange))
        }
        World.pending().when(command, effectiveAt: .day(10)).then(.rejected(1))
    }

    @Test func `an expected version is not negative`() {
        World.pending().when(.rejectEnrollment(1), expectedVersion: -1)
            .thenRefused(.invalidInput(field: .expectedVersion, problem: .outOfRange))
    }
}
