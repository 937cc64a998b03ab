import KafkaProtocol
import Vocabulary

// Sending: which batches are ready, in which requests they go, and what the answers mean.
extension Producer {
    public func advance(now: Int64) {
        expire(now)
        advanceTransactions(now)
        if isFlushing, pendingBatches == 0 { isFlushing = false }
        guard !active.isEmpty, failure == nil else { return }
        while !config.isIdempotent || identity != .none {
            guard send(now) else { return }
        }
        if transactions == nil { askForIdentity(now) }
    }

    public var nextDeadline: Int64? {
        var earliest = Int64.max
        for partition in active {
            guard let head = partition.waiting.first else { continue }
            earliest = min(earliest, head.createdAt + Int64(config.deliveryTimeoutMs))
            if head.retryAt > core.now { earliest = min(earliest, head.retryAt) }
            // Past it the batch waits for something else, which is an event.
            let ripeAt = head.createdAt + Int64(config.lingerMs)
            if head === partition.open, ripeAt > core.now { earliest = min(earliest, ripeAt) }
        }
        if let due = transactions?.nextDeadline(after: core.now) { earliest = min(earliest, due) }
        if config.isIdempotent, transactions == nil, identity == .none, !active.isEmpty, !isAskingForIdentity { earliest = min(earliest, identityRetryAt) }
        return earliest == .max ? nil : earliest
    }

    /// One round: at most one request to each leader. Whether anything was sent.
    private func send(_ now: Int64) -> Bool {
        var rounds: [Int32: (size: Int, entries: [SentBatch])] = [:]
        turn += 1
        for position in active.indices {
            let partition = active[(position + turn) % active.count]
            guard isReady(partition, now) else { continue }
            guard let leader = core.metadata.leader(partition.topic, partition.index) else {
                core.refreshMetadata()
                continue
            }
            guard partition.maySend(to: leader.id), requestsInFlight[leader.id, default: 0] < config.maxInFlight else { continue }
            guard encodeHead(of: partition), let batch = partition.waiting.first else { continue }
            let size = rounds[leader.id]?.size ?? 0
            guard size == 0 || size + batch.encodedSize <= config.maxRequestSize else { continue }
            partition.waiting.removeFirst()
            partition.inFlight.append(batch)
            partition.flightNode = leader.id
            rounds[leader.id, default: (0, [])].size += batch.encodedSize
            rounds[leader.id]?.entries.append(SentBatch(partition: partition, batch: batch))
        }
        for (node, round) in rounds.sorted(by: { $0.key < $1.key }) { submit(round.entries, to: node) }
        return !rounds.isEmpty
    }

    private func isReady(_ partition: ProducerPartition, _ now: Int64) -> Bool {
        guard let head = partition.waiting.first, head.retryAt <= now, partition.inFlight.count < config.maxInFlight else { return false }
        if transactions?.maySend(to: TopicPartition(partition.topic, partition.index)) == false { return false }
        // A batch that is tried again goes alone: those behind it must neither pass it nor push it out of the five that a broker remembers.
        guard partition.inFlight.allSatisfy({ $0.attempts == 0 }), head.attempts == 0 || partition.inFlight.isEmpty else { return false }
        guard !partition.mustRestart || partition.inFlight.isEmpty else { return false }
        // A log that has nothing of a producer takes whatever comes for its beginning: what is behind the first must not come when that was refused.
        guard !config.isIdempotent || partition.inFlight.isEmpty || partition.knownId == identity.id else { return false }
        guard head === partition.open else { return true }
        return head.isRipe || isFlushing || isStarved || transactions?.state.isCompleting == true || now >= head.createdAt + Int64(config.lingerMs)
    }

    /// Readies the batch at the head to be sent. False when it must wait for another identity.
    private func encodeHead(of partition: ProducerPartition) -> Bool {
        guard let head = partition.waiting.first else { return false }
        if head === partition.open { partition.open = nil }
        if config.isIdempotent {
            if partition.mustRestart { restart(partition) }
            guard identity != .none else { return false }
            // A partition takes over an epoch that another one's failure has bumped once nothing of it is open: a batch whose answer was lost may be in the
            // log, and only under its old numbers would the broker know it again.
            if partition.identity != identity, partition.inFlight.isEmpty, !partition.waiting.contains(where: \.isEncoded) { partition.restart(identity) }
        }
        guard !head.isEncoded else { return true }
        let raw = head.builder.sizeInBytes
        head.encode(producerId: partition.identity.id, epoch: partition.identity.epoch, sequence: config.isIdempotent ? partition.nextSequence : -1)
        if config.isIdempotent { partition.nextSequence += Int64(head.count) }
        if config.compression != .none, raw > 0 { noteRatio(Double(head.encodedSize) / Double(raw)) }
        return true
    }

    /// Follows a worse ratio at once and a better one slowly.
    private func noteRatio(_ seen: Double) {
        compressionRatio = seen > compressionRatio ? min(1, max(seen, compressionRatio + 0.05)) : max(seen, compressionRatio - 0.005)
    }

    private func submit(_ entries: [SentBatch], to node: Int32) {
        requestsInFlight[node, default: 0] += 1
        let hasConnection = core.version(of: .produce, node: node) != nil
        let entries = entries.map { SentBatch(partition: $0.partition, batch: $0.batch, hadConnection: hasConnection) }
        var options = RequestOptions(timeoutMs: config.requestTimeoutMs, attemptTimeoutMs: config.requestTimeoutMs, retry: .no)
        options.expectsResponse = config.acks != 0
        // Topics are named by id from version 13 on.
        if entries.contains(where: { core.metadata.topic($0.partition.topic)?.id ?? .zero == .zero }) {
            options.versions = ProduceRequest.versions.lowerBound...12
        }
        // Later ones tell the broker that the partition need not be added to the transaction first.
        if transactions?.isVersion2 == false {
            options.versions = ProduceRequest.versions.lowerBound...TransactionManager.LastClassicVersion.produce
        }
        let request = request(entries)
        core.submit(request, to: .node(node), options: options) { [weak self] result in
            self?.answered(result, entries, node)
        }
    }

    private func request(_ entries: [SentBatch]) -> ProduceRequest {
        var request = ProduceRequest()
        request.acks = config.acks
        request.timeoutMs = Int32(clamping: config.requestTimeoutMs)
        request.transactionalId = config.transactionalId
        var positions: [String: Int] = [:]
        for entry in entries {
            var data = ProduceRequest.TopicProduceData.PartitionProduceData()
            data.index = entry.partition.index
            data.records = entry.batch.data
            if let position = positions[entry.partition.topic] {
                request.topicData[position].partitionData.append(data)
                continue
            }
            var topic = ProduceRequest.TopicProduceData()
            topic.name = entry.partition.topic
            topic.topicId = core.metadata.topic(topic.name)?.id ?? .zero
            topic.partitionData = [data]
            positions[topic.name] = request.topicData.count
            request.topicData.append(topic)
        }
        return request
    }

    private func answered(_ result: Result<ProduceResponse, ClientError>, _ entries: [SentBatch], _ node: Int32) {
        requestsInFlight[node, default: 1] -= 1
        for entry in entries { entry.partition.removeFromFlight(entry.batch) }
        switch result {
        case .failure(let error):
            core.refreshMetadata()
            if error.isRetriable { outage = error }
            for entry in entries { settle(entry, error: error) }
        case .success(let response):
            outage = nil
            for entry in entries { settle(entry, response) }
        }
        unlistEmpty()
    }

    func unlistEmpty() {
        active.removeAll { partition in
            guard partition.isEmpty else { return false }
            partition.isListed = false
            return true
        }
    }

    private func settle(_ entry: SentBatch, _ response: ProduceResponse) {
        guard config.acks != 0 else { return succeed(entry, offset: -1, appendTime: -1) }
        let id = core.metadata.topic(entry.partition.topic)?.id ?? .zero
        let topic = response.responses.first { $0.name == entry.partition.topic || ($0.name.isEmpty && $0.topicId == id) }
        guard let answer = topic?.partitionResponses.first(where: { $0.index == entry.partition.index }) else {
            return settle(entry, error: ClientError(.malformed, message: "The broker's answer leaves out \(entry.partition.topic)-\(entry.partition.index)."))
        }
        switch answer.errorCode {
        case .none: succeed(entry, offset: answer.baseOffset, appendTime: answer.logAppendTimeMs)
        case .duplicateSequenceNumber: succeed(entry, offset: -1, appendTime: -1)
        default:
            let message = answer.errorMessage ?? answer.recordErrors.first?.batchIndexErrorMessage
            settle(entry, code: answer.errorCode, message: message, logStartOffset: answer.logStartOffset)
        }
    }

    private func succeed(_ entry: SentBatch, offset: Int64, appendTime: Int64) {
        let (partition, batch) = (entry.partition, entry.batch)
        partition.noteAcked(batch, offset: offset)
        let size = batch.encodedSize
        release(batch)
        onWritten?(
            WrittenBatch(topic: partition.topic, partition: partition.index, baseOffset: offset, sizeInBytes: size, runs: batch.runs))
        for (index, timestamp, call) in batch.takeCompletions() {
            let position = offset < 0 ? -1 : offset + Int64(index)
            let time = appendTime >= 0 ? appendTime : timestamp
            call(.success(RecordMetadata(topic: partition.topic, partition: partition.index, offset: position, timestamp: time)))
        }
    }

    /// Counts a batch as done.
    func release(_ batch: ProducerBatch) {
        memoryInUse -= batch.reservedBytes
        batch.reservedBytes = 0
        pendingBatches -= 1
        isStarved = false
    }
}

/// A batch in a request.
struct SentBatch {
    let partition: ProducerPartition
    let batch: ProducerBatch
    /// Whether the leader was connected when it left; if not, its failure says nothing of the batch.
    var hadConnection = false
}
