import KafkaProtocol
import Vocabulary

/// What a broker has of a partition from an offset on, whether or not it leads the partition.
public struct ReplicaRecords: Sendable {
    /// `none`, or why the broker gave nothing.
    public let errorCode: ErrorCode
    /// The offset below which records are committed as far as this replica knows; -1 with an error.
    public let highWatermark: Int64
    /// Record batches one after another; the last may be cut short. Records that are not committed are among them.
    public let records: Bytes

    public init(errorCode: ErrorCode = .none, highWatermark: Int64, records: Bytes = .empty) {
        (self.errorCode, self.highWatermark, self.records) = (errorCode, highWatermark, records)
    }
}

/// A fetch from every broker that has replicas of some partitions.
public struct ReplicaFetch: Sendable {
    /// The partitions of which each broker has a replica.
    public var partitions: [Int32: [TopicPartition]]
    /// Where reading begins.
    public var offsets: [TopicPartition: Int64]
    /// The ids of the partitions' topics.
    public var topicIds: [String: Uuid]
    /// Bytes of each partition that one answer may hold.
    public var maxBytes: Int32
    /// Milliseconds that a broker may wait for a byte.
    public var maxWaitMs: Int32

    public init(partitions: [Int32: [TopicPartition]], offsets: [TopicPartition: Int64], topicIds: [String: Uuid], maxBytes: Int32, maxWaitMs: Int32) {
        (self.partitions, self.offsets, self.topicIds) = (partitions, offsets, topicIds)
        (self.maxBytes, self.maxWaitMs) = (maxBytes, maxWaitMs)
    }

    /// The replica id of whoever looks at replicas without being one: any replica answers it, not only the leader, and with all that its log has.
    static let debuggingConsumerId: Int32 = -2

    fileprivate func request(to broker: Int32) -> FetchRequest {
        var request = FetchRequest()
        request.replicaId = Self.debuggingConsumerId
        request.replicaState.replicaId = Self.debuggingConsumerId
        request.maxWaitMs = maxWaitMs
        request.minBytes = 1
        request.topics = Dictionary(grouping: partitions[broker] ?? [], by: \.topic).sorted { $0.key < $1.key }.map { name, partitions in
            var topic = FetchRequest.FetchTopic()
            topic.topic = name
            topic.topicId = topicIds[name] ?? .zero
            topic.partitions = partitions.sorted().map { partition in
                var entry = FetchRequest.FetchTopic.FetchPartition()
                entry.partition = partition.partition
                entry.fetchOffset = offsets[partition] ?? 0
                entry.logStartOffset = 0
                entry.partitionMaxBytes = maxBytes
                return entry
            }
            return topic
        }
        return request
    }

    fileprivate func read(_ response: FetchResponse, names: [Uuid: String]) -> Result<[TopicPartition: ReplicaRecords], ClientError> {
        if let failure = response.errorCode.failure() { return .failure(failure) }
        var found: [TopicPartition: ReplicaRecords] = [:]
        for topic in response.responses {
            guard let name = topic.topic.isEmpty ? names[topic.topicId] : topic.topic else { continue }
            for partition in topic.partitions {
                let records = partition.errorCode == .none ? partition.records?.bytes ?? .empty : .empty
                found[TopicPartition(name, partition.partitionIndex)] = ReplicaRecords(
                    errorCode: partition.errorCode, highWatermark: partition.errorCode == .none ? partition.highWatermark : -1, records: records)
            }
        }
        return .success(found)
    }
}

extension Admin {
    /// Fetches from all brokers at once, each answering for its own replica of a partition. A broker that does not answer is one failure, and not
    /// asked again.
    /// - Parameter patienceMs: milliseconds for connections and answers, on top of what the brokers may wait.
    public func fetchReplicas(_ fetch: ReplicaFetch, patienceMs: Int) -> [Int32: Result<[TopicPartition: ReplicaRecords], ClientError>] {
        let names = Dictionary(fetch.topicIds.map { ($1, $0) }) { first, _ in first }
        var options = RequestOptions(timeoutMs: patienceMs + Int(fetch.maxWaitMs), retry: .no, call: "fetch")
        options.heldMs = Int(fetch.maxWaitMs)
        options.closesLateConnection = true
        let brokers = fetch.partitions.keys.sorted()
        let answers = sender.sendAll(brokers.map { Call(fetch.request(to: $0), to: .node($0)) }, options: options)
        return Dictionary(zip(brokers, answers.map { $0.flatMap { fetch.read($0, names: names) } })) { first, _ in first }
    }
}
