import KafkaProtocol
import Vocabulary

/// What the part of an answer that is about one partition means for the call.
enum PartitionOutcome<Value> {
    case done(Value)
    /// It may succeed later, perhaps at another broker.
    case again(ErrorCode)
    case failed(ClientError)

    /// What an answer with an error code means: the value counts where there is no error.
    init(_ code: ErrorCode, _ value: Value) {
        self = code.isRetriable ? .again(code) : code.failure().map { .failed($0) } ?? .done(value)
    }
}

/// A call about partitions, of which each is answered by itself.
struct PartitionCall<R: Request, Value> {
    /// What Java's admin client calls it, such as `listOffsets`.
    let name: String
    /// A narrower range of versions than the client speaks; nil for all of them.
    var versions: ClosedRange<Int16>?
    /// The request to one broker.
    let build: (_ partitions: [TopicPartition]) -> R
    let read: (_ response: R.Response) -> [TopicPartition: PartitionOutcome<Value>]
}

extension Admin {
    /// Asks the leaders of the partitions in parallel, or one broker about all of them; moved leaders are followed until the deadline.
    /// - Parameter broker: who is asked, whoever leads; nil for the leaders.
    func ask<R: Request, Value>(
        about partitions: Set<TopicPartition>, broker: Int32? = nil, _ call: PartitionCall<R, Value>
    ) throws(ClientError) -> [TopicPartition: Result<Value, ClientError>] {
        let deadline = deadline
        var results: [TopicPartition: Result<Value, ClientError>] = [:]
        var open = partitions
        var attempt = 0
        while !open.isEmpty {
            var brokers = try leaders(of: open, call: call.name)
            if let broker { try redirect(&brokers, to: broker, R.apiKey, call: call.name) }
            // A topic that was created a moment ago may be unknown to the broker asked, but not for long.
            let isLast = sender.core.now >= deadline
            var byBroker: [Int32: [TopicPartition]] = [:]
            for partition in open {
                switch brokers[partition] {
                case .success(let broker): byBroker[broker, default: []].append(partition)
                case .failure(let error):
                    if isLast || !error.isRetriable || (error.code == .unknownTopicOrPartition && attempt >= 2) { results[partition] = .failure(error) }
                case nil: results[partition] = .failure(ClientError(code: .unknownTopicOrPartition))
                }
            }
            var passing: [TopicPartition: ErrorCode] = brokers.compactMapValues { if case .failure(let error) = $0 { error.code } else { nil } }
            round(call, byBroker, isLast: isLast, into: &results, passing: &passing)
            open = open.filter { results[$0] == nil }
            if open.isEmpty { break }
            attempt += 1
            let obstacles = passing.filter { open.contains($0.key) }.map { Obstacle.partitions(topic: $0.key.topic, [$0.key.partition], $0.value) }
            try sender.pause(ms: min(100 << min(attempt, 4), 1_000), obstacles: obstacles.merged)
        }
        return results
    }

    /// One round: a request to each broker. What may succeed later gets no result, but is `passing`, unless this is the last round.
    private func round<R: Request, Value>(
        _ call: PartitionCall<R, Value>, _ byBroker: [Int32: [TopicPartition]], isLast: Bool, into results: inout [TopicPartition: Result<Value, ClientError>],
        passing: inout [TopicPartition: ErrorCode]
    ) {
        let parts = byBroker.sorted { $0.key < $1.key }
        var options = options(call.name)
        options.retry = .no
        options.versions = call.versions
        let answers = sender.perform(parts.map { .node($0.key) }, options: options, build: { _, index in call.build(parts[index].value) }, retryCode: nil)
        for (answer, part) in zip(answers, parts) {
            switch answer {
            case .failure(let error):
                let mayComeBack = error.kind == .disconnected && !isLast
                if !mayComeBack { for partition in part.value { results[partition] = .failure(error) } }
            case .success(let response):
                for (partition, outcome) in call.read(response) {
                    switch outcome {
                    case .done(let value): results[partition] = .success(value)
                    case .failed(let error): results[partition] = .failure(error)
                    case .again(let code):
                        if isLast { results[partition] = .failure(ClientError(code: code)) }
                        passing[partition] = code
                    }
                }
                guard isLast else { continue }
                for partition in part.value where results[partition] == nil {
                    results[partition] = .failure(ClientError(code: .unknownServerError, message: "The broker's answer says nothing of \(partition)."))
                }
            }
        }
    }

    /// The leader of each partition, freshly asked. Texts of failures that stay are those of Java's `PartitionLeaderStrategy`.
    func leaders(of partitions: Set<TopicPartition>, call: String) throws(ClientError) -> [TopicPartition: Result<Int32, ClientError>] {
        var request = MetadataRequest()
        request.allowAutoTopicCreation = false
        request.topics = Set(partitions.map(\.topic)).sorted().map { name in
            var topic = MetadataRequest.MetadataRequestTopic()
            topic.name = name
            return topic
        }
        let response = try sender.send(request, to: .any, options: options("\(call)(api=METADATA)"))
        var leaders: [TopicPartition: Result<Int32, ClientError>] = [:]
        for topic in response.topics {
            guard let name = topic.name else { continue }
            if topic.errorCode != .none {
                for partition in partitions where partition.topic == name { leaders[partition] = .failure(Self.lookupFailure(topic.errorCode, of: partition)) }
            }
            for p in topic.partitions {
                let hasLeader = p.leaderId >= 0 && p.errorCode != .leaderNotAvailable
                leaders[TopicPartition(name, p.partitionIndex)] =
                    hasLeader ? .success(p.leaderId) : .failure(ClientError(code: .leaderNotAvailable))
            }
        }
        return leaders
    }

    private static func lookupFailure(_ code: ErrorCode, of partition: TopicPartition) -> ClientError {
        if code.isRetriable { return ClientError(code: code) }
        let reason =
            switch code {
            case .topicAuthorizationFailed: "topic authorization failure"
            case .invalidTopicException: "invalid topic `\(partition.topic)`"
            default: "unexpected error for topic `\(partition.topic)`"
            }
        return ClientError(code: code, message: "Failed to fetch metadata for partition \(partition) due to \(reason)")
    }

    /// Replaces the leaders by one broker, which can be asked about a partition without a leader too.
    private func redirect(_ leaders: inout [TopicPartition: Result<Int32, ClientError>], to broker: Int32, _ api: APIKey, call: String) throws(ClientError) {
        guard sender.core.metadata.brokers[broker] != nil else {
            throw ClientError(
                .unreachable, message: "Timed out waiting for a node assignment. Call: \(call)(api=\(api.name))",
                reason: "broker \(broker) is not part of the cluster at the moment")
        }
        leaders = leaders.mapValues { leader in
            if case .failure(let error) = leader, error.code != .leaderNotAvailable { return leader }
            return .success(broker)
        }
    }
}
