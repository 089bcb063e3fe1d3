// One seat and two people, in a new store `./spring`.
import Enrollment
import EnrollmentEngine
import EnrollmentReadModel

let engine = try await EnrollmentEngine.create(at: "spring", timeZone: "Asia/Seoul", personalData: .plain)
let readModel = try ReadModel.open(at: engine.layout, following: engine)
let projection = Task { try await readModel.run() }
let dates = engine.calendar.dates(from: Day("2099-03-02")!, through: Day("2099-06-19")!)
for command: Command in [
    .registerUser(email: "kim@uni.kr", name: "Kim", role: .student),
    .registerUser(email: "lee@uni.kr", name: "Lee", role: .student), .createCourse(title: "Logic"), .publishCourse(1),
    .scheduleTerm(course: 1, termNumber: 1, dates: dates, capacity: 1, admission: .firstCome),
] { _ = try await engine.execute(command, by: .system) }
for user: UserID in [1, 2] {
    do {
        let receipt = try await engine.execute(.applyEnrollment(user: user, term: 1), by: .user(user))
        try await readModel.wait(for: receipt.position)  // read your own writes
        print("user \(user): \(try readModel.tables.term(1)!.free) seats left")
    } catch ExecutionError.refused(let rejection, let position, _, _) {
        print("user \(user): \(rejection.code.name), decided at position \(position)")
    }
}
try await engine.close()
try await projection.value
