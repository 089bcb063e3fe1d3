// The parts of the libraries by themselves: what each costs without the others, for whoever changes one of them.
//
// Races and comparisons with other stores are the business of Measure; here a change shows before it drowns in them.

import Benchmark
import Enrollment
import EnrollmentEngine
import EnrollmentReadModel
import EnrollmentTesting
import EventLog

let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.wallClock, .throughput], warmupIterations: 1, scalingFactor: .one, maxDuration: .seconds(2))
    decisions()
    records()
    histories()
}

/// The rules alone: no log, no disk.
private func decisions() {
    let people = 10_000
    let thousands = Benchmark.Configuration(scalingFactor: .kilo)

    Benchmark("decide an application", configuration: thousands) { benchmark in
        let state = Seminar.open(people: people)
        var events: [Event] = []
        benchmark.startMeasurement()
        for index in benchmark.scaledIterations {
            events.removeAll(keepingCapacity: true)
            let user = UserID(Int64(index % people + 1))
            try? state.decide(.applyEnrollment(user: user, term: 1), Seminar.context(user), into: &events)
            blackHole(events)
        }
    }

    Benchmark("decide and fold an application", configuration: thousands) { benchmark in
        var state = Seminar.open(people: people)
        var events: [Event] = []
        benchmark.startMeasurement()
        for index in benchmark.scaledIterations {
            events.removeAll(keepingCapacity: true)
            let user = UserID(Int64(index % people + 1))
            try? state.decide(.applyEnrollment(user: user, term: 1), Seminar.context(user), into: &events)
            for event in events { state.evolve(event, at: Seminar.time) }
        }
        blackHole(state)
    }
}

/// The log alone, on a disk in memory: what a record costs to encode and to decode.
private func records() {
    let thousands = Benchmark.Configuration(scalingFactor: .kilo)

    Benchmark("encode a record and append it", configuration: thousands) { benchmark in
        let log = try EventLog.create(at: "/log", fileSystem: InMemoryFileSystem())
        var batch = LogBatch()
        benchmark.startMeasurement()
        for index in benchmark.scaledIterations { try Records.append(Int64(index), &batch, to: log) }
        try log.waitUntilDurableBlocking(log.lastPosition)
        benchmark.stopMeasurement()
        try log.close()
    }

    Benchmark("append a record and wait for the disk") { benchmark in
        let log = try EventLog.create(at: "/log", fileSystem: InMemoryFileSystem())
        var batch = LogBatch()
        benchmark.startMeasurement()
        for index in benchmark.scaledIterations {
            try log.waitUntilDurableBlocking(try Records.append(Int64(index), &batch, to: log))
        }
        benchmark.stopMeasurement()
        try log.close()
    }

    let count: Int64 = 200_000
    Benchmark("decode 200,000 records into columns") { benchmark in
        let log = try Records.sealedLog(of: count)
        var block = DecodedBlock()
        benchmark.startMeasurement()
        var cursor = try log.reader().blocks(from: 1)
        while try cursor.next(into: &block) { blackHole(block.count) }
        benchmark.stopMeasurement()
        try log.close()
    }
}

/// Whole histories on the disk: replays, rebuilds, tables as of a position.
private func histories() {
    let few = Benchmark.Configuration(maxDuration: .seconds(5), maxIterations: 20)

    Benchmark("replay 60,000 events into a state", configuration: few) { benchmark in
        let store = try await SampleStore.make(people: 30_000)
        defer { store.remove() }
        let history = try EventHistory.open(at: store.path)
        benchmark.startMeasurement()
        blackHole(try history.state())
        benchmark.stopMeasurement()
    }

    Benchmark("rebuild the tables of 60,000 events", configuration: few) { benchmark in
        let store = try await SampleStore.make(people: 30_000)
        defer { store.remove() }
        let history = try EventHistory.open(at: store.path)
        benchmark.startMeasurement()
        blackHole(try await ReadModel.rebuild(from: history, at: history.layout))
        benchmark.stopMeasurement()
    }

    Benchmark("tables as of the middle of 60,000 events", configuration: few) { benchmark in
        let store = try await SampleStore.make(people: 30_000)
        defer { store.remove() }
        let history = try EventHistory.open(at: store.path)
        benchmark.startMeasurement()
        blackHole(
            try await ReadModel.materialize(
                history, through: Position(try history.lastPosition().rawValue / 2), into: store.path + "/then.db"))
        benchmark.stopMeasurement()
    }
}
