// Rules about terms: scheduling, changes, and the moves between statuses.

import Enrollment
import EnrollmentTesting
import Testing

@Suite struct TermTests {
    @Test func `a term is scheduled in draft, published and closed courses`() {
        let command = Command.scheduleTerm(
            course: World.course, termNumber: 2, dates: World.dates, capacity: 5, admission: .selection, sourceID: "t")
        let event = Event.termScheduled(
            2, course: World.course, termNumber: 2, dates: World.dates, capacity: 5, admission: .selection,
            sourceID: "t")
        World.draft().when(command).then(event)
        World.open().when(command).then(event)
        let after = World.open().given(.closeCourse(World.course)).when(command).then(event)
        #expect(after.state.term(sourceID: "t") == 2)
        #expect(after.state[World.course]?.terms == [1, 2])
    }

    @Test func `a number belongs to one term of a course`() {
        World.open()
            .when(.scheduleTerm(course: World.course, termNumber: 1, dates: World.dates, capacity: 5))
            .thenRefused(.duplicateTermNumber(existing: World.term))
            .given(.createCourse(title: "B"))
            .when(.scheduleTerm(course: 2, termNumber: 1, dates: World.dates, capacity: 5))
            .then(
                .termScheduled(
                    2, course: 2, termNumber: 1, dates: World.dates, capacity: 5, admission: .approval, sourceID: nil))
    }

    @Test func `a source id belongs to one term`() {
        World.open()
            .when(.scheduleTerm(course: World.course, termNumber: 2, dates: World.dates, capacity: 5, sourceID: "t-1"))
            .thenRefused(.duplicateSourceID(existing: 1))
    }

    enum Move: CaseIterable {
        case start, complete, cancel
        var command: Command {
            switch self {
            case .start: .startTerm(World.term)
            case .complete: .completeTerm(World.term)
            case .cancel: .cancelTerm(World.term)
            }
        }
        var to: TermStatus {
            switch self {
            case .start: .ongoing
            case .complete: .completed
            case .cancel: .cancelled
            }
        }
        var from: Set<TermStatus> {
            switch self {
            case .start: [.scheduled]
            case .complete: [.ongoing]
            case .cancel: [.scheduled, .ongoing]
            }
        }
    }

    private func term(_ status: TermStatus) -> Scenario {
        switch status {
        case .scheduled: World.open()
        case .ongoing: World.open().given(.startTerm(World.term))
        case .completed: World.open().given(.startTerm(World.term), .completeTerm(World.term))
        case .cancelled: World.open().given(.cancelTerm(World.term))
        }
    }

    @Test(arguments: TermStatus.allCases, Move.allCases)
    func `a term's status moves along these ways only`(from: TermStatus, move: Move) {
        let after = term(from).when(move.command)
        if move.from.contains(from) {
            #expect(after.term?.status == move.to)
        } else {
            after.thenRefused(.invalidTermTransition(World.term, from: from, to: move.to))
        }
    }

    @Test func `start and completion are the operator's decision, whatever the date`() {
        World.open().when(.startTerm(World.term), at: .day(1)).then(.termStarted(World.term))
            .when(.completeTerm(World.term), at: .day(2)).then(.termCompleted(World.term))
    }

    @Test func `a term starts only in a course that was published`() {
        World.draft().when(.startTerm(World.term)).thenRefused(.courseNotPublished(World.course, .draft))
        World.open().given(.closeCourse(World.course)).when(.startTerm(World.term)).then(.termStarted(World.term))
    }

    @Test(arguments: [TermStatus.completed, .cancelled]) func `a final term is frozen`(status: TermStatus) {
        let closed = Rejection.termClosed(World.term, status)
        term(status)
            .when(.updateTerm(World.term, dates: .days(31, 40))).thenRefused(closed)
            .when(.updateTerm(World.term)).thenRefused(closed)
            .when(.setEnrollmentWindow(World.term, window: nil)).thenRefused(closed)
            .when(.changeTermCapacity(World.term, to: 2)).thenRefused(closed)
            .when(.changeTermCapacity(World.term, to: 9)).thenRefused(closed)
            .thenRecorded(nil)
    }

    @Test func `an ongoing term may be updated`() {
        term(.ongoing)
            .when(.updateTerm(World.term, dates: .days(30, 70)))
            .then(.termUpdated(World.term, dates: .days(30, 70), admission: nil))
            .when(.setEnrollmentWindow(World.term, window: .days(5, 35)))
            .then(.enrollmentWindowSet(World.term, window: .days(5, 35)))
    }

    @Test func `an update stores only what became different`() {
        World.open()
            .when(.updateTerm(World.term, dates: World.dates, admission: .selection))
            .then(.termUpdated(World.term, dates: nil, admission: .selection))
            .when(.updateTerm(World.term, dates: World.dates, admission: .selection)).thenNothing()
            .when(.updateTerm(World.term)).thenNothing()
    }

    @Test func `the first stored enrollment locks the admission, also after it ended`() {
        let locked = Rejection.admissionLocked(World.term, .approval)
        World.pending()
            .when(.updateTerm(World.term, admission: .firstCome)).thenRefused(locked)
            .when(.updateTerm(World.term, admission: .approval)).thenNothing()
            .when(.updateTerm(World.term, dates: .days(30, 61), admission: .approval))
            .then(.termUpdated(World.term, dates: .days(30, 61), admission: nil))
            .given(.cancelEnrollment(1))
            .when(.updateTerm(World.term, admission: .firstCome)).thenRefused(locked)
    }

    @Test func `a refused application does not lock the admission`() {
        World.open()
            .when(.applyEnrollment(user: World.kim, term: World.term), at: .day(40))
            .thenRefused(.enrollmentPeriodClosed(World.term, closesAt: .day(30)))
            .when(.updateTerm(World.term, admission: .firstCome))
            .then(.termUpdated(World.term, dates: nil, admission: .firstCome))
    }

    @Test func `a window reaches to the end of the term at most, also when the dates change`() {
        World.open()
            .when(.setEnrollmentWindow(World.term, window: .days(5, 62)))
            .thenRefused(.invalidTermDateRange(starts: .day(62), ends: .day(61)))
            .when(.setEnrollmentWindow(World.term, window: .days(5, 61)))
            .then(.enrollmentWindowSet(World.term, window: .days(5, 61)))
            .when(.updateTerm(World.term, dates: .days(30, 59)))
            .thenRefused(.invalidTermDateRange(starts: .day(61), ends: .day(60)))
            .when(.updateTerm(World.term, dates: .days(31, 60)))
            .then(.termUpdated(World.term, dates: .days(31, 60), admission: nil))
            .when(.setEnrollmentWindow(World.term, window: .days(5, 61))).thenNothing()
            .when(.setEnrollmentWindow(World.term, window: nil))
            .then(.enrollmentWindowSet(World.term, window: nil))
            .when(.setEnrollmentWindow(World.term, window: nil)).thenNothing()
    }

    @Test func `completion rejects what is still pending and keeps what is approved`() {
        let after = World.approved(capacity: 5)
            .given(
                .applyEnrollment(user: World.lee, term: World.term),
                .applyEnrollment(user: World.park, term: World.term)
            )
            .given(.startTerm(World.term))
            .when(.completeTerm(World.term))
            .then(.termCompleted(World.term), .rejected(2, .termCompleted), .rejected(3, .termCompleted))
        #expect(after.term?.enrolledCount == 1)
        #expect(after.term?.taken == 1)
        #expect(after.state[World.kim]?.liveEnrollments == 0)
        #expect(after.state[World.lee]?.liveEnrollments == 0)
        #expect(after.state.liveEnrollment(of: World.kim, in: World.term) == 1)
    }

    @Test func `cancellation cancels everybody`() {
        let after = World.approved(capacity: 5).given(.applyEnrollment(user: World.lee, term: World.term))
            .when(.cancelTerm(World.term, reason: "flood"))
            .then(
                .termCancelled(World.term, reason: "flood"), .cancelled(1, was: .approved, .termCancelled),
                .cancelled(2, was: .pending, .termCancelled))
        #expect(after.term?.taken == 0)
        #expect(after.state.liveEnrollment(of: World.kim, in: World.term) == nil)
    }

    @Test func `an unknown term is not found`() {
        for id: TermID in [0, -1, 2, TermID(.max), TermID(.min)] {
            World.open()
                .when(.startTerm(id)).thenRefused(.termNotFound(id))
                .when(.changeTermCapacity(id, to: 3)).thenRefused(.termNotFound(id))
                .when(.applyEnrollment(user: World.kim, term: id)).thenRefused(.termNotFound(id))
                .when(.enrollDirectly(user: World.kim, term: id)).thenRefused(.termNotFound(id))
        }
    }
}
