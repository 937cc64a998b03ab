import KafkaProtocol
import Vocabulary

@testable import KafkaClient

/// A port whose requests a test answers by hand.
final class FakeCluster: ConsumerPort {
    struct Sent {
        var id: UInt64
        var request: any Request
        var target: Target
        var reply: (any Response) -> Void
        var refuse: (ClientError) -> Void
    }

    var now: Int64 = 1_000
    var metadata = ClusterMetadata()
    var retryBackoffMs = 100
    var requestTimeoutMs = 30_000
    var tracksAllTopics = false
    var allowsAutoTopicCreation = true
    var sent: [Sent] = []
    var refreshes = 0
    private var nextId: UInt64 = 0

    init(topics: [String: Int32] = [:]) {
        metadata.brokers = [1: ClusterMetadata.Broker(id: 1, host: "localhost", port: 9092)]
        metadata.updatedAt = 0
        for (name, count) in topics { add(name, partitions: count) }
    }

    func add(_ name: String, partitions: Int32, leaderEpoch: Int32 = 0) {
        let id = Uuid(high: 1, low: UInt64(name.utf8.reduce(0) { $0 &* 31 &+ Int($1) }))
        metadata.topics[name] = ClusterMetadata.Topic(
            name: name, id: id, partitions: (0..<partitions).map { ClusterMetadata.Partition(index: $0, leader: 1, leaderEpoch: leaderEpoch) })
        metadata.topicNames[id] = name
        metadata.version += 1
    }

    func submit<R: Request>(
        to target: Target, options: RequestOptions, build: @escaping (Int16) -> R, retryCode: ((R.Response) -> ErrorCode)?,
        completion: @escaping (Result<R.Response, ClientError>) -> Void
    ) -> RequestID {
        nextId += 1
        let version = options.versions?.upperBound ?? R.versions.upperBound
        sent.append(
            Sent(
                id: nextId, request: build(version), target: target,
                reply: { response in if let response = response as? R.Response { completion(.success(response)) } },
                refuse: { completion(.failure($0)) }))
        return RequestID(value: nextId)
    }

    func cancel(_ id: RequestID) { sent.removeAll { $0.id == id.value } }
    func track(_ topics: some Sequence<String>) {}
    func refreshMetadata() { refreshes += 1 }
    func forgetCoordinator(_ target: Target) {}
    var outage: String?
    var obstacles: [Target: Obstacle] = [:]
    func obstacle(to target: Target, silentAfterMs: Int64) -> Obstacle? { obstacles[target] }

    /// The oldest unanswered request of a kind.
    func next<R: Request>(_ type: R.Type) -> R? { sent.first { $0.request is R }?.request as? R }

    /// Answers the oldest unanswered request of a kind.
    @discardableResult
    func answer<R: Request>(_ type: R.Type, _ make: (R) -> R.Response) -> R? {
        guard let at = sent.firstIndex(where: { $0.request is R }), let request = sent[at].request as? R else { return nil }
        let entry = sent.remove(at: at)
        entry.reply(make(request))
        return request
    }
}

/// A consumer in a group of its own over a fake cluster.
struct ConsumerScene {
    let cluster: FakeCluster
    let consumer: Consumer

    init(_ topics: [String: Int32], _ configure: (inout ConsumerConfig) -> Void = { _ in }) {
        cluster = FakeCluster(topics: topics)
        var config = ConsumerConfig(groupId: "g")
        config.assignors = [.range]
        configure(&config)
        consumer = Consumer(port: cluster, config: config, memberId: "me", wallClockMs: { 1_000_000 })
    }

    func advance(_ ms: Int64 = 0) {
        cluster.now += ms
        consumer.advance(now: cluster.now)
    }

    /// Joins as the only member, with the given committed offsets (others have none).
    func join(generation: Int32 = 1, committed: [TopicPartition: Int64] = [:]) {
        advance()
        lead(generation: generation)
        advance()
        answerCommitted(committed)
        advance()
    }

    func lead(generation: Int32) {
        cluster.answer(JoinGroupRequest.self) { request in
            var answer = JoinGroupResponse()
            answer.generationId = generation
            answer.memberId = "member-1"
            answer.leader = "member-1"
            answer.protocolName = request.protocols.first?.name
            var member = JoinGroupResponse.JoinGroupResponseMember()
            member.memberId = "member-1"
            member.metadata = request.protocols.first?.metadata ?? .empty
            answer.members = [member]
            return answer
        }
        cluster.answer(SyncGroupRequest.self) { request in
            var answer = SyncGroupResponse()
            answer.assignment = request.assignments.first?.assignment ?? .empty
            return answer
        }
    }

    func answerCommitted(_ committed: [TopicPartition: Int64]) {
        cluster.answer(OffsetFetchRequest.self) { request in
            var answer = OffsetFetchResponse()
            var group = OffsetFetchResponse.OffsetFetchResponseGroup()
            for asked in request.groups.first?.topics ?? [] {
                var topic = OffsetFetchResponse.OffsetFetchResponseGroup.OffsetFetchResponseTopics()
                topic.name = asked.name
                for partition in asked.partitionIndexes {
                    var field = OffsetFetchResponse.OffsetFetchResponseGroup.OffsetFetchResponseTopics.OffsetFetchResponsePartitions()
                    field.partitionIndex = partition
                    field.committedOffset = committed[TopicPartition(asked.name, partition)] ?? -1
                    topic.partitions.append(field)
                }
                group.topics.append(topic)
            }
            answer.groups = [group]
            return answer
        }
    }

    /// Answers ListOffsets with the same offset for every partition.
    func answerOffsets(_ offset: Int64) -> ListOffsetsRequest? {
        cluster.answer(ListOffsetsRequest.self) { request in
            var answer = ListOffsetsResponse()
            for asked in request.topics {
                var topic = ListOffsetsResponse.ListOffsetsTopicResponse()
                topic.name = asked.name
                for partition in asked.partitions {
                    var field = ListOffsetsResponse.ListOffsetsTopicResponse.ListOffsetsPartitionResponse()
                    field.partitionIndex = partition.partitionIndex
                    field.offset = offset
                    topic.partitions.append(field)
                }
                answer.topics.append(topic)
            }
            return answer
        }
    }

    /// Answers a fetch with records for one partition.
    @discardableResult
    func answerFetch(
        _ partition: TopicPartition, _ records: Bytes, error: ErrorCode = .none, aborted: [(Int64, Int64)] = []
    ) -> FetchRequest? {
        cluster.answer(FetchRequest.self) { _ in
            var answer = FetchResponse()
            answer.sessionId = 7
            var topic = FetchResponse.FetchableTopicResponse()
            topic.topicId = cluster.metadata.topic(partition.topic)?.id ?? .zero
            var field = FetchResponse.FetchableTopicResponse.PartitionData()
            field.partitionIndex = partition.partition
            field.errorCode = error
            field.records = .bytes(records)
            field.abortedTransactions = aborted.map { producer, first in
                var entry = FetchResponse.FetchableTopicResponse.PartitionData.AbortedTransaction()
                entry.producerId = producer
                entry.firstOffset = first
                return entry
            }
            topic.partitions = [field]
            answer.responses = [topic]
            return answer
        }
    }

    /// All values that can be had now.
    func values() throws -> [String] {
        var values: [String] = []
        while let records = try consumer.poll() {
            try records.forEach { record, _ in
                values.append(record.value?.text ?? "null")
                return true
            }
        }
        return values
    }
}
