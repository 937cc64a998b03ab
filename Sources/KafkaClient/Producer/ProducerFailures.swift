import KafkaProtocol

// Failing: what is tried again, what is given up, and how sequence numbers survive it.
extension Producer {
    /// Errors that mean that someone else leads the partition, or that the topic is not what it was.
    private static let staleMetadataCodes: Set<ErrorCode> = [
        .notLeaderOrFollower, .unknownTopicOrPartition, .leaderNotAvailable, .fencedLeaderEpoch, .unknownLeaderEpoch, .kafkaStorageError,
        .replicaNotAvailable, .unknownTopicId, .inconsistentTopicId,
    ]

    /// An attempt that brought no answer.
    func settle(_ entry: SentBatch, error: ClientError) {
        let timeout = error.kind == .timeout || error.kind == .disconnected || error.kind == .unreachable
        if timeout, tryAgain(entry, error) { return }
        drop(entry, error.kind == .disconnected ? Self.networkError(error) : error)
    }

    private static func networkError(_ error: ClientError) -> ClientError {
        ClientError(.disconnected, code: .networkException, message: "Disconnected from node before an answer came", reason: error.reason)
    }

    /// The broker refused the batch.
    func settle(_ entry: SentBatch, code: ErrorCode, message: String?, logStartOffset: Int64) {
        let (partition, batch) = (entry.partition, entry.batch)
        let error = Self.refusal(code, message)
        if Self.staleMetadataCodes.contains(code) { core.refreshMetadata() }
        if transactions != nil {
            if mendsSequence(entry, code, logStartOffset), tryAgain(entry, error) { return }
        } else if config.isIdempotent {
            switch code {
            case .outOfOrderSequenceNumber:
                if partition.hasGap(before: batch) {
                    // The broker misses what was given up here: it has not taken this batch, which may go again under new numbers.
                    partition.mustRestart = true
                    return putBack(entry, error, countsAsAttempt: false)
                }
                if partition.hasUnresolved(before: batch) { return putBack(entry, error, countsAsAttempt: false) }
                partition.mustRestart = true
                return drop(entry, error)
            case .unknownProducerId, .invalidProducerEpoch, .invalidProducerIdMapping:
                partition.mustRestart = true
                if tryAgain(entry, error) { return }
                return drop(entry, error)
            default: break
            }
        }
        if code == .messageTooLarge, batch.count > 1 { return split(entry) }
        if code.isRetriable, tryAgain(entry, error) { return }
        drop(entry, error)
    }

    private static func refusal(_ code: ErrorCode, _ message: String?) -> ClientError {
        guard code == .invalidRecord else { return ClientError(code: code, message: message) }
        return ClientError(.broker, code: code, exceptionClass: "org.apache.kafka.common.InvalidRecordException", message: message ?? code.message)
    }

    /// Puts the batch back unless its attempts or its time are used up.
    private func tryAgain(_ entry: SentBatch, _ error: ClientError) -> Bool {
        guard transactions?.state != .fatalError, entry.batch.countedAttempts < config.retries,
            core.now < entry.batch.createdAt + Int64(config.deliveryTimeoutMs)
        else { return false }
        putBack(entry, error, countsAsAttempt: true)
        return true
    }

    private func putBack(_ entry: SentBatch, _ error: ClientError, countsAsAttempt: Bool) {
        let batch = entry.batch
        let doublings = min(batch.attempts, 16)
        let pause = min(config.retryBackoffMs << doublings, max(config.retryBackoffMaxMs, config.retryBackoffMs))
        batch.attempts += 1
        if countsAsAttempt, entry.hadConnection { batch.countedAttempts += 1 }
        batch.retryAt = countsAsAttempt ? core.now + Int64(pause * (80 + random.below(41)) / 100) : core.now
        batch.lastError = error
        entry.partition.putBack(batch)
        list(entry.partition)
    }

    private func drop(_ entry: SentBatch, _ error: ClientError) {
        entry.partition.noteDropped(entry.batch)
        transactions?.batchFailed(error, wasSent: entry.batch.isEncoded)
        fail(entry.batch, of: entry.partition, error)
    }

    /// Puts the records of a batch that the broker finds too large into smaller ones.
    private func split(_ entry: SentBatch) {
        let (partition, batch) = (entry.partition, entry.batch)
        if transactions == nil { partition.noteDropped(batch) }
        let records = batch.records()
        growthLimit = min(growthLimit, batch.encodedSize / 2)
        let limit = min(config.batchSize, max(batch.builder.sizeInBytes / 2, RecordBatch.headerSize))
        // No more parts than records, so each gets a serial of its own.
        let room = max(1, batch.serialRoom / Int64(max(records.count, 1)))
        var completions = batch.takeCompletions()[...]
        var parts: [ProducerBatch] = []
        var tags = batch.runs.lazy.flatMap { repeatElement($0.tag, count: $0.count) }.makeIterator()
        for (index, record) in records.enumerated() {
            let bound = RecordBatchBuilder.recordSizeUpperBound(keyCount: record.key?.count, valueCount: record.value?.count, headers: record.headers)
            if parts.last.map({ $0.builder.sizeInBytes + bound > limit }) ?? true {
                let serial = batch.serial + Int64(parts.count) * room
                parts.append(makeBatch(capacity: RecordBatch.headerSize + bound, serial: serial, serialRoom: room, createdAt: batch.createdAt))
            }
            guard let target = parts.last else { continue }
            let at = target.count
            target.builder.append(timestamp: record.timestamp, key: record.key, value: record.value, headers: record.headers)
            if let tag = tags.next() { target.note(timestamp: record.timestamp, tag: tag, bytes: (record.key?.count ?? 0) + (record.value?.count ?? 0)) }
            if let next = completions.first, next.index == Int32(index) {
                target.whenDone(index: at, timestamp: next.timestamp, next.call)
                completions.removeFirst()
            }
        }
        for part in parts { partition.putBack(part) }
        if transactions == nil { partition.mustRestart = config.isIdempotent } else { keepSequence(of: batch, in: parts, partition) }
        release(batch)
        list(partition)
    }

    /// Gives a batch up.
    func fail(_ batch: ProducerBatch, of partition: ProducerPartition, _ error: ClientError) {
        release(batch)
        onFailure?(FailedBatch(topic: partition.topic, partition: partition.index, recordCount: Int(batch.count), error: error))
        for (_, _, call) in batch.takeCompletions() { call(.failure(error)) }
    }

    /// Gives up what has waited longer than `delivery.timeout.ms`. What is in flight ends by the request's own timeout.
    func expire(_ now: Int64) {
        var isAnyEmpty = false
        for partition in active {
            while let head = partition.waiting.first, now >= head.createdAt + Int64(config.deliveryTimeoutMs) {
                partition.waiting.removeFirst()
                if partition.open === head { partition.open = nil }
                partition.noteDropped(head)
                let name = "\(partition.topic)-\(partition.index)"
                let text = "Expiring \(head.count) record(s) for \(name):\(now - head.createdAt) ms has passed since batch creation"
                let reason = head.lastError?.description ?? outage?.description
                let error = ClientError(.timeout, exceptionClass: Self.timeoutClass, message: text, reason: reason)
                transactions?.batchFailed(error, wasSent: head.isEncoded)
                fail(head, of: partition, error)
            }
            isAnyEmpty = isAnyEmpty || partition.isEmpty
        }
        if isAnyEmpty { unlistEmpty() }
    }

    /// Gives up everything that waits, and every record to come.
    func failAll(_ error: ClientError) {
        failure = error
        for partition in active {
            let waiting = partition.waiting
            partition.waiting = []
            partition.open = nil
            for batch in waiting { fail(batch, of: partition, error) }
        }
        unlistEmpty()
    }
}
