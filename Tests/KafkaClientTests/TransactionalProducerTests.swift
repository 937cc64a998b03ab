import KafkaProtocol
import Testing
import Vocabulary

@testable import KafkaClient

/// A transactional producer on a scripted broker, with a topic `t`, that leads everything and coordinates everything.
final class TransactionalScene {
    let cluster: ScriptedCluster
    let producer: Producer
    let logs = SequencedLogs()
    var failures: [FailedBatch] = []
    var epoch: Int16 = -1
    /// Whether the coordinator bumps the epoch at the end of each transaction.
    let isVersion2: Bool
    /// Batches as they came: identity, first sequence number, and values.
    var batches: [(id: Int64, epoch: Int16, sequence: Int32, isTransactional: Bool, values: [String])] = []
    /// An error for the next Produce requests, one each; `.none` lets one through.
    var faults: [ErrorCode] = []
    /// Answers a request in the broker's stead.
    var override: (any Request) -> (any Response)? = { _ in nil }
    /// APIs that are not answered.
    var silent: Set<APIKey> = []

    init(version: Int16 = 2, properties: [String: String] = [:]) throws {
        let properties = ["transactional.id": "tx", "linger.ms": "60000", "delivery.timeout.ms": "100000"].merging(properties) { $1 }
        cluster = try ScriptedCluster(properties: properties)
        cluster.features = ["transaction.version": version]
        isVersion2 = version >= 2
        producer = Producer(cluster.core, config: try ProducerConfig(properties: properties), seed: 3)
        cluster.brokers["a:1"] = .answers { [unowned self] request, version in
            silent.contains(type(of: request).apiKey) ? nil : override(request) ?? serve(request, version)
        }
        producer.onFailure = { [unowned self] in failures.append($0) }
    }

    private func serve(_ request: any Request, _ version: Int16) -> (any Response)? {
        switch request {
        case let asked as MetadataRequest: return metadata([1: "a:1"], topics: asked.topics?.isEmpty == true ? [:] : ["t": [1]])
        case let asked as FindCoordinatorRequest:
            var answer = FindCoordinatorResponse()
            answer.coordinators = asked.coordinatorKeys.map { key in
                var found = FindCoordinatorResponse.Coordinator()
                (found.key, found.nodeId, found.host, found.port) = (key, 1, "a", 1)
                return found
            }
            return answer
        case is InitProducerIdRequest:
            epoch += 1
            var answer = InitProducerIdResponse()
            (answer.producerId, answer.producerEpoch) = (7, epoch)
            return answer
        case let asked as AddPartitionsToTxnRequest: return added(asked)
        case is AddOffsetsToTxnRequest: return AddOffsetsToTxnResponse()
        case let asked as TxnOffsetCommitRequest: return taken(asked)
        case is EndTxnRequest:
            var answer = EndTxnResponse()
            if isVersion2 {
                epoch += 1
                (answer.producerId, answer.producerEpoch) = (7, epoch)
            }
            return answer
        case let produce as ProduceRequest: return write(produce)
        default: return nil
        }
    }

    private func added(_ request: AddPartitionsToTxnRequest) -> AddPartitionsToTxnResponse {
        var answer = AddPartitionsToTxnResponse()
        answer.resultsByTopicV3AndBelow = request.v3AndBelowTopics.map { topic in
            var entry = AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult()
            entry.name = topic.name
            entry.resultsByPartition = topic.partitions.map { partition in
                var field = AddPartitionsToTxnResponse.AddPartitionsToTxnPartitionResult()
                field.partitionIndex = partition
                return field
            }
            return entry
        }
        return answer
    }

    private func taken(_ request: TxnOffsetCommitRequest) -> TxnOffsetCommitResponse {
        var answer = TxnOffsetCommitResponse()
        answer.topics = request.topics.map { topic in
            var entry = TxnOffsetCommitResponse.TxnOffsetCommitResponseTopic()
            entry.name = topic.name
            entry.partitions = topic.partitions.map { asked in
                var field = TxnOffsetCommitResponse.TxnOffsetCommitResponseTopic.TxnOffsetCommitResponsePartition()
                field.partitionIndex = asked.partitionIndex
                return field
            }
            return entry
        }
        return answer
    }

    private func write(_ request: ProduceRequest) -> ProduceResponse? {
        for data in request.topicData {
            for partition in data.partitionData {
                guard let batch = try? RecordBatch.parse(partition.records?.bytes ?? .empty) else { continue }
                let values = (try? batch.records().map { $0.value?.text ?? "null" }) ?? []
                batches.append((batch.producerId, batch.producerEpoch, batch.baseSequence, batch.isTransactional, values))
            }
        }
        let fault = faults.isEmpty ? ErrorCode.none : faults.removeFirst()
        return try? logs.answer(request) { _ in fault == .none ? nil : fault }
    }

    // MARK: Calls

    /// Makes a call and waits for its end.
    func call(_ make: (Producer, @escaping (ClientError?) -> Void) throws -> Void) throws {
        var outcome: ClientError??
        try make(producer) { outcome = .some($0) }
        #expect(cluster.run(limitMs: 500_000) { outcome != nil })
        if let error = outcome ?? nil { throw error }
    }

    func begin() throws {
        if producer.transactionState == .uninitialized { try call { producer, done in try producer.initTransactions(completion: done) } }
        try producer.beginTransaction()
    }

    func commit() throws { try call { producer, done in try producer.commitTransaction(completion: done) } }
    func abort() throws { try call { producer, done in try producer.abortTransaction(completion: done) } }

    func send(_ value: String, completion: Producer.Completion? = nil) throws {
        let topic = producer.topic("t")
        var failure: ClientError?
        var isTaken = false
        #expect(
            cluster.run(limitMs: 200_000) {
                do throws(ClientError) {
                    isTaken = try producer.offer(topic, key: nil, value: Bytes(value), timestamp: 1, completion: completion) != .mustWait(.metadata)
                } catch {
                    failure = error
                }
                return isTaken || failure != nil
            })
        if let failure { throw failure }
    }

    func versions(of key: APIKey) -> [Int16] { cluster.served.filter { $0.key == key }.map(\.version) }
}

@Suite struct TransactionalProducerTests {
    @Test func withVersion2RecordsGoOutWithoutAddingTheirPartition() throws {
        let scene = try TransactionalScene()
        for round in 0..<3 {
            try scene.begin()
            try scene.send("a\(round)")
            try scene.send("b\(round)")
            try scene.commit()
        }
        #expect(scene.batches.map(\.values) == (0..<3).map { ["a\($0)", "b\($0)"] })
        #expect(scene.batches.map(\.epoch) == [0, 1, 2] && scene.batches.allSatisfy { $0.sequence == 0 && $0.isTransactional && $0.id == 7 })
        #expect(
            scene.cluster.keys.filter { $0 != .metadata && $0 != .findCoordinator } == [
                .initProducerId, .produce, .endTxn, .produce, .endTxn, .produce, .endTxn,
            ])
        #expect(scene.versions(of: .produce).allSatisfy { $0 >= 12 } && scene.versions(of: .endTxn) == [5, 5, 5])
        let produce = scene.cluster.served.compactMap { $0.request as? ProduceRequest }
        #expect(produce.allSatisfy { $0.transactionalId == "tx" })
        #expect(scene.cluster.served.compactMap { $0.request as? FindCoordinatorRequest }.map(\.keyType) == [1])
    }

    @Test func classicallyPartitionsAreAddedFirstAndSequenceNumbersGoOn() throws {
        let scene = try TransactionalScene(version: 1)
        for round in 0..<2 {
            try scene.begin()
            try scene.send("a\(round)")
            try scene.commit()
        }
        #expect(
            scene.cluster.keys.filter { $0 != .metadata && $0 != .findCoordinator } == [
                .initProducerId, .addPartitionsToTxn, .produce, .endTxn, .addPartitionsToTxn, .produce, .endTxn,
            ])
        #expect(scene.batches.map(\.epoch) == [0, 0] && scene.batches.map(\.sequence) == [0, 1])
        #expect(scene.versions(of: .produce).allSatisfy { $0 <= 11 } && scene.versions(of: .endTxn) == [4, 4])
        #expect(scene.versions(of: .addPartitionsToTxn) == [3, 3])
    }

    @Test(arguments: [Int16(1), 2]) func offsetsAreCommittedWithTheTransaction(version: Int16) throws {
        let scene = try TransactionalScene(version: version)
        try scene.begin()
        let group = ConsumerGroupMetadata(groupId: "g", generationId: 4, memberId: "m")
        try scene.call { producer, done in
            try producer.sendOffsets([TopicPartition("in", 0): CommitOffset(8, leaderEpoch: 2, metadata: "x")], group: group, completion: done)
        }
        try scene.commit()
        let request = try #require(scene.cluster.served.compactMap { $0.request as? TxnOffsetCommitRequest }.first)
        #expect(request.groupId == "g" && request.generationId == 4 && request.memberId == "m" && request.producerId == 7)
        let field = try #require(request.topics.first?.partitions.first)
        #expect(field.committedOffset == 8 && field.committedLeaderEpoch == 2 && field.committedMetadata == "x")
        #expect(scene.versions(of: .txnOffsetCommit) == [version >= 2 ? 5 : 4])
        #expect(scene.cluster.keys.contains(.addOffsetsToTxn) == (version < 2))
        #expect(scene.cluster.served.compactMap { $0.request as? FindCoordinatorRequest }.map(\.keyType) == [1, 0])
    }

    @Test func aCommitSendsWhatIsGatheredWithoutWaitingForMore() throws {
        let scene = try TransactionalScene()
        try scene.begin()
        try scene.send("x")
        let began = scene.cluster.now
        try scene.commit()
        #expect(scene.logs.values[0] == ["x"] && scene.cluster.now - began < 1_000)
    }

    @Test(arguments: [Int16(1), 2]) func anAbortGivesUpWhatWasNotSent(version: Int16) throws {
        let scene = try TransactionalScene(version: version)
        try scene.begin()
        var result: Result<RecordMetadata, ClientError>?
        try scene.send("x") { result = $0 }
        try scene.abort()
        #expect(scene.batches.isEmpty)
        guard case .failure(let error)? = result else { Issue.record("the record is lost without a word"); return }
        #expect(error.exceptionName == "TransactionAbortedException")
        try scene.begin()
        try scene.send("y")
        try scene.commit()
        #expect(scene.logs.values[0] == ["y"])
    }

    @Test(arguments: [Int16(1), 2]) func afterARefusedBatchOnlyAnAbortHelpsAndThenAllIsWell(version: Int16) throws {
        let scene = try TransactionalScene(version: version)
        scene.faults = [.none, .invalidRecord]
        try scene.begin()
        try scene.send("a")
        try scene.commit()
        try scene.begin()
        try scene.send("b")
        let failure = #expect(throws: ClientError.self) { try scene.commit() }
        #expect(failure?.code == .invalidRecord && scene.producer.transactionState == .abortableError)
        let refused = #expect(throws: ClientError.self) { try scene.send("c") }
        #expect(refused?.message == "Cannot execute transactional method because we are in an error state")
        #expect(scene.producer.transactionState == .abortableError)
        try scene.abort()
        try scene.begin()
        try scene.send("d")
        try scene.commit()
        #expect(scene.logs.values[0] == ["a", "d"])
        #expect(scene.batches.last?.sequence == 0, "a gap in the sequence is left behind with the epoch")
        #expect(scene.batches.last?.epoch == (version >= 2 ? 2 : 1))
    }

    @Test func aBatchWhoseAnswerIsLostIsWrittenOnce() throws {
        let scene = try TransactionalScene()
        var losses = 2
        scene.override = { [unowned scene] request in
            guard let produce = request as? ProduceRequest, losses > 0 else { return nil }
            losses -= 1
            _ = try? scene.logs.answer(produce)
            scene.cluster.disconnect("a:1")
            return nil
        }
        try scene.begin()
        try scene.send("x")
        try scene.commit()
        #expect(scene.logs.values[0] == ["x"] && losses == 0 && scene.failures.isEmpty)
    }

    @Test func aBatchTooLargeIsSplitUnderItsOwnSequenceNumbers() throws {
        let scene = try TransactionalScene(properties: ["batch.size": "400"])
        scene.logs.maxBatchBytes = 200
        try scene.begin()
        let values = (0..<30).map { "value \($0)" }
        for value in values { try scene.send(value) }
        try scene.commit()
        #expect(scene.logs.values[0] == values)
        #expect(Set(scene.batches.map(\.epoch)) == [0] && scene.failures.isEmpty)
    }

    @Test func batchesBehindOneThatIsTriedAgainFollowItInOrder() throws {
        let scene = try TransactionalScene(properties: ["batch.size": "100", "linger.ms": "0"])
        scene.faults = [.notLeaderOrFollower, .none, .none, .notEnoughReplicas]
        try scene.begin()
        let values = (0..<20).map { "value number \($0) of twenty" }
        for value in values { try scene.send(value) }
        try scene.commit()
        #expect(scene.logs.values[0] == values && scene.failures.isEmpty)
    }

    @Test(arguments: [(ErrorCode.producerFenced, TransactionalProducerState.fatalError), (.invalidProducerEpoch, .abortableError)])
    func aProducerThatWasFencedIsToldByTheLeader(code: ErrorCode, state: TransactionalProducerState) throws {
        let scene = try TransactionalScene()
        scene.faults = [code]
        try scene.begin()
        try scene.send("x")
        let failure = #expect(throws: ClientError.self) { try scene.commit() }
        #expect(failure?.code == code && scene.producer.transactionState == state)
        let refused = #expect(throws: ClientError.self) { try scene.producer.beginTransaction() }
        #expect(refused?.code == code)
        guard state == .abortableError else { return }
        scene.override = { request in
            guard request is EndTxnRequest else { return nil }
            var answer = EndTxnResponse()
            answer.errorCode = .producerFenced
            return answer
        }
        #expect(throws: ClientError(code: .producerFenced)) { try scene.abort() }
        #expect(scene.producer.transactionState == .fatalError)
    }

    @Test func aRecordThatIsTooLargeLeavesItsTransactionToBeAborted() throws {
        let scene = try TransactionalScene(properties: ["max.request.size": "1000"])
        try scene.begin()
        try scene.send("x")
        let failure = #expect(throws: ClientError.self) { try scene.send(String(repeating: "x", count: 2_000)) }
        #expect(failure?.code == .messageTooLarge && scene.producer.transactionState == .abortableError)
        #expect(throws: ClientError.self) { try scene.commit() }
        try scene.abort()
        #expect(scene.producer.transactionState == .ready)
    }

    @Test func aRecordIsRefusedBeforeItsTransactionBegins() throws {
        let scene = try TransactionalScene()
        let early = #expect(throws: ClientError.self) { try scene.send("x") }
        #expect(early?.message == "Cannot add partition t-0 to transaction before completing a call to initTransactions" && early?.kind == .illegalState)
        try scene.begin()
        try scene.commit()
        let late = #expect(throws: ClientError.self) { try scene.send("x") }
        #expect(late?.message == "Cannot add partition t-0 to transaction while in state READY")
        #expect(scene.producer.isIdle && scene.producer.transactionState == .ready)
    }

    @Test func aProducerWithoutTransactionalIdHasNoTransactions() throws {
        let scene = try ProducerScene()
        let failure = #expect(throws: ClientError.self) { try scene.producer.beginTransaction() }
        #expect(
            failure?.message == "Transactional method invoked on a non-transactional producer." && failure?.exceptionClass == "java.lang.IllegalStateException")
    }

    @Test func aBrokerThatIsGoneIsAskedAgainWhenItIsBack() throws {
        let scene = try TransactionalScene()
        try scene.begin()
        try scene.send("x")
        scene.override = { [unowned scene] request in
            guard request is EndTxnRequest else { return nil }
            scene.override = { _ in nil }
            scene.cluster.disconnect("a:1")
            return nil
        }
        try scene.commit()
        #expect(scene.producer.transactionState == .ready)
        #expect(scene.cluster.keys.filter { $0 == .findCoordinator }.count == 2)
    }

    @Test func closingFailsTheCallsThatWait() throws {
        let scene = try TransactionalScene()
        try scene.begin()
        try scene.send("x")
        var outcome: ClientError??
        try scene.producer.commitTransaction { outcome = .some($0) }
        scene.producer.close()
        #expect((outcome ?? nil)?.message == "The producer closed forcefully")
        #expect(scene.failures.map(\.recordCount) == [1])
    }

    @Test func waitingForTransactionsAsksForNoAttentionInThePast() throws {
        let scene = try TransactionalScene(version: 1)
        scene.silent = [.addPartitionsToTxn]
        try scene.begin()
        try scene.send("x")
        try scene.producer.commitTransaction { _ in }
        for step in 0..<50 {
            if step == 25 { scene.silent = [.produce] }
            scene.cluster.settle()
            let next = try #require(scene.cluster.core.nextDeadline)
            #expect(next > scene.cluster.now)
            scene.cluster.now = next
        }
    }
}
