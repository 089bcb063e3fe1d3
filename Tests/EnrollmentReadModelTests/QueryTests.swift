// The typed queries: every condition leaves out what it should, pages follow each other.

import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EnrollmentTesting
import EventLog
import Foundation
import Testing

struct QueryTests {
    private func with<Value>(_ body: (ReadTables) throws -> Value) async throws -> Value {
        try await withScratch { scratch in
            try await scratch.project(History.random(seed: 77, events: 900).log)
            return try body(try ReadTables.open(path: scratch.tables))
        }
    }

    @Test func `users by role, status and page`() async throws {
        try await with { tables in
            let all = try tables.users()
            #expect(all.map(\.id) == all.map(\.id).sorted() && all.count > 5)
            for role in Role.allCases {
                #expect(try tables.users(.init(role: role)) == all.filter { $0.role == role })
            }
            for status in UserStatus.allCases {
                #expect(try tables.users(.init(status: status)) == all.filter { $0.status == status })
            }
            #expect(try tables.users(.init(after: 2, limit: 3)) == Array(all[2..<5]))
            #expect(try tables.users(.init(limit: 0)) == [])
            #expect(try tables.user(UserID(Int64(all.count + 1))) == nil)
        }
    }

    @Test func `courses by status, instructor and category`() async throws {
        try await with { tables in
            let all = try tables.courses()
            for course in all {
                #expect(try tables.course(course.id) == course)
                let same = all.filter { $0.status == course.status && $0.category == course.category }
                #expect(try tables.courses(.init(status: course.status, category: course.category)) == same)
                guard let instructor = course.instructor else { continue }
                #expect(try tables.courses(.init(instructor: instructor)) == all.filter { $0.instructor == instructor })
            }
        }
    }

    @Test func `terms by course, status and admission`() async throws {
        try await with { tables in
            let all = try tables.terms()
            for term in all {
                let same = all.filter {
                    $0.course == term.course && $0.status == term.status && $0.admission == term.admission
                }
                let filter = TermFilter(course: term.course, status: term.status, admission: term.admission)
                #expect(try tables.terms(filter) == same)
                if let sourceID = term.sourceID { #expect(try tables.term(sourceID: sourceID) == term) }
            }
            #expect(try tables.terms(.init(after: 1, limit: 1)) == Array(all.dropFirst().prefix(1)))
        }
    }

    @Test func `enrollments by user, term, status and overbooking`() async throws {
        try await with { tables in
            let all = try tables.enrollments()
            #expect(Set(all.map(\.status)).count >= 3)
            for row in all.prefix(40) {
                #expect(try tables.enrollments(.init(user: row.user)) == all.filter { $0.user == row.user })
                let same = all.filter { $0.term == row.term && $0.status == row.status }
                #expect(try tables.enrollments(.init(term: row.term, status: row.status)) == same)
            }
            #expect(try tables.enrollments(.init(overbooked: true)) == all.filter(\.overbooked))
            #expect(try tables.enrollments(.init(after: 5, limit: 2)) == Array(all[5..<7]))
        }
    }

    @Test func `refusals by user, term, code, command, enrollment and position`() async throws {
        try await with { tables in
            let all = try tables.refusals()
            #expect(all.count > 20)
            for row in all.prefix(30) {
                #expect(try tables.refusals(.init(user: row.user, term: row.term)).contains(row))
                let same = all.filter { $0.code == row.code && $0.command == row.command }
                #expect(try tables.refusals(.init(code: row.code, command: row.command)) == same)
                #expect(try tables.refusal(at: row.position) == row)
                guard let enrollment = row.enrollment else { continue }
                #expect(
                    try tables.refusals(.init(enrollment: enrollment)) == all.filter { $0.enrollment == enrollment })
            }
            #expect(try tables.refusals(.init(after: all[2].position, limit: 2)) == Array(all[3..<5]))
        }
    }

    @Test func `text that no enumeration knows is damage, not a crash`() async throws {
        try await withScratch { scratch in
            try await scratch.project(History.world().log)
            try scratch.tamper("UPDATE users SET role = 'KING' WHERE id = 2")
            let tables = try ReadTables.open(path: scratch.tables)
            let error = await expect(.damaged) { try tables.users() }
            #expect(error?.message.contains("users 2: role holds \"KING\"") == true, "\(String(describing: error))")
        }
    }
}
