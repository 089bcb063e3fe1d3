// A projection as a service of its host: the read model, or tables of the embedder's own.

internal import EventLog

public import CoreMetrics
public import EnrollmentReadModel
public import Logging
public import ServiceLifecycle

/// A projection that runs beside an engine, catches up when the host shuts down, and stops between two commands.
public struct ProjectionService: Service {
    private let projection: any RunningProjection
    private let name: String
    private let options: ServiceOptions
    private let logger: Logger
    private let lag: Meter

    /// Prepares the service of a store's read tables.
    ///
    /// - Parameters:
    ///   - readModel: run until the host shuts down.
    ///   - options: how often is looked, and how long may be waited.
    ///   - logger: gets `info` for the beginning and the end, and `error` for the failure that ends it.
    ///   - metrics: where the metrics go; what the host bootstrapped, unless another is given.
    public init(
        _ readModel: ReadModel, options: ServiceOptions = .init(), logger: Logger,
        metrics: any MetricsFactory = MetricsSystem.factory
    ) { self.init(readModel as any RunningProjection, name: "read-model", options, logger, metrics) }

    /// Prepares the service of a projection of your own; `name` tells it apart in metrics and logs.
    public init(
        _ runner: ProjectionRunner, name: String, options: ServiceOptions = .init(), logger: Logger,
        metrics: any MetricsFactory = MetricsSystem.factory
    ) { self.init(runner as any RunningProjection, name: name, options, logger, metrics) }

    private init(
        _ projection: any RunningProjection, name: String, _ options: ServiceOptions, _ logger: Logger,
        _ metrics: any MetricsFactory
    ) {
        self.projection = projection
        self.name = name
        self.options = options
        self.logger = logger
        lag = Meter(label: "enrollment.projection.lag", dimensions: [("projection", name)], factory: metrics)
    }

    /// Runs until the host shuts down, and has the tables hold what was durable then, or until it cancels the task.
    ///
    /// Where the engine is closed first, the tables get everything, and it waits for the host.
    ///
    /// - Throws: `ReadModelError`, when the projection fails; the engine goes on. Mend the cause and begin again, or
    ///   let the host end.
    public func run() async throws {
        logger.info("projection runs", metadata: place)
        do {
            try await runUntilShutdown {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { await sample() }
                    defer { group.cancelAll() }
                    try await projection.run()
                }
            } last: {
                await catchUp()
            }
        } catch let failure as ReadModelError {
            var metadata = place
            metadata["code"] = "\(failure.code)"
            metadata["failed_at"] = failure.position.map { "\($0)" }
            // Not the message: it may quote what a projection of the host's own has thrown.
            logger.error("projection failed", metadata: metadata)
            throw failure
        }
        lag.set(projection.lag)
        logger.info("projection stopped", metadata: place)
    }

    private var place: Logger.Metadata {
        ["projection": "\(name)", "position": "\(projection.position)", "lag_events": "\(projection.lag)"]
    }

    private func sample() async {
        while !Task.isCancelled {
            lag.set(projection.lag)
            // A gauge is looked at by the clock: there is nothing else to wait for.
            try? await Task.sleep(for: options.sampling)
        }
    }

    /// Waits until the tables hold what is durable, and no longer than the host allows.
    private func catchUp() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // Again where it moves on meanwhile: position and lag are not read in one moment.
                while projection.lag > 0 {
                    let goal = Position(projection.position.rawValue + projection.lag)
                    do { try await projection.wait(for: goal) } catch {
                        // Its run tells why, or the time is over.
                        return
                    }
                }
            }
            group.addTask { try? await Task.sleep(for: options.catchUp) }
            await group.next()
            group.cancelAll()
        }
    }
}

/// What the read model and an embedder's own projection have in common.
private protocol RunningProjection: Sendable {
    var position: Position { get }
    var lag: Int64 { get }
    func run() async throws(ReadModelError)
    func wait(for position: Position) async throws(ReadModelError)
}

extension ReadModel: RunningProjection {}
extension ProjectionRunner: RunningProjection {}
