internal import ClientDriver
internal import Host
internal import KafkaClient

/// Writes records to a Kafka cluster. It has a thread of its own, on which records are gathered into batches and sent; everything here may be called
/// from any thread or task, and one producer serves a whole program.
///
/// It is idempotent and waits for all replicas in sync unless the properties say otherwise. Records with one key go to one partition, in the order
/// in which they were sent. With the property `transactional.id` they are sent in transactions; see `beginTransaction`.
public final class KafkaProducer: Sendable {
    let thread: ClientThread
    let feed: RecordFeed

    /// Starts the producer; it connects when it has something to send.
    /// - Parameters:
    ///   - bootstrapServers: `host:port`, or several with commas between them; the other brokers are learned from them
    ///   - properties: Kafka's own keys for producers (`acks`, `linger.ms`, `compression.type`, `security.protocol` …), with Kafka's defaults
    /// - Throws: `.configuration`
    public init(bootstrapServers: String, properties: [String: String] = [:]) throws(KafkaError) {
        do throws(ClientError) {
            let config = try ClientConfig(bootstrap: bootstrapServers, properties: properties, clientId: "ottla-producer")
            let producerConfig = try ProducerConfig(properties: properties)
            let feed = RecordFeed(limitBytes: producerConfig.bufferMemory)
            thread = try ClientThread(config, name: "kafka-producer")
            self.feed = feed
            thread.perform { driver in
                driver.core.attach(feed)
                feed.start(Producer(driver.core, config: producerConfig, seed: .random(in: 0...UInt64.max)))
            }
        } catch {
            throw KafkaError(error)
        }
    }

    /// Sends a record and waits until it is acknowledged. Several tasks that send share batches; one that has many records uses the other forms.
    /// - Throws: why it was not written, or is not known to be.
    @discardableResult
    public func send(_ record: ProducerRecord) async throws(KafkaError) -> Acknowledgement {
        let result: Result<Acknowledgement, KafkaError> = await withCheckedContinuation { continuation in
            handOver(record, isBounded: false) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// Sends records and waits until each is acknowledged or has failed.
    /// - Returns: what became of each, in their order.
    public func send(_ records: [ProducerRecord]) async -> [Result<Acknowledgement, KafkaError>] {
        if records.isEmpty { return [] }
        let outcomes = Outcomes(count: records.count)
        await withCheckedContinuation { continuation in
            for (index, record) in records.enumerated() {
                handOver(record, isBounded: false) { if outcomes.set(index, $0) { continuation.resume() } }
            }
        }
        return outcomes.all
    }

    /// Sends a record without waiting. `then` is called once, on the producer's thread, which it must not hold up: with where the record was written, or
    /// with why not. `.bufferFull`, at once and on the calling thread, means that `buffer.memory` is used up by records that wait: send it again later.
    public func send(_ record: ProducerRecord, then: @escaping @Sendable (Result<Acknowledgement, KafkaError>) -> Void) {
        handOver(record, isBounded: true, then)
    }

    /// Waits until everything sent before is acknowledged or has failed, without waiting for `linger.ms`.
    public func flush() async {
        await withCheckedContinuation { continuation in
            let feed = feed
            if !thread.perform({ _ in feed.flush { continuation.resume() } }) { continuation.resume() }
        }
    }

    /// Flushes, aborts the transaction if one is open, closes the connections and ends the thread. What is sent afterwards fails with `.closed`. A producer that is dropped without it is closed
    /// too, but what it has not written by then fails.
    public func close() async {
        await flush()
        await abortIfOpen()
        let feed = feed
        await thread.end { _ in feed.close() }
    }

    deinit {
        let feed = feed
        thread.stop { _ in feed.close() }
    }

    private func handOver(_ record: ProducerRecord, isBounded: Bool, _ then: @escaping RecordFeed.Completion) {
        switch feed.take(record, timestampMs: record.timestampMs ?? SystemClock.wallMs(), isBounded: isBounded, then) {
        case .first: thread.perform { _ in }
        case .queued: break
        case .full: then(.failure(KafkaError(.bufferFull, message: "As much waits to be sent as buffer.memory allows.", isRetriable: true)))
        case .closed: then(.failure(.closedProducer))
        }
    }
}
