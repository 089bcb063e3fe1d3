// What can be asked of the service. Commands carry their id in `Idempotency-Key`: sent again, it gets the first answer.

import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EventLog
import HTTPTypes
import Hummingbird

extension Registration {
    var router: Router<BasicRequestContext> {
        let router = Router()
        router.post("terms/:term/applications") { request, context in
            let user = try user(of: request)
            let term = TermID(try context.parameters.require("term", as: Int64.self))
            return try await execute(.applyEnrollment(user: user, term: term), by: user, request)
        }
        router.post("enrollments/:enrollment/approval") { request, context in
            let enrollment = EnrollmentID(try context.parameters.require("enrollment", as: Int64.self))
            return try await execute(.approveEnrollment(enrollment), by: user(of: request), request)
        }
        router.delete("enrollments/:enrollment") { request, context in
            let enrollment = EnrollmentID(try context.parameters.require("enrollment", as: Int64.self))
            return try await execute(.cancelEnrollment(enrollment), by: user(of: request), request)
        }
        router.get("terms/:term") { request, context in
            let term = TermID(try context.parameters.require("term", as: Int64.self))
            return try await seats(of: term, after: request.uri.queryParameters.get("after", as: Int64.self))
        }
        return router
    }

    private func user(of request: Request) throws -> UserID {
        guard let text = request.headers[.enrollmentUser], let user = Int64(text), user > 0 else {
            throw HTTPError(.unauthorized, message: "Say in Enrollment-User who asks: the number of a user.")
        }
        return UserID(user)
    }

    /// Executes a command; its answer has the status of its code, and says in JSON what was decided, and where.
    private func execute(_ command: Command, by user: UserID, _ request: Request) async throws -> Response {
        guard let id = request.headers[.idempotencyKey].flatMap({ CommandID($0) }) else {
            throw HTTPError(.badRequest, message: "Give the command an id in Idempotency-Key: a UUID.")
        }
        var answer = ResultJSON()
        var status = HTTPResponse.Status.ok
        do throws(ExecutionError) {
            answer.append(try await service.execute(command, id: id, by: .user(user)))
        } catch {
            answer.append(error, of: id)
            status = HTTPResponse.Status(code: error.code.httpStatus)
        }
        return Response(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.bytes)))
    }

    /// The seats of a term, not before the tables hold what the caller wrote: `after` is the position in an answer.
    private func seats(of term: TermID, after: Int64?) async throws -> Seats {
        if let after {
            guard (1...engine.durablePosition.rawValue).contains(after) else {
                throw HTTPError(.badRequest, message: "There is no position \(after) yet.")
            }
            do { try await readModel.wait(for: Position(after)) } catch {
                throw HTTPError(.serviceUnavailable, message: "The tables stopped before position \(after).")
            }
        }
        let position = readModel.position.rawValue
        guard let row = try readModel.tables.term(term) else { throw HTTPError(.notFound) }
        return Seats(
            term: term.rawValue, capacity: row.capacity, enrolled: row.enrolledCount, held: row.heldCount,
            position: position)
    }
}

/// The seats of a term, as the tables had them at `position` or later.
struct Seats: ResponseCodable {
    let term: Int64
    let capacity: Int
    let enrolled: Int
    let held: Int
    let position: Int64
}

extension HTTPField.Name {
    static let enrollmentUser = HTTPField.Name("Enrollment-User")!
    static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
}
