import KafkaProtocol
import Testing
import Vocabulary

@testable import KafkaClient

/// A broker's log of each partition, with the checks of sequence numbers that Kafka makes (five batches remembered for each producer).
final class SequencedLogs {
    struct State {
        var epoch: Int16 = -1
        var next: Int64 = 0
        var recent: [(first: Int32, last: Int32, offset: Int64)] = []
    }

    var values: [Int32: [String]] = [:]
    var batchSizes: [Int] = []
    var batchCounts: [Int32] = []
    private var states: [Int32: State] = [:]
    var maxBatchBytes = Int.max

    func append(_ bytes: Bytes, partition: Int32) throws -> (ErrorCode, Int64) {
        let batch = try RecordBatch.parse(bytes)
        guard batch.isCrcValid, batch.bytes.count == bytes.count else { return (.corruptMessage, -1) }
        guard bytes.count <= maxBatchBytes else { return (.messageTooLarge, -1) }
        let end = Int64(values[partition]?.count ?? 0)
        if batch.hasProducerId {
            var state = states[partition] ?? State()
            if batch.producerEpoch < state.epoch { return (.invalidProducerEpoch, -1) }
            if batch.producerEpoch == state.epoch {
                if let known = state.recent.first(where: { $0.first == batch.baseSequence && $0.last == batch.lastSequence }) {
                    return (.none, known.offset)
                }
                if Int64(batch.baseSequence) != state.next { return (.outOfOrderSequenceNumber, -1) }
            } else if batch.baseSequence != 0 {
                return (.outOfOrderSequenceNumber, -1)
            } else {
                state = State(epoch: batch.producerEpoch)
            }
            state.next = Int64(batch.lastSequence) + 1
            state.recent = Array((state.recent + [(batch.baseSequence, batch.lastSequence, end)]).suffix(5))
            states[partition] = state
        }
        batchSizes.append(bytes.count)
        batchCounts.append(batch.count)
        values[partition, default: []] += try batch.records().map { $0.value?.text ?? "null" }
        return (.none, end)
    }

    /// As after a loss of the newest records.
    func forget(_ partition: Int32) { states[partition]?.next -= 1 }

    func answer(_ request: ProduceRequest, fault: (Int32) -> ErrorCode? = { _ in nil }) throws -> ProduceResponse {
        var response = ProduceResponse()
        for data in request.topicData {
            var topic = ProduceResponse.TopicProduceResponse()
            topic.name = data.name
            topic.topicId = data.topicId
            for partition in data.partitionData {
                var answer = ProduceResponse.TopicProduceResponse.PartitionProduceResponse()
                answer.index = partition.index
                if let code = fault(partition.index) {
                    answer.errorCode = code
                } else {
                    (answer.errorCode, answer.baseOffset) = try append(partition.records?.bytes ?? .empty, partition: partition.index)
                }
                topic.partitionResponses.append(answer)
            }
            response.responses.append(topic)
        }
        return response
    }
}

/// A producer on a scripted cluster with a topic `t`.
final class ProducerScene {
    let cluster: ScriptedCluster
    let producer: Producer
    let logs = SequencedLogs()
    var failures: [FailedBatch] = []
    var leaders: [Int32]
    var addresses: [Int32: String] = [1: "a:1"]
    var topicError = ErrorCode.none
    /// Decides what happens to a Produce request: an error for a partition, silence before or after the append.
    var fault: (Int32) -> ErrorCode? = { _ in nil }
    var isSilent: () -> (before: Bool, after: Bool) = { (false, false) }
    var producerIds: Int64 = 4_000
    var givesNoIds = false
    var produceRequests = 0

    init(partitions: Int = 1, properties: [String: String] = [:]) throws {
        cluster = try ScriptedCluster(properties: properties)
        leaders = [Int32](repeating: 1, count: partitions)
        producer = Producer(cluster.core, config: try ProducerConfig(properties: properties), seed: 3)
        for address in ["a:1", "b:2"] { cluster.brokers[address] = .answers { [unowned self] request, _ in serve(request) } }
        producer.onFailure = { [unowned self] in failures.append($0) }
    }

    private func serve(_ request: any Request) -> (any Response)? {
        switch request {
        case let asked as MetadataRequest:
            var answer = metadata(addresses, topics: asked.topics?.isEmpty == true ? [:] : ["t": topicError == .none ? leaders : []])
            if !answer.topics.isEmpty { answer.topics[0].errorCode = topicError }
            return answer
        case is InitProducerIdRequest:
            if givesNoIds { return nil }
            var answer = InitProducerIdResponse()
            producerIds += 1
            answer.producerId = producerIds
            return answer
        case let produce as ProduceRequest:
            produceRequests += 1
            let silence = isSilent()
            if silence.before { return nil }
            let answer = try? logs.answer(produce, fault: fault)
            return silence.after || produce.acks == 0 ? nil : answer
        default: return nil
        }
    }

    /// Offers a record, letting time pass while it must wait.
    @discardableResult
    func send(_ value: String, key: String? = nil, completion: Producer.Completion? = nil) throws -> Bool {
        let topic = producer.topic("t")
        var isTaken = false
        var failure: ClientError?
        let settled = cluster.run(limitMs: 200_000) {
            do throws(ClientError) {
                if case .accepted = try offer(topic, value, key, completion) { isTaken = true }
            } catch {
                failure = error
            }
            return isTaken || failure != nil
        }
        if let failure { throw failure }
        return settled && isTaken
    }

    private func offer(_ topic: ProducerTopic, _ value: String, _ key: String?, _ completion: Producer.Completion?) throws(ClientError) -> Producer.Admission {
        let (k, v) = (Bytes(key ?? ""), Bytes(value))
        return try k.withUnsafeBytes { k throws(ClientError) in
            try v.withUnsafeBytes { v throws(ClientError) in
                try producer.offer(topic, key: key == nil ? nil : k, value: v, timestamp: 1_700_000_000_000, completion: completion)
            }
        }
    }

    func flush() -> Bool {
        producer.flush()
        return cluster.run(limitMs: 400_000) {
            producer.flush()
            return producer.isIdle
        }
    }
}

@Suite struct ProducerTests {
    @Test func aBatchThatWaitsForAnIdentityAsksForNoAttentionUntilThen() throws {
        let scene = try ProducerScene()
        scene.givesNoIds = true
        #expect(try scene.send("x"))
        let lingered = scene.cluster.now + 100
        _ = scene.cluster.run { scene.cluster.now >= lingered }
        scene.cluster.settle()
        #expect(scene.cluster.keys.contains(.initProducerId))
        #expect(try #require(scene.cluster.core.nextDeadline) > scene.cluster.now, "a deadline that has passed keeps a driver from waiting")
    }

    @Test func whileATopicIsMissingBrokersAreAskedAtAPace() throws {
        let scene = try ProducerScene()
        scene.topicError = .unknownTopicOrPartition
        let topic = scene.producer.topic("t")
        for _ in 0..<2_000 {
            #expect(try scene.producer.offer(topic, key: nil, value: Bytes("x"), timestamp: 0) == .mustWait(.metadata))
            scene.cluster.settle()
            scene.cluster.now += 1
        }
        #expect((4...40).contains(scene.cluster.keys.filter { $0 == .metadata }.count))
    }

    @Test func whatWasWrittenIsToldInRunsOfEqualTimes() throws {
        let scene = try ProducerScene(properties: ["batch.size": "200"])
        var written: [WrittenBatch] = []
        scene.producer.onWritten = { written.append($0) }
        for index in 0..<20 {
            scene.producer.tag = index < 10 ? 0 : 1
            try scene.send("value\(index)", key: "k")
        }
        #expect(scene.flush())
        #expect(written.count > 1 && written.map(\.sizeInBytes) == scene.logs.batchSizes)
        let runs = written.flatMap(\.runs)
        #expect(runs.filter { $0.tag == 0 }.reduce(0) { $0 + $1.count } == 10 && runs.filter { $0.tag == 1 }.reduce(0) { $0 + $1.count } == 10)
        #expect(runs.reduce(0) { $0 + $1.bytes } == 10 * 7 + 10 * 8 && runs.allSatisfy { $0.timestamp == 1_700_000_000_000 })
        // Where nothing changes a batch is one run, and offsets follow one another.
        #expect(written.allSatisfy { $0.runs.count == Set($0.runs.map(\.tag)).count })
        var next: Int64 = 0
        for batch in written {
            #expect(batch.baseOffset == next && batch.topic == "t" && batch.partition == 0)
            next += Int64(batch.runs.reduce(0) { $0 + $1.count })
        }
    }

    @Test func theRunsOfABatchThatIsSplitStayWithTheirRecords() throws {
        let scene = try ProducerScene(properties: ["linger.ms": "1000"])
        scene.logs.maxBatchBytes = 600
        var written: [WrittenBatch] = []
        scene.producer.onWritten = { written.append($0) }
        for index in 0..<30 {
            scene.producer.tag = index % 3
            try scene.send(String(repeating: "x", count: 20 + index))
        }
        #expect(scene.flush() && scene.failures.isEmpty && written.count > 1)
        let runs = written.sorted { $0.baseOffset < $1.baseOffset }.flatMap(\.runs)
        #expect(runs.map(\.tag) == (0..<30).map { $0 % 3 } && runs.map(\.bytes) == (0..<30).map { 20 + $0 })
    }

    @Test func recordsArriveInOrderOnTheirKeysPartition() throws {
        let scene = try ProducerScene(partitions: 3)
        for index in 0..<300 { try scene.send("v\(index)", key: "key\(index % 7)") }
        #expect(scene.flush())
        for index in 0..<7 {
            let partition = Bytes("key\(index)").withUnsafeBytes { Murmur2.partition(forKey: $0, count: 3) }
            let mine = (0..<300).filter { $0 % 7 == index }.map { "v\($0)" }
            #expect(scene.logs.values[partition]?.filter { mine.contains($0) } == mine)
        }
        #expect(scene.failures.isEmpty)
    }

    /// A log that has nothing of a producer would take the second for the beginning, and the first never finds its place.
    @Test func nothingIsSentBehindTheFirstBatchBeforeThatIsAcknowledged() throws {
        let scene = try ProducerScene(properties: ["linger.ms": "0"])
        scene.isSilent = { (true, true) }
        try scene.send("x")
        scene.cluster.settle()
        try scene.send("y")
        scene.cluster.settle()
        #expect(scene.produceRequests == 1)
        scene.isSilent = { (false, false) }
        #expect(scene.flush() && scene.failures.isEmpty && scene.logs.values[0] == ["x", "y"])
        scene.isSilent = { (true, true) }
        let before = scene.produceRequests
        for value in ["1", "2", "3"] {
            try scene.send(value)
            scene.cluster.settle()
        }
        #expect(scene.produceRequests == before + 3, "later ones need not wait for one another")
    }

    /// The new leader may have what the old one has not acknowledged, and remembers five batches.
    @Test func nothingIsSentToANewLeaderBeforeTheOldOneHasAnswered() throws {
        let scene = try ProducerScene(properties: ["linger.ms": "0", "request.timeout.ms": "500"])
        scene.addresses = [1: "a:1", 2: "b:2"]
        try scene.send("w")
        #expect(scene.flush())
        scene.isSilent = { (false, true) }
        try scene.send("x")
        scene.cluster.settle()
        scene.isSilent = { (false, false) }
        scene.leaders = [2]
        let core = scene.cluster.core, id = try #require(core.metadata.topic("t")?.id)
        core.metadata.brokers[2] = ClusterMetadata.Broker(id: 2, host: "b", port: 2)
        core.metadata.topics["t"] = ClusterMetadata.Topic(name: "t", id: id, partitions: [.init(index: 0, leader: 2, leaderEpoch: 1)])
        try scene.send("y")
        _ = scene.cluster.run(limitMs: 300) { false }
        func hasAsked(_ address: String) -> Bool { scene.cluster.served.contains { $0.address == address && $0.key == .produce } }
        #expect(!hasAsked("b:2"))
        #expect(scene.flush() && scene.failures.isEmpty && scene.logs.values[0] == ["w", "x", "y"] && hasAsked("b:2"))
    }

    @Test(arguments: 0..<40) func everyRecordArrivesOnceAndInOrderThroughFaults(seed: Int) throws {
        let properties = ["batch.size": "200", "linger.ms": "0", "request.timeout.ms": "500", "delivery.timeout.ms": "500000"]
        let scene = try ProducerScene(partitions: 2, properties: properties)
        var random = SeededGenerator(seed: UInt64(seed))
        let retriable: [ErrorCode] = [.notLeaderOrFollower, .notEnoughReplicas, .requestTimedOut, .unknownTopicOrPartition, .kafkaStorageError]
        var faults = 60
        func strikes(_ chance: Int) -> Bool {
            guard faults > 0, random.below(100) < chance else { return false }
            faults -= 1
            return true
        }
        scene.fault = { _ in strikes(15) ? retriable[random.below(retriable.count)] : nil }
        scene.isSilent = { (strikes(4), strikes(6)) }
        for index in 0..<600 {
            try scene.send("v\(index)", key: index % 2 == 0 ? "a" : "b")
            if strikes(1) { scene.cluster.disconnect("a:1") }
        }
        #expect(scene.flush())
        #expect(scene.failures.isEmpty)
        for (rest, key) in [(0, "a"), (1, "b")] {
            let partition = Bytes(key).withUnsafeBytes { Murmur2.partition(forKey: $0, count: 2) }
            let mine = (0..<600).filter { $0 % 2 == rest }.map { "v\($0)" }
            #expect(scene.logs.values[partition]?.filter(Set(mine).contains) == mine, "seed \(seed)")
        }
    }

    @Test func aSequenceThatTheBrokerLostFailsItsBatchAndTheNextGoOnUnderANewEpoch() throws {
        let scene = try ProducerScene(properties: ["linger.ms": "0"])
        try scene.send("one")
        #expect(scene.flush())
        scene.logs.forget(0)
        try scene.send("two")
        #expect(scene.flush())
        #expect(scene.failures.map(\.error.code) == [.outOfOrderSequenceNumber])
        try scene.send("three")
        #expect(scene.flush())
        #expect(scene.logs.values[0] == ["one", "three"])
        #expect(scene.failures.count == 1 && scene.producerIds == 4_001)
    }

    @Test func aBatchTooLargeForTheBrokerIsSplit() throws {
        let scene = try ProducerScene(properties: ["batch.size": "4000", "compression.type": "none"])
        scene.logs.maxBatchBytes = 900
        var offsets: [Int64] = []
        for index in 0..<30 {
            try scene.send(String(repeating: "x", count: 90) + "\(index)") { if case .success(let written) = $0 { offsets.append(written.offset) } }
        }
        #expect(scene.flush())
        #expect(scene.failures.isEmpty)
        #expect(scene.logs.values[0]?.map { String($0.dropFirst(90)) } == (0..<30).map { "\($0)" })
        #expect(offsets == (0..<30).map { Int64($0) })
    }

    @Test func whatIsTooLargeIsRefusedWithKafkasWords() throws {
        let scene = try ProducerScene(properties: ["max.request.size": "100"])
        let error = #expect(throws: ClientError.self) { try scene.send(String(repeating: "y", count: 196)) }
        #expect(
            error?.message
                == "The message is 282 bytes when serialized which is larger than 100, which is the value of the max.request.size configuration.")
        #expect(error?.exceptionName == "RecordTooLargeException")
    }

    @Test func fullMemoryMakesTheCallerWaitUntilBatchesAreWritten() throws {
        let scene = try ProducerScene(properties: ["batch.size": "1000", "buffer.memory": "2500", "linger.ms": "100000", "delivery.timeout.ms": "200000"])
        let topic = scene.producer.topic("t")
        #expect(try scene.send("first"))
        var waits = 0
        for _ in 0..<100 {
            let value = Bytes(String(repeating: "z", count: 100))
            var isTaken = false
            while !isTaken {
                let admission = try value.withUnsafeBytes { value throws(ClientError) in
                    try scene.producer.offer(topic, key: nil, value: value, timestamp: 1)
                }
                if case .mustWait(.memory(1000)) = admission { waits += 1 }
                if case .accepted = admission { isTaken = true } else { scene.cluster.settle() }
                #expect(scene.producer.memoryInUse <= 2500)
            }
        }
        #expect(waits > 3)
        #expect(scene.flush())
        #expect(scene.logs.values[0]?.count == 101 && scene.producer.memoryInUse == 0)
    }

    @Test func withoutAcknowledgementsNothingIsWaitedForAndNoIdIsAskedFor() throws {
        let scene = try ProducerScene(properties: ["acks": "0"])
        var written: [RecordMetadata] = []
        try scene.send("x") { if case .success(let metadata) = $0 { written.append(metadata) } }
        #expect(scene.flush())
        #expect(written.map(\.offset) == [-1])
        #expect(scene.logs.values[0] == ["x"] && !scene.cluster.keys.contains(.initProducerId))
    }

    @Test func aRecordWithoutALeaderExpiresAfterTheDeliveryTimeout() throws {
        let scene = try ProducerScene(properties: ["delivery.timeout.ms": "31000", "linger.ms": "0"])
        scene.leaders = [-1]
        try scene.send("x")
        let start = scene.cluster.now
        #expect(scene.flush())
        #expect(scene.cluster.now - start == 31_000)
        #expect(scene.failures.first?.error.message == "Expiring 1 record(s) for t-0:31000 ms has passed since batch creation")
    }

    @Test func retriesEndWhenTheyAreUsedUp() throws {
        let scene = try ProducerScene(properties: ["retries": "3", "linger.ms": "0"])
        scene.fault = { _ in .notEnoughReplicas }
        try scene.send("x")
        #expect(scene.flush())
        #expect(scene.produceRequests == 4)
        #expect(scene.failures.map(\.error.code) == [.notEnoughReplicas])
    }

    @Test func anInvalidTopicIsRefusedAtOnceAndAMissingOneAwaited() throws {
        let scene = try ProducerScene()
        scene.topicError = .invalidTopicException
        let error = #expect(throws: ClientError.self) { try scene.send("x") }
        #expect(error?.message == "Invalid topics: [t]")
        let other = try ProducerScene()
        other.topicError = .unknownTopicOrPartition
        #expect(try !other.send("x"))
        let blocked = other.producer.blocked(.metadata, other.producer.topic("t"))
        #expect(blocked.message == "Topic t not present in metadata after 60000 ms." && blocked.reason != nil)
    }

    @Test func noReachableBrokerIsReportedWithinSeconds() throws {
        let scene = try ProducerScene()
        scene.cluster.brokers["a:1"] = .refuses
        let start = scene.cluster.now
        let error = #expect(throws: ClientError.self) { try scene.send("x") }
        #expect(error?.kind == .unreachable && error?.reason?.contains("refused") == true)
        #expect(scene.cluster.now - start < 5_000)
    }

    @Test func recordsWithoutKeyStayOnAPartitionForABatchAndThenMove() throws {
        let scene = try ProducerScene(partitions: 4, properties: ["batch.size": "1000", "linger.ms": "10"])
        var order: [Int32] = []
        for index in 0..<1200 { try scene.send("value \(index)") { if case .success(let written) = $0 { order.append(written.partition) } } }
        #expect(scene.flush())
        let counts = scene.logs.values.mapValues(\.count)
        #expect(counts.count == 4 && counts.values.reduce(0, +) == 1200)
        #expect(scene.logs.batchSizes.allSatisfy { $0 <= 1000 } && scene.logs.batchSizes.count <= 60)
    }

    @Test(arguments: ["gzip", "snappy", "lz4", "zstd"]) func compressedBatchesFillUpToTheirSize(codec: String) throws {
        let scene = try ProducerScene(properties: ["batch.size": "4000", "compression.type": codec])
        for index in 0..<3000 { try scene.send("the same words again and again \(index % 10)") }
        #expect(scene.flush())
        #expect(scene.logs.values[0]?.count == 3000)
        #expect(scene.logs.batchSizes.allSatisfy { $0 <= 4200 })
        #expect((scene.logs.batchCounts.max() ?? 0) > scene.logs.batchCounts[0] + 10)
    }

    @Test func fullBatchesGrowWhileTheyWaitUnlessASizeWasAskedFor() throws {
        for (properties, grows) in [([:], true), (["batch.size": "16384"], false)] {
            let scene = try ProducerScene(partitions: 2, properties: properties)
            try scene.send("first")
            #expect(scene.flush())
            let topic = scene.producer.topic("t")
            let value = Bytes(String(repeating: "v", count: 100))
            for _ in 0..<20_000 { _ = try scene.producer.offer(topic, key: nil, value: value, timestamp: 1) }
            #expect(scene.flush())
            #expect(scene.logs.values.values.map(\.count).reduce(0, +) == 20_001 && scene.failures.isEmpty)
            let largest = scene.logs.batchSizes.max() ?? 0
            #expect(grows ? largest > 200_000 && largest <= 512 << 10 : largest <= 16_384)
        }
    }

    @Test func idempotenceGivesWayToOtherPropertiesUnlessItWasAskedFor() throws {
        #expect(try ProducerConfig(properties: ["acks": "1"]).isIdempotent == false)
        #expect(throws: ClientError.self) { try ProducerConfig(properties: ["acks": "1", "enable.idempotence": "true"]) }
        let huge = ["linger.ms", "max.block.ms", "retry.backoff.ms", "retry.backoff.max.ms", "buffer.memory"].reduce(into: [:]) { $0[$1] = "\(Int64.max)" }
        let scene = try ProducerScene(properties: huge)
        try scene.send("x")
        #expect(scene.flush())
        let error = #expect(throws: ClientError.self) { try ProducerConfig(properties: ["acks": "7"]) }
        #expect(error?.message == "Invalid value 7 for configuration acks: String must be one of: all, -1, 0, 1")
    }
}
