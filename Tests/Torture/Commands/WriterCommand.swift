// The child that is killed: appends named batches from several tasks and tells of each acknowledgement.

import ArgumentParser
import EventLog
import Glibc

/// Appends batches as fast as it can until it is told to stop, is killed, or has made as many as it was asked for.
struct WriterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "writer", abstract: "Append batches and print a line for each acknowledgement.")

    @Argument(help: "The directory of the log; it is made where there is none.") var directory: String
    @Option(help: "What the batches hold follows from it.") var seed: UInt64 = 1
    @Option(help: "The number of this life of the writer.") var life = 0
    @Option(help: "How many tasks append at the same time.") var tasks = 6
    @Option(help: "How many batches each task appends; 0 for no end.") var batches = 0
    @Option(help: "The size at which a segment ends, in bytes.") var segmentBytes: Int64 = 256 << 10
    @Option(help: "When the confirm block follows, in milliseconds.") var confirmMilliseconds = 20
    @Option(help: "How much of a core sealing in the background may take, in percent.") var sealDuty = 50
    @Flag(help: "Wait for a line on standard input before the log is touched.") var waits = false

    func run() async throws {
        signal(SIGXFSZ, SIG_IGN)
        if waits {
            tell(.ready)
            guard Swift.readLine() != nil else { return }
        }
        tell(.opening)
        let log: EventLog
        do {
            log = try open()
        } catch {
            tell(.failed("\(error)"))
            throw ExitCode(3)
        }
        let report = log.recovery
        tell(
            .opened(
                last: log.lastPosition.rawValue, rewritten: report.rewrittenRecords, setAside: report.setAside.count))
        let source = BatchQueue(log, seed: seed, life: life)
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<tasks {
                group.addTask { await append(as: task, to: log, source) }
            }
        }
        do {
            try log.close()
            tell(.closed)
        } catch {
            tell(.failed("\(error)"))
            throw ExitCode(3)
        }
    }

    private func open() throws -> EventLog {
        var options = LogOptions()
        options.segmentBytes = segmentBytes
        options.confirmDelayMilliseconds = confirmMilliseconds
        options.sealDutyPercent = sealDuty
        if access(directory + "/MANIFEST", F_OK) == 0 { return try EventLog.open(at: directory, options: options) }
        return try EventLog.create(at: directory, options: options)
    }

    /// One task: the next batch begins only when the one before was acknowledged.
    private func append(as task: Int, to log: EventLog, _ source: BatchQueue) async {
        var number = 0
        while batches == 0 || number < batches {
            let name = BatchName(life: life, task: task, number: number)
            do {
                let (positions, recordedAt) = try source.enqueue(name)
                try await log.waitUntilDurable(positions.upperBound)
                tell(
                    .acknowledged(
                        name, first: positions.lowerBound.rawValue, last: positions.upperBound.rawValue,
                        recordedAt: recordedAt))
            } catch {
                tell(.refused(name, code: (error as? LogError)?.code.description ?? "unknown"))
                return
            }
            number += 1
        }
    }

    private func tell(_ line: WriterLine) { StandardOutput.write(line.text) }
}

/// Hands batches to the log one after the other, so that their times never run back.
///
/// Unchecked, because the compiler cannot see the mutex: `batch` and `time` are only touched while it is locked. It is
/// a POSIX one, since ThreadSanitizer does not see through `Synchronization.Mutex`.
private final class BatchQueue: @unchecked Sendable {
    private let log: EventLog
    private let seed: UInt64
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var batch = LogBatch()
    private var time: Int64

    init(_ log: EventLog, seed: UInt64, life: Int) {
        self.log = log
        self.seed = seed
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        time = 1_767_225_600_000_000 + Int64(life) << 32
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    func enqueue(_ name: BatchName) throws -> (ClosedRange<Position>, recordedAt: Int64) {
        let content = BatchContent(name, seed: seed)
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        time += Int64(name.number % 3)
        content.fill(&batch, recordedAt: time)
        return (try log.enqueue(batch), time)
    }
}
