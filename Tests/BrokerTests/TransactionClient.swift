import Broker
import KafkaProtocol
import LogStorage

/// A transactional producer that a test drives request by request.
final class TransactionClient {
    let driver: BrokerDriver
    let id: String
    /// Speaks the protocol of `transaction.version` 2: partitions become part of a transaction by what is written to them, and each has an epoch of its own.
    let bumpsEpochs: Bool
    var producerId: Int64 = -1
    var epoch: Int16 = -1
    var sequences: [String: Int32] = [:]

    init(_ driver: BrokerDriver, _ id: String, bumpsEpochs: Bool = true) throws {
        self.driver = driver
        self.id = id
        self.bumpsEpochs = bumpsEpochs
        var find = FindCoordinatorRequest()
        find.keyType = 1
        find.coordinatorKeys = [id]
        let row = try driver.send(find).coordinators.first
        guard row?.errorCode == ErrorCode.none else { throw BrokerDriver.Failure.noReply }
        let response = try initialize()
        guard response.errorCode == .none else { throw BrokerDriver.Failure.closed("InitProducerId: \(response.errorCode)") }
        (producerId, epoch) = (response.producerId, response.producerEpoch)
    }

    func initialize(timeoutMs: Int32 = 60_000, version: Int16 = 5) throws -> InitProducerIdResponse {
        var request = InitProducerIdRequest()
        request.transactionalId = id
        request.transactionTimeoutMs = timeoutMs
        request.producerId = -1
        request.producerEpoch = -1
        return try driver.send(request, version: version)
    }

    func addPartition(_ topic: String) throws -> ErrorCode? {
        var request = AddPartitionsToTxnRequest()
        request.v3AndBelowTransactionalId = id
        (request.v3AndBelowProducerId, request.v3AndBelowProducerEpoch) = (producerId, epoch)
        var row = AddPartitionsToTxnRequest.AddPartitionsToTxnTopic()
        row.name = topic
        row.partitions = [0]
        request.v3AndBelowTopics = [row]
        return try driver.send(request, version: 3).resultsByTopicV3AndBelow.first?.resultsByPartition.first?.partitionErrorCode
    }

    /// Produces one record to the first partition of a topic.
    @discardableResult
    func produce(_ topic: String, _ value: String, version: Int16? = nil) throws -> ErrorCode? {
        if !bumpsEpochs, version == nil, case let error = try addPartition(topic), error != ErrorCode.none { return error }
        let request = records([topic], value)
        let error = try driver.send(request, version: version ?? (bumpsEpochs ? 12 : 11)).responses.first?.partitionResponses.first?.errorCode
        if error == ErrorCode.none { sequences[topic, default: 0] += 1 }
        return error
    }

    /// Sends a record to the first partition of each topic, without waiting; gives what reads the answers, an error code for each topic.
    func post(_ topics: [String], _ value: String) -> () throws -> [ErrorCode?] {
        let answer = driver.post(records(topics, value), version: bumpsEpochs ? 12 : 11)
        for topic in topics { sequences[topic, default: 0] += 1 }
        return { try answer().responses.map { $0.partitionResponses.first?.errorCode } }
    }

    private func records(_ topics: [String], _ value: String) -> ProduceRequest {
        var request = ProduceRequest()
        request.transactionalId = id
        request.acks = -1
        request.timeoutMs = 1000
        request.topicData = topics.map { data($0, value) }
        return request
    }

    private func data(_ topic: String, _ value: String) -> ProduceRequest.TopicProduceData {
        let builder = RecordBatchBuilder(producerId: producerId, producerEpoch: epoch, baseSequence: sequences[topic] ?? 0, isTransactional: true)
        builder.append(timestamp: driver.now, key: nil, value: Bytes(value))
        var data = ProduceRequest.TopicProduceData.PartitionProduceData()
        data.records = .bytes(builder.build())
        var row = ProduceRequest.TopicProduceData()
        row.name = topic
        row.partitionData = [data]
        return row
    }

    /// Commits an offset in the transaction.
    func commitOffset(_ offset: Int64, of topic: String, group: String, version: Int16? = nil) throws -> ErrorCode? {
        if !bumpsEpochs, version == nil {
            var request = AddOffsetsToTxnRequest()
            (request.transactionalId, request.groupId, request.producerId, request.producerEpoch) = (id, group, producerId, epoch)
            let error = try driver.send(request).errorCode
            if error != .none { return error }
        }
        var request = TxnOffsetCommitRequest()
        (request.transactionalId, request.groupId, request.producerId, request.producerEpoch) = (id, group, producerId, epoch)
        var row = TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic()
        row.name = topic
        var partition = TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic.TxnOffsetCommitRequestPartition()
        partition.committedOffset = offset
        row.partitions = [partition]
        request.topics = [row]
        return try driver.send(request, version: version ?? (bumpsEpochs ? 5 : 4)).topics.first?.partitions.first?.errorCode
    }

    @discardableResult
    func end(commits: Bool) throws -> ErrorCode {
        var request = EndTxnRequest()
        (request.transactionalId, request.producerId, request.producerEpoch, request.committed) = (id, producerId, epoch, commits)
        let response = try driver.send(request, version: bumpsEpochs ? 5 : 4)
        if bumpsEpochs, response.errorCode == .none {
            (producerId, epoch) = (response.producerId, response.producerEpoch)
            sequences = [:]
        }
        return response.errorCode
    }
}

extension BrokerDriver {
    /// What a consumer of committed records gets of the first partition of a topic: the values, aborted ones left out as clients leave them out.
    func committed(_ topic: String) throws -> [String] {
        guard let log = broker.partitions.partition(topic, 0)?.log else { throw Failure.noReply }
        var position = FetchRequest.FetchTopic.FetchPartition()
        position.fetchOffset = log.logStartOffset.value
        position.partitionMaxBytes = 1 << 20
        var row = FetchRequest.FetchTopic()
        row.topic = topic
        row.partitions = [position]
        var request = FetchRequest()
        request.isolationLevel = 1
        request.maxBytes = 1 << 20
        request.sessionEpoch = -1
        request.topics = [row]
        guard let data = try send(request, version: 12).responses.first?.partitions.first, data.errorCode == .none else { throw Failure.noReply }
        var aborted = (data.abortedTransactions ?? []).sorted { $0.firstOffset < $1.firstOffset }
        var open: Set<Int64> = []
        var values: [String] = []
        for batch in try RecordBatches.all(in: data.records?.bytes ?? .empty) {
            while let next = aborted.first, next.firstOffset <= batch.lastOffset {
                open.insert(next.producerId)
                aborted.removeFirst()
            }
            if batch.isControl {
                open.remove(batch.producerId)
            } else if !(batch.isTransactional && open.contains(batch.producerId)) {
                values += try batch.records().map { String(decoding: $0.value?.array ?? [], as: UTF8.self) }
            }
        }
        return values
    }

    /// The committed offset of a topic's first partition, or the error instead.
    func offset(of topic: String, group: String, requireStable: Bool = false) throws -> Result<Int64, ErrorCode> {
        var row = OffsetFetchRequest.OffsetFetchRequestGroup.OffsetFetchRequestTopics()
        row.name = topic
        row.partitionIndexes = [0]
        var asked = OffsetFetchRequest.OffsetFetchRequestGroup()
        asked.groupId = group
        asked.topics = [row]
        var request = OffsetFetchRequest()
        request.groups = [asked]
        request.requireStable = requireStable
        guard let found = try send(request, version: 9).groups.first?.topics.first?.partitions.first else { throw Failure.noReply }
        return found.errorCode == .none ? .success(found.committedOffset) : .failure(found.errorCode)
    }
}
