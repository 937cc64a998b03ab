import KafkaProtocol
import Testing
import Vocabulary

@testable import KafkaClient

/// A transaction manager whose coordinators are the test, with a clock of the test's own.
struct TransactionScene {
    static let t0 = TopicPartition("t", 0)
    static let offsets = [t0: CommitOffset(5)]
    static let group = ConsumerGroupMetadata(groupId: "g", generationId: 3, memberId: "m", groupInstanceId: "i")

    var manager = TransactionManager(id: "tx", timeoutMs: 60_000, retryBackoffMs: 100, maxBlockMs: 60_000)
    var now: Int64 = 1_000
    /// How calls ended, by the order in which they were made; a call that has not ended is missing.
    var ended: [Int: ClientError?] = [:]
    var actions: [TransactionAction] = []
    private var calls = 0

    /// - Parameter transactionVersion: the level that the cluster has finalized
    init(transactionVersion: Int16 = 2, bumpsEpochs: Bool = true) {
        manager.features.epoch = 1
        manager.features.levels = ["transaction.version": transactionVersion]
        manager.coordinatorBumpsEpochs = bumpsEpochs
    }

    /// A call of the application; its number is returned.
    @discardableResult
    mutating func call(_ make: (inout TransactionManager, TransactionCall, Int64) throws -> Void) rethrows -> Int {
        calls += 1
        try make(&manager, TransactionCall(value: calls), now)
        perform()
        return calls
    }

    mutating func perform() {
        for action in manager.takeActions() {
            actions.append(action)
            if case .end(let call, let error) = action { ended[call.value] = .some(error) }
        }
    }

    /// The request that leaves now.
    mutating func next(isDrained: Bool = true) -> TransactionRequest? {
        manager.expire(now)
        let request = manager.next(now, isDrained: isDrained)
        perform()
        return request
    }

    mutating func answer(_ reply: TransactionReply) {
        manager.answered(reply, now)
        perform()
    }

    // MARK: Ways into states

    mutating func initialize(id: Int64 = 7, epoch: Int16 = 0) throws {
        try call { manager, call, now in try manager.initTransactions(call, now) }
        _ = next()
        answerInit(id: id, epoch: epoch)
    }

    mutating func answerInit(id: Int64 = 7, epoch: Int16 = 0, _ code: ErrorCode = .none) {
        var answer = InitProducerIdResponse()
        answer.errorCode = code
        answer.producerId = id
        answer.producerEpoch = epoch
        self.answer(.initProducerId(answer))
    }

    /// A transaction with a partition that the coordinator knows of.
    mutating func begin() throws {
        try manager.begin()
        try manager.admit(Self.t0)
        while case .addPartitions(let request)? = next(isDrained: false) { answerPartitions(request) }
    }

    mutating func answerPartitions(_ request: AddPartitionsToTxnRequest, _ code: (TopicPartition) -> ErrorCode = { _ in .none }) {
        var answer = AddPartitionsToTxnResponse()
        for topic in request.v3AndBelowTopics {
            var entry = AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult()
            entry.name = topic.name
            entry.resultsByPartition = topic.partitions.map { partition in
                var field = AddPartitionsToTxnResponse.AddPartitionsToTxnPartitionResult()
                field.partitionIndex = partition
                field.partitionErrorCode = code(TopicPartition(topic.name, partition))
                return field
            }
            answer.resultsByTopicV3AndBelow.append(entry)
        }
        self.answer(.addPartitions(answer))
    }

    mutating func answerOffsets(_ request: TxnOffsetCommitRequest, _ code: ErrorCode = .none) {
        var answer = TxnOffsetCommitResponse()
        for topic in request.topics {
            var entry = TxnOffsetCommitResponse.TxnOffsetCommitResponseTopic()
            entry.name = topic.name
            entry.partitions = topic.partitions.map { asked in
                var field = TxnOffsetCommitResponse.TxnOffsetCommitResponseTopic.TxnOffsetCommitResponsePartition()
                field.partitionIndex = asked.partitionIndex
                field.errorCode = code
                return field
            }
            answer.topics.append(entry)
        }
        self.answer(.commitOffsets(answer))
    }

    mutating func answerEnd(_ code: ErrorCode = .none, id: Int64 = -1, epoch: Int16 = -1) {
        var answer = EndTxnResponse()
        answer.errorCode = code
        answer.producerId = id
        answer.producerEpoch = epoch
        self.answer(.end(answer))
    }

    /// What a call throws at once.
    mutating func refusal(_ make: (inout TransactionManager, TransactionCall, Int64) throws -> Void) -> ClientError? {
        do {
            try call(make)
            return nil
        } catch {
            return error as? ClientError
        }
    }
}

extension TransactionRequest {
    /// The request's API, for comparisons.
    var key: APIKey {
        switch self {
        case .initProducerId: .initProducerId
        case .addPartitions: .addPartitionsToTxn
        case .addOffsets: .addOffsetsToTxn
        case .commitOffsets: .txnOffsetCommit
        case .end: .endTxn
        }
    }
}
