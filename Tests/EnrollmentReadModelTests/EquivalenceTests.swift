// Live projection, rebuild and materialisation are three ways to the same rows.

import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EnrollmentTesting
import EventLog
import Foundation
import Testing

struct EquivalenceTests {
    @Test(arguments: UInt64(1)...24)
    func `live tables equal rebuilt tables over random histories`(seed: UInt64) async throws {
        let history = History.random(seed: seed, events: 700)
        try await withScratch { scratch in
            let live = scratch.directory + "/live.sqlite"
            try await scratch.project(history.log, eventsPerTransaction: 1 + Int(seed % 7) * 13, path: live)
            let report = try Rebuild.run(history.log, path: scratch.tables)
            #expect(difference(try dump(live), try dump(scratch.tables)) == nil, "seed \(seed)")
            #expect(report.position == history.log.durablePosition)
            #expect(report.events == Int64(history.events.count))
            let verification = try Verifier.run(history.log, path: live)
            #expect(verification.findings == [], "seed \(seed)")
            #expect(verification.rowsCompared > 50)
        }
    }

    @Test(arguments: UInt64(100)...103)
    func `the tables as of every position are those that the events so far make`(seed: UInt64) async throws {
        let history = History.random(seed: seed, events: 60)
        try await withScratch { scratch in
            for count in 0...history.events.count {
                let (whole, live) = ("\(scratch.directory)/\(count).sqlite", "\(scratch.directory)/live\(count).sqlite")
                _ = try Rebuild.materialize(history.log, .position(Position(Int64(count))), into: whole)
                let prefix = MemoryLog(Array(history.events.prefix(count)))
                try await scratch.project(prefix, eventsPerTransaction: 3, path: live)
                #expect(difference(try dump(whole), try dump(live)) == nil, "seed \(seed), position \(count)")
            }
        }
    }

    @Test(arguments: UInt64(200)...205)
    func `a projection that stops and goes on many times makes the same tables`(seed: UInt64) async throws {
        let history = History.random(seed: seed, events: 400)
        try await withScratch { scratch in
            var random = SplitMix64(seed: seed)
            var count = 0
            while count < history.events.count {
                count = min(history.events.count, count + 1 + random.below(90))
                try await scratch.project(
                    MemoryLog(Array(history.events.prefix(count))), eventsPerTransaction: 1 + random.below(20))
            }
            #expect(try Verifier.run(history.log, path: scratch.tables).findings == [], "seed \(seed)")
        }
    }

    @Test(arguments: UInt64(300)...302)
    func `live projection goes on from a rebuild`(seed: UInt64) async throws {
        let history = History.random(seed: seed, events: 500)
        try await withScratch { scratch in
            let half = MemoryLog(Array(history.events.prefix(250)))
            _ = try Rebuild.run(half, path: scratch.tables)
            try await scratch.project(history.log, eventsPerTransaction: 17)
            #expect(try Verifier.run(history.log, path: scratch.tables).findings == [], "seed \(seed)")
        }
    }

    @Test func `random histories reach every event type`() {
        var types: Set<EventType> = []
        for seed in UInt64(1)...24 { types.formUnion(History.random(seed: seed, events: 700).events.map(\.event.type)) }
        #expect(EventType.allCases.filter { !types.contains($0) } == [])
    }

    @Test func `the counts of the tables are those of the deciding state`() async throws {
        let history = History.random(seed: 9, events: 1_500)
        try await withScratch { scratch in
            try await scratch.project(history.log)
            let tables = try ReadTables.open(path: scratch.tables)
            for row in try tables.terms() {
                let term = try #require(history.state[row.id])
                #expect(row.enrolledCount == term.enrolledCount && row.heldCount == term.heldCount)
                #expect(row.capacity == term.capacity && row.status == term.status)
                let window = history.state.effectiveWindow(of: term)
                #expect(row.enrollmentOpensAt == window.opensAt && row.enrollmentClosesAt == window.closesAt)
            }
            for row in try tables.enrollments() {
                let enrollment = try #require(history.state[row.id])
                #expect(row.status == enrollment.status && row.user == enrollment.user)
                #expect((row.processedAt ?? row.appliedAt) == enrollment.changedAt)
            }
            for row in try tables.users() {
                let user = try #require(history.state[row.id])
                #expect(row.email == user.email?.plain && row.role == user.role && row.status == user.status)
            }
        }
    }
}
