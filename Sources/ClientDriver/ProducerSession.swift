import KafkaClient
import KafkaProtocol

/// A blocking producer for the tools: offers records to a `Producer` and pumps the session while it must wait.
public final class ProducerSession {
    public let session: ClientSession
    public let producer: Producer
    /// Called once for each reason that keeps records waiting for long, with the property that limits the wait.
    public var onObstacle: ((Obstacle, _ limit: String) -> Void)?
    private var watch = ObstacleWatch(patienceMs: ObstacleWatch.streamingPatienceMs)
    private var nextLookAt: Int64 = 0

    /// How long a record that waits is not given up when the user wishes to stop: what was read a moment ago is still sent.
    private static let stopGraceMs: Int64 = 1_000
    /// Milliseconds between two looks at what holds records up.
    private static let lookIntervalMs: Int64 = 250

    /// - Parameter session: made with an interrupt flag that stays false, if what was taken is to be sent even after a signal.
    public init(_ session: ClientSession, _ config: ProducerConfig) {
        self.session = session
        producer = Producer(session.core, config: config, seed: UInt64(truncatingIfNeeded: session.now) &* 0x9e37_79b9)
    }

    /// Takes a record, waiting for metadata or memory up to `max.block.ms`. It is sent later: `producer.onFailure` and `completion` tell how that went.
    /// - Parameters:
    ///   - partition: nil to let the producer choose; one that is not there is waited for as metadata is
    ///   - timestamp: milliseconds since 1970
    ///   - isStopped: asked while waiting
    /// - Returns: whether the client had its turn meanwhile, so that time has passed.
    /// - Throws: why the record was not taken; `.interrupted` when `isStopped` said so.
    @discardableResult
    public func send(
        _ topic: ProducerTopic, partition: Int32? = nil, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, headers: [RecordHeader] = [],
        timestamp: Int64,
        isStopped: () -> Bool = { false }, completion: Producer.Completion? = nil
    ) throws(ClientError) -> Bool {
        var began: Int64?
        var deadline: Int64?
        while true {
            switch try producer.offer(topic, partition: partition, key: key, value: value, headers: headers, timestamp: timestamp, completion: completion) {
            case .accepted(let batchIsFull):
                if batchIsFull { try pumpBatches(isStopped) }
                return batchIsFull || began != nil
            case .mustWait(let wait):
                let now = session.now
                let since = began ?? now
                let until = deadline ?? now + min(Int64(producer.config.maxBlockMs), .max / 2)
                (began, deadline) = (since, until)
                if now >= until { throw producer.blocked(wait, topic) }
                if now - since >= Self.stopGraceMs, isStopped() { throw ClientError(.interrupted, message: "Interrupted.") }
                try session.pump(untilMs: until)
                tellObstacles(wanted: topic)
            }
        }
    }

    /// Lets full batches leave. Without acknowledgements nothing else holds the caller back when brokers are slow.
    private func pumpBatches(_ isStopped: () -> Bool) throws(ClientError) {
        try session.pump(untilMs: 0)
        guard producer.config.acks == 0 else { return }
        while session.pendingOutputBytes > producer.config.bufferMemory, !isStopped() { try session.pump(untilMs: .max) }
    }

    /// Does what is due without waiting.
    public func poll() throws(ClientError) {
        try session.pump(untilMs: 0)
        tellObstacles()
    }

    /// Does what is due until a time of `session.now`'s clock; returns as soon as anything happened.
    public func serve(untilMs deadline: Int64) throws(ClientError) {
        try session.pump(untilMs: deadline)
        tellObstacles()
    }

    private func tellObstacles(wanted: ProducerTopic? = nil) {
        let now = session.now
        guard let onObstacle, now >= nextLookAt else { return }
        nextLookAt = now + Self.lookIntervalMs
        let limit = wanted == nil ? "delivery.timeout.ms" : "max.block.ms"
        for obstacle in watch.observe(producer.obstacles(wanted: wanted), now: now) { onObstacle(obstacle, limit) }
    }

    /// Sends everything that was taken, and waits until each record is written or given up.
    public func flush() throws(ClientError) {
        while !producer.isIdle {
            producer.flush()
            try session.pump(untilMs: .max)
            tellObstacles()
        }
        guard producer.config.acks == 0 else { return }
        _ = try session.pump(untilMs: session.now + Int64(producer.config.deliveryTimeoutMs)) { session.pendingOutputBytes == 0 }
    }

    /// Flushes and closes the connections.
    public func close() throws(ClientError) {
        defer {
            producer.close()
            session.close()
        }
        try flush()
    }
}
