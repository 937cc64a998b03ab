import KafkaProtocol

// Taking records: choosing the partition, and encoding straight into its batch.
extension Producer {
    /// Offers a record. Key and value are copied; null and empty are different things.
    /// - Parameters:
    ///   - partition: nil to have one chosen
    ///   - timestamp: milliseconds since 1970
    /// - Throws: when the record can never be sent: too large, topic refused, or the producer has failed.
    public func offer(
        _ topic: ProducerTopic, partition: Int32? = nil, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers: [RecordHeader] = [], timestamp: Int64, completion: Completion? = nil
    ) throws(ClientError) -> Admission {
        if let failure { throw failure }
        do throws(ClientError) {
            return try admit(topic, partition: partition, key: key, value: value, headers: headers, timestamp: timestamp, completion: completion)
        } catch {
            noteRefusal(error)
            throw error
        }
    }

    private func admit(
        _ topic: ProducerTopic, partition: Int32?, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, headers: [RecordHeader],
        timestamp: Int64, completion: Completion?
    ) throws(ClientError) -> Admission {
        if topic.metadataVersion != core.metadata.version { refresh(topic) }
        let recordBound = RecordBatchBuilder.recordSizeUpperBound(keyCount: key?.count, valueCount: value?.count, headers: headers)
        guard !topic.partitions.isEmpty else {
            if topic.error != .none, !topic.error.isRetriable { throw refusal(of: topic) }
            if let outage, outage.kind == .unreachable {
                self.outage = nil
                throw outage.renamed("Topic \(topic.name) not present in metadata: no broker can be reached.")
            }
            probe()
            return .mustWait(.metadata)
        }
        try checkSize(RecordBatch.headerSize + recordBound)
        if let partition, partition < 0 || Int(partition) >= topic.partitions.count { return .mustWait(.metadata) }
        var isFull = false
        let chosen = choosePartition(topic, partition: partition, key: key, recordBound: recordBound, isFull: &isFull)
        // Of most records the partition is in already.
        if chosen.transaction != openTransaction { try letIntoTransaction(chosen) }
        if let open = chosen.open, !hasRoom(open, for: recordBound) {
            isFull = true
            if !grows(open, of: chosen, for: recordBound) { chosen.open = nil }
        }
        guard let batch = chosen.open ?? newBatch(for: chosen, sizeBound: RecordBatch.headerSize + recordBound) else {
            isStarved = true
            return .mustWait(.memory(max(config.batchSize, RecordBatch.headerSize + recordBound)))
        }
        let index = batch.count
        batch.builder.append(timestamp: timestamp, rawKey: key, rawValue: value, headers: headers)
        if let completion { batch.whenDone(index: index, timestamp: timestamp, completion) }
        if onWritten != nil { batch.note(timestamp: timestamp, tag: tag, bytes: (key?.count ?? 0) + (value?.count ?? 0)) }
        let grown = batch.builder.sizeInBytes - batch.reservedBytes
        if grown > 0 {
            batch.reservedBytes += grown
            memoryInUse += grown
        }
        return .accepted(batchIsFull: isFull)
    }

    /// As `offer` of raw memory, for records that are at hand as bytes.
    public func offer(
        _ topic: ProducerTopic, partition: Int32? = nil, key: Bytes?, value: Bytes?, headers: [RecordHeader] = [], timestamp: Int64,
        completion: Completion? = nil
    ) throws(ClientError) -> Admission {
        try (key ?? .empty).withUnsafeBytes { rawKey throws(ClientError) in
            try (value ?? .empty).withUnsafeBytes { rawValue throws(ClientError) in
                try offer(
                    topic, partition: partition, key: key == nil ? nil : rawKey, value: value == nil ? nil : rawValue, headers: headers,
                    timestamp: timestamp, completion: completion)
            }
        }
    }

    private func choosePartition(
        _ topic: ProducerTopic, partition: Int32?, key: UnsafeRawBufferPointer?, recordBound: Int, isFull: inout Bool
    ) -> ProducerPartition {
        let count = topic.partitions.count
        if let partition { return topic.partitions[Int(partition)] }
        if config.partitioner == .roundRobin {
            topic.nextRoundRobin = (topic.nextRoundRobin + 1) % count
            return topic.partitions[topic.nextRoundRobin]
        }
        if let key, !config.ignoresKeys {
            return topic.partitions[Int(Murmur2.partition(forKey: key, count: Int32(truncatingIfNeeded: count)))]
        }
        if let current = topic.sticky.current, current < count, let open = topic.partitions[current].open, !hasRoom(open, for: recordBound) {
            open.isRipe = true
            isFull = true
            topic.sticky.batchEnded(next: recordBound, batchSize: config.batchSize)
        }
        let chosen = topic.sticky.current ?? stick(topic)
        topic.sticky.added(recordBound, batchSize: config.batchSize)
        return topic.partitions[min(chosen, count - 1)]
    }

    private func stick(_ topic: ProducerTopic) -> Int {
        let sizes = config.isAdaptive ? topic.partitions.map(\.queueSize) : [Int](repeating: 0, count: topic.partitions.count)
        return topic.sticky.partition(queueSizes: sizes) { core.metadata.leader(topic.name, Int32($0)) != nil }
    }

    private func checkSize(_ size: Int) throws(ClientError) {
        let limit: (value: Int, text: String)
        if size > config.maxRequestSize {
            limit = (config.maxRequestSize, ", which is the value of the max.request.size configuration.")
            throw Self.tooLarge("The message is \(size) bytes when serialized which is larger than \(limit.value)\(limit.text)")
        }
        guard size > config.bufferMemory else { return }
        throw Self.tooLarge(
            "The message is \(size) bytes when serialized which is larger than the total memory buffer you have configured with the buffer.memory configuration."
        )
    }

    private static func tooLarge(_ message: String) -> ClientError { ClientError(.broker, code: .messageTooLarge, message: message) }

    /// Whether another record fits; a batch takes its first record whatever its size.
    private func hasRoom(_ batch: ProducerBatch, for recordBound: Int) -> Bool {
        let size = batch.builder.sizeInBytes
        if config.compression == .none { return size + recordBound <= batch.roomLimit }
        let compressed = Double(size) * compressionRatio * 1.05
        return Int(compressed) + recordBound <= batch.roomLimit && size + recordBound <= config.maxRequestSize
    }

    /// Lets a full batch that cannot be sent yet grow by another `batch.size`. False when it is to be closed.
    private func grows(_ batch: ProducerBatch, of partition: ProducerPartition, for recordBound: Int) -> Bool {
        batch.isRipe = true
        let next = min(batch.roomLimit + config.batchSize, growthLimit, config.maxRequestSize)
        guard next > batch.roomLimit, isBlocked(partition) else { return false }
        batch.roomLimit = next
        return hasRoom(batch, for: recordBound)
    }

    /// Whether a batch of the partition could not be sent now.
    private func isBlocked(_ partition: ProducerPartition) -> Bool {
        if partition.inFlight.count >= config.maxInFlight || partition.waiting.count > 1 { return true }
        guard let leader = core.metadata.leader(partition.topic, partition.index) else { return true }
        return !partition.maySend(to: leader.id) || requestsInFlight[leader.id, default: 0] >= config.maxInFlight
    }

    /// Nil when the memory for it is used up.
    private func newBatch(for partition: ProducerPartition, sizeBound: Int) -> ProducerBatch? {
        let capacity = max(config.batchSize, sizeBound)
        // One batch is let in whatever its size, so that a small `buffer.memory` slows down but does not block for ever.
        guard memoryInUse + capacity <= config.bufferMemory || memoryInUse == 0 else { return nil }
        let batch = makeBatch(capacity: capacity)
        partition.waiting.append(batch)
        partition.open = batch
        list(partition)
        return batch
    }

    /// A new batch, counted as pending and against the memory.
    func makeBatch(capacity: Int, serial: Int64? = nil, serialRoom: Int64 = ProducerBatch.serialRoom, createdAt: Int64? = nil) -> ProducerBatch {
        let builder = RecordBatchBuilder(
            compression: config.compression, compressionLevel: config.compressionLevel, isTransactional: transactions != nil, capacity: capacity)
        if serial == nil { nextSerial += ProducerBatch.serialRoom }
        memoryInUse += capacity
        pendingBatches += 1
        return ProducerBatch(
            serial: serial ?? nextSerial, serialRoom: serialRoom, createdAt: createdAt ?? core.now, builder: builder,
            roomLimit: config.batchSize, reservedBytes: capacity)
    }

    func list(_ partition: ProducerPartition) {
        guard !partition.isListed else { return }
        partition.isListed = true
        active.append(partition)
    }

    // MARK: Topics

    /// Takes over what the metadata says of the topic.
    func refresh(_ topic: ProducerTopic) {
        topic.metadataVersion = core.metadata.version
        guard let known = core.metadata.topic(topic.name) else { return }
        topic.error = known.error
        guard known.error == .none else { return }
        for index in topic.partitions.count..<max(topic.partitions.count, known.partitions.count) {
            topic.partitions.append(ProducerPartition(topic: topic.name, index: Int32(index)))
        }
    }

    private func refusal(of topic: ProducerTopic) -> ClientError {
        switch topic.error {
        case .invalidTopicException: ClientError(code: topic.error, message: "Invalid topics: [\(topic.name)]")
        case .topicAuthorizationFailed: ClientError(code: topic.error, message: "Not authorized to access topics: [\(topic.name)]")
        default: ClientError(code: topic.error)
        }
    }

    /// The error of a record that was offered for `max.block.ms` in vain, and is offered no more: a transaction is to be aborted without it.
    public func blocked(_ wait: Wait, _ topic: ProducerTopic) -> ClientError {
        let error = refusal(wait, topic)
        noteRefusal(error)
        return error
    }

    private func refusal(_ wait: Wait, _ topic: ProducerTopic) -> ClientError {
        switch wait {
        case .metadata:
            let cause = topic.error == .none ? outage?.reason ?? outage?.message : topic.error.message
            let text = "Topic \(topic.name) not present in metadata after \(config.maxBlockMs) ms."
            return ClientError(.timeout, code: topic.error == .none ? nil : topic.error, exceptionClass: Self.timeoutClass, message: text, reason: cause)
        case .memory(let size):
            let available = max(0, config.bufferMemory - memoryInUse)
            let text =
                "Failed to allocate \(size) bytes within the configured max blocking time \(config.maxBlockMs) ms. Total memory: \(config.bufferMemory) bytes. "
                + "Available memory: \(available) bytes. Poolable size: \(config.batchSize) bytes"
            return ClientError(.timeout, exceptionClass: "org.apache.kafka.clients.producer.BufferExhaustedException", message: text, reason: outage?.reason)
        }
    }

    static var timeoutClass: String { "org.apache.kafka.common.errors.TimeoutException" }
}
