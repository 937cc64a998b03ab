internal import ClientDriver
internal import Host
internal import KafkaClient
internal import KafkaProtocol
internal import Synchronization

/// Reads topics as a member of a consumer group. It has a thread of its own, which fetches ahead and keeps the membership alive; everything here may be
/// called from any thread or task.
///
/// With automatic commits (`enable.auto.commit`, the default) what a poll gave is committed after the next poll began, or with `close`: records whose
/// reader has crashed are read again.
public final class KafkaConsumer: Sendable {
    private let thread: ClientThread
    private let pump = RecordPump()
    private let lastPoll = Atomic<UInt64>(0)

    /// Starts the consumer, and joins the group.
    /// - Parameters:
    ///   - bootstrapServers: `host:port`, or several with commas between them
    ///   - group: the group's id; nil when the properties have `group.id`
    ///   - topics: what to read; the group's members divide the partitions
    ///   - properties: Kafka's own keys for consumers (`auto.offset.reset`, `group.protocol`, `security.protocol` …), with Kafka's defaults.
    ///     `max.poll.records` has no effect: a poll gives what one fetch brought from one partition, at most `max.partition.fetch.bytes`.
    /// - Throws: `.configuration`
    public init(bootstrapServers: String, group: String? = nil, topics: [String], properties: [String: String] = [:]) throws(KafkaError) {
        var properties = properties
        if let group { properties["group.id"] = group }
        if properties["group.id"]?.isEmpty ?? true { throw KafkaError(.configuration, message: "A consumer needs a group.id.") }
        do throws(ClientError) {
            var config = try ClientConfig(bootstrap: bootstrapServers, properties: properties, clientId: "ottla-consumer")
            config.separatesCoordinatorConnections = true
            let consumerConfig = try ConsumerConfig(properties: properties)
            thread = try ClientThread(config, name: "kafka-consumer")
            let pump = pump
            let id = Uuid(high: .random(in: 0...UInt64.max), low: .random(in: 0...UInt64.max))
            thread.perform { driver in
                driver.core.attach(pump)
                let consumer = Consumer(core: driver.core, config: consumerConfig, memberId: "\(id)") { SystemClock.wallMs() }
                consumer.subscribe(topics: topics)
                pump.start(consumer)
            }
        } catch {
            throw KafkaError(error)
        }
    }

    /// Waits for the next records. They are of one partition and in the order of their offsets.
    /// - Parameter waitMs: how long to wait when none are here; with none at its end, or when the task is cancelled, the result is empty. Poll at least
    ///   every `max.poll.interval.ms`, or the group takes the member for stuck.
    /// - Throws: what keeps the consumer from going on, such as a topic that it may not read, or `.closed`.
    public func poll(waitMs: Int = 1_000) async throws(KafkaError) -> [ConsumedRecord] {
        let id = lastPoll.add(1, ordering: .relaxed).newValue
        let (thread, pump) = (thread, pump)
        let result: Result<[ConsumedRecord], KafkaError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isTaken = thread.perform { driver in
                    pump.poll(id, untilMs: driver.now + Int64(max(0, min(waitMs, Int(Int32.max))))) { continuation.resume(returning: $0) }
                }
                if !isTaken { continuation.resume(returning: .failure(.closedConsumer)) }
                // A cancellation that came first found nothing to cancel.
                if Task.isCancelled { thread.perform { _ in pump.cancel(id) } }
            }
        } onCancel: {
            thread.perform { _ in pump.cancel(id) }
        }
        return try result.get()
    }

    /// Commits for the group that everything that was polled is dealt with.
    /// - Throws: why it is not committed; with `REBALANCE_IN_PROGRESS` or `ILLEGAL_GENERATION` the partitions may belong to another member now.
    public func commit() async throws(KafkaError) { try await commit(offsets: nil) }

    /// Commits for the group where to go on: per partition, the offset of the next record to read.
    public func commit(_ offsets: [KafkaPartition: Int64]) async throws(KafkaError) { try await commit(offsets: offsets) }

    private func commit(offsets: [KafkaPartition: Int64]?) async throws(KafkaError) {
        let pump = pump
        let result: Result<Void, KafkaError> = await withCheckedContinuation { continuation in
            let isTaken = thread.perform { _ in pump.commit(offsets) { continuation.resume(returning: $0) } }
            if !isTaken { continuation.resume(returning: .failure(.closedConsumer)) }
        }
        try result.get()
    }

    /// The partitions that the group has given to this consumer; empty while it has none.
    public func assignment() async -> [KafkaPartition] {
        let pump = pump
        return await withCheckedContinuation { continuation in
            let isTaken = thread.perform { _ in
                continuation.resume(returning: pump.consumer?.assignment.map { KafkaPartition($0.topic, $0.partition) } ?? [])
            }
            if !isTaken { continuation.resume(returning: []) }
        }
    }

    /// This consumer as its group knows it now, for `KafkaProducer.sendOffsets`: ask for it in each transaction, since it changes with the group.
    /// - Throws: `.closed`
    public func groupMetadata() async throws(KafkaError) -> KafkaGroupMetadata {
        let pump = pump
        let result: Result<KafkaGroupMetadata, KafkaError> = await withCheckedContinuation { continuation in
            let isTaken = thread.perform { _ in
                continuation.resume(returning: pump.consumer?.groupMetadata.map { .success(KafkaGroupMetadata($0)) } ?? .failure(.closedConsumer))
            }
            if !isTaken { continuation.resume(returning: .failure(.closedConsumer)) }
        }
        return try result.get()
    }

    /// Commits what was polled, if commits are automatic, leaves the group, closes the connections and ends the thread. A consumer that is dropped
    /// without it is closed too, but the group hears of it only when the session's time is over.
    /// - Parameter timeoutMs: for the commit and the leaving together
    /// - Throws: why the last commit failed; the consumer is closed all the same.
    public func close(timeoutMs: Int = 30_000) async throws(KafkaError) {
        let (pump, thread) = (pump, thread)
        let result: Result<Void, KafkaError> = await withCheckedContinuation { continuation in
            let isTaken = thread.perform { _ in pump.close(timeoutMs: timeoutMs) { continuation.resume(returning: $0) } }
            if !isTaken { continuation.resume(returning: .success(())) }
        }
        await thread.end()
        if case .failure(let error) = result, error.kind != .closed { throw error }
    }

    deinit {
        let pump = pump
        thread.stop { _ in pump.abandon() }
    }
}
