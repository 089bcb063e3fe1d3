// The service as its clients see it: seats over HTTP, refusals with status and code, retries, a restart.

import EnrollmentEngine
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Testing

@testable import Service

/// Runs a test on a new store in a directory of its own, with its service up to the end of the body.
private func withService<Value: Sendable>(
    _ directory: String, _ body: @Sendable @escaping (any TestClientProtocol) async throws -> Value
) async throws -> Value {
    var logger = Logger(label: "test")
    logger.logLevel = .error
    let registration = try await Registration.open(at: directory, logger: logger)
    let value = try await registration.application(port: 0).test(.router, body)
    try registration.readModel.close()
    return value
}

private func withDirectory(_ body: (String) async throws -> Void) async throws {
    let directory = NSTemporaryDirectory() + "enrollment-example-\(UUID())"
    defer {
        for path in [directory, directory + ".key"] { try? FileManager.default.removeItem(atPath: path) }
    }
    try await body(directory)
}

/// What a service answered.
private struct Answer: Sendable {
    struct Body: Decodable {
        struct Event: Decodable {
            var enrollment: Int?
        }

        var outcome: String?
        var code: String?
        var position: Int?
        var held: Int?
        var enrolled: Int?
        var events: [Event]?
    }

    let status: HTTPResponse.Status
    let text: String
    let body: Body

    init(_ response: TestResponse) {
        status = response.status
        text = String(buffer: response.body)
        // An answer without JSON has none of the fields.
        body = (try? JSONDecoder().decode(Body.self, from: Data(text.utf8))) ?? Body()
    }
}

extension TestClientProtocol {
    fileprivate func send(
        _ method: HTTPRequest.Method, _ path: String, by user: Int? = nil, id: String? = UUID().uuidString
    ) async throws -> Answer {
        var headers = HTTPFields()
        headers[.enrollmentUser] = user.map(String.init)
        headers[.idempotencyKey] = id
        return Answer(try await executeRequest(uri: path, method: method, headers: headers, body: nil))
    }
}

@Suite struct `The service` {
    @Test func `gives a seat that its holder reads at once, and an operator approves it`() async throws {
        try await withDirectory { directory in
            try await withService(directory) { client in
                let applied = try await client.send(.post, "/terms/1/applications", by: 2)
                #expect(applied.status == .ok && applied.body.outcome == "accepted", "\(applied.text)")
                let position = try #require(applied.body.position)
                let held = try await client.send(.get, "/terms/1?after=\(position)")
                #expect(held.body.held == 1 && held.body.enrolled == 0, "\(held.text)")

                let enrollment = try #require(applied.body.events?.first?.enrollment)
                let approved = try await client.send(.post, "/enrollments/\(enrollment)/approval", by: 1)
                #expect(approved.status == .ok, "\(approved.text)")
                let later = try #require(approved.body.position)
                let seats = try await client.send(.get, "/terms/1?after=\(later)")
                #expect(seats.body.held == 0 && seats.body.enrolled == 1, "\(seats.text)")
            }
        }
    }

    @Test func `says no with the status and the code of the rule`() async throws {
        try await withDirectory { directory in
            try await withService(directory) { client in
                for user in 2...31 {
                    #expect(try await client.send(.post, "/terms/1/applications", by: user).status == .ok)
                }
                let cases: [(HTTPRequest.Method, String, Int?, HTTPResponse.Status, String)] = [
                    (.post, "/terms/1/applications", 32, .conflict, "TERM_FULL"),
                    (.post, "/terms/1/applications", 2, .conflict, "ALREADY_ENROLLED"),
                    (.post, "/terms/9/applications", 2, .notFound, "TERM_NOT_FOUND"),
                    (.post, "/enrollments/1/approval", 3, .forbidden, "FORBIDDEN"),
                    (.delete, "/enrollments/999", 1, .notFound, "ENROLLMENT_NOT_FOUND"),
                ]
                for (method, path, user, status, code) in cases {
                    let answer = try await client.send(method, path, by: user)
                    #expect(answer.status == status && answer.body.code == code, "\(path): \(answer.text)")
                }
                #expect(try await client.send(.post, "/terms/2/applications").status == .unauthorized)
                #expect(try await client.send(.post, "/terms/2/applications", by: 2, id: nil).status == .badRequest)
                #expect(try await client.send(.post, "/terms/2/applications", by: 2, id: "x").status == .badRequest)
                #expect(try await client.send(.post, "/terms/x/applications", by: 2).status == .badRequest)
                #expect(try await client.send(.get, "/terms/1?after=999999").status == .badRequest)
                #expect(try await client.send(.get, "/terms/9").status == .notFound)
            }
        }
    }

    @Test func `gives a retry the first answer, also after a restart`() async throws {
        try await withDirectory { directory in
            let (seat, refusal) = (UUID().uuidString, UUID().uuidString)
            let (given, refused) = try await withService(directory) { client in
                (
                    try await client.send(.post, "/terms/1/applications", by: 2, id: seat),
                    try await client.send(.post, "/terms/1/applications", by: 2, id: refusal)
                )
            }
            try await withService(directory) { client in
                let again = try await client.send(.post, "/terms/1/applications", by: 2, id: seat)
                #expect(again.status == .ok && again.body.outcome == "replayed")
                #expect(again.body.position == given.body.position)
                let no = try await client.send(.post, "/terms/1/applications", by: 2, id: refusal)
                #expect(no.status == .conflict && no.body.code == "ALREADY_ENROLLED")
                #expect(no.body.position == refused.body.position)
                let other = try await client.send(.post, "/terms/2/applications", by: 2, id: seat)
                #expect(other.status.code == 422 && other.body.code == "COMMAND_ID_REUSED")
                let cancelled = try await client.send(.delete, "/enrollments/1", by: 2)
                let position = try #require(cancelled.body.position)
                #expect(try await client.send(.get, "/terms/1?after=\(position)").body.held == 0)
            }
        }
    }

    @Test func `seals names and addresses from the first one on`() async throws {
        try await withDirectory { directory in
            try await withService(directory) { client in
                let seats = try await client.send(.get, "/terms/1")
                #expect(seats.status == .ok && seats.body.held == 0)
            }
            #expect(try StoreSettings.load(StoreLayout(directory: directory)).personalData == .sealed)
        }
    }
}
