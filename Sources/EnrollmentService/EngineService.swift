// Start here: the engine as a service of its host, which closes it last, and the watched way of a command.

internal import EventLog

public import CoreMetrics
public import EnrollmentEngine
public import Logging
public import ServiceLifecycle

/// An engine that lives as long as its host.
///
/// Run it in a `ServiceGroup`, before the projections and before whatever takes requests: the group shuts down in
/// reverse, so requests end first, projections catch up, and then the log is closed. Commands go through
/// ``execute(_:id:by:effectiveAt:expectedVersion:)`` here, which counts them; those given to the engine itself are
/// carried out just the same, and counted by nobody.
public struct EngineService: Service {
    /// The engine, opened by the host.
    public let engine: EnrollmentEngine
    let options: ServiceOptions
    let logger: Logger
    let metrics: EngineMetrics

    /// Prepares the service of an engine that is open.
    ///
    /// - Parameters:
    ///   - engine: closed when the host shuts down.
    ///   - options: how often is looked, and how long may be waited.
    ///   - logger: gets `info` for the beginning and the end, `warning` for what opening and closing could not do,
    ///     `error` for the failure that ends the log, and `debug` for each command, by its kind, id and outcome.
    ///   - metrics: where the metrics go; what the host bootstrapped, unless another is given.
    public init(
        _ engine: EnrollmentEngine, options: ServiceOptions = .init(), logger: Logger,
        metrics: any MetricsFactory = MetricsSystem.factory
    ) {
        self.engine = engine
        self.options = options
        self.logger = logger
        self.metrics = EngineMetrics(metrics)
        engine.onGroup { [metrics = self.metrics] in metrics.count($0) }
    }

    /// Runs until the host shuts down or cancels the task, and closes the engine: commands that were accepted are
    /// acknowledged first, those that come later are told that it is closed.
    ///
    /// - Throws: `EngineError` when the log has failed, within the time of ``ServiceOptions/samplingMilliseconds``, or
    ///   when closing kept a command from becoming durable. The store is then to be opened again.
    public func run() async throws {
        logger.info("engine open", metadata: ["position": "\(engine.durablePosition)"])
        log(engine.warnings)
        do {
            try await runUntilShutdown { try await watch() }
            try await close()
        } catch let failure as EngineError {
            logger.error("engine failed", metadata: ["code": "\(failure.code)", "problem": "\(failure.message)"])
            // The lock is given back; that nothing more can be written is known already.
            try? await engine.close()
            throw failure
        }
    }

    private func close() async throws(EngineError) {
        let warned = engine.warnings.count
        logger.info("engine closing", metadata: ["waiting_events": "\(engine.statistics().pendingEvents)"])
        try await engine.close()
        log(engine.warnings.dropFirst(warned))
        logger.info("engine closed", metadata: ["position": "\(engine.durablePosition)"])
    }

    /// Sets the gauges again and again, and ends with the failure of the log.
    private func watch() async throws {
        while !Task.isCancelled {
            if let failure = engine.failure { throw failure }
            metrics.queuedEvents.set(engine.statistics().pendingEvents)
            // A gauge is looked at by the clock: there is nothing else to wait for.
            try? await Task.sleep(for: options.sampling)
        }
        metrics.queuedEvents.set(0)
    }

    private func log(_ warnings: some Sequence<String>) {
        for warning in warnings { logger.warning("beside the work", metadata: ["problem": "\(warning)"]) }
    }
}
