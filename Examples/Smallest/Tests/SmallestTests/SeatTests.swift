// The rules that the service builds on, as examples: no disk, and a clock that the test sets.
import Enrollment
import EnrollmentTesting
import Testing

@Test func `the last seat goes to whoever came first`() {
    Scenario()
        .given(
            .registerUser(email: "kim@uni.kr", name: "Kim", role: .student),
            .registerUser(email: "lee@uni.kr", name: "Lee", role: .student),
            .createCourse(title: "Logic"), .publishCourse(1),
            .scheduleTerm(course: 1, termNumber: 1, dates: .days(100, 200), capacity: 1, admission: .firstCome),
            .applyEnrollment(user: 1, term: 1)
        )
        .when(.applyEnrollment(user: 2, term: 1), by: .user(2))
        .thenRefused(.termFull(1, capacity: 1, taken: 1))
}
