import KafkaProtocol
import Vocabulary

/// Which offset of a partition is asked for.
public enum OffsetSpec: Hashable, Sendable {
    case earliest
    case latest
    /// The record with the largest timestamp (KIP-734).
    case maxTimestamp
    /// The first offset on the leader's own disk (KIP-405).
    case earliestLocal
    /// The last offset in remote storage (KIP-1005).
    case latestTiered
    /// The first offset not yet in remote storage (KIP-1023).
    case earliestPendingUpload
    /// The first record with this timestamp (milliseconds) or a later one.
    case timestamp(Int64)

    /// The protocol's number.
    public var wire: Int64 {
        switch self {
        case .latest: -1
        case .earliest: -2
        case .maxTimestamp: -3
        case .earliestLocal: -4
        case .latestTiered: -5
        case .earliestPendingUpload: -6
        case .timestamp(let ms): ms
        }
    }

    /// The first version of ListOffsets that knows it.
    var since: Int16 {
        switch self {
        case .latest, .earliest, .timestamp: 1
        case .maxTimestamp: 7
        case .earliestLocal: 8
        case .latestTiered: 9
        case .earliestPendingUpload: 11
        }
    }
}

/// A found offset.
public struct ListedOffset: Hashable, Sendable {
    /// -1 when no record answers the question.
    public let offset: Int64
    /// Milliseconds; -1 when the question had none.
    public let timestamp: Int64
    /// -1 when the broker is too old to say.
    public let leaderEpoch: Int32
}

extension Admin {
    /// Offsets of many partitions, asked of their leaders in parallel; moved leaders are followed until the deadline.
    public func listOffsets(
        _ specs: [TopicPartition: OffsetSpec], readCommitted: Bool = false
    ) throws(ClientError) -> [TopicPartition: Result<ListedOffset, ClientError>] {
        let deadline = deadline
        var results: [TopicPartition: Result<ListedOffset, ClientError>] = [:]
        var open = specs
        var attempt = 0
        while !open.isEmpty {
            let leaders = try leaders(of: Set(open.keys))
            // A topic that was created a moment ago may be unknown to the broker asked, but not for long.
            let isLast = sender.core.now >= deadline
            var byLeader: [Int32: [TopicPartition]] = [:]
            for partition in open.keys {
                switch leaders[partition] {
                case .success(let leader): byLeader[leader, default: []].append(partition)
                case .failure(let error):
                    if isLast || !error.isRetriable || (error.code == .unknownTopicOrPartition && attempt >= 2) { results[partition] = .failure(error) }
                case nil: results[partition] = .failure(ClientError(code: .unknownTopicOrPartition))
                }
            }
            var passing: [TopicPartition: ErrorCode] = leaders.compactMapValues { if case .failure(let error) = $0 { error.code } else { nil } }
            ask(byLeader, open, readCommitted, isLast: isLast, into: &results, passing: &passing)
            open = open.filter { results[$0.key] == nil }
            if open.isEmpty { break }
            attempt += 1
            let obstacles = passing.filter { open[$0.key] != nil }.map { Obstacle.partitions(topic: $0.key.topic, [$0.key.partition], $0.value) }
            try sender.pause(ms: min(100 << min(attempt, 4), 1_000), obstacles: obstacles.merged)
        }
        return results
    }

    /// One round: a request to each leader. What may succeed later gets no result, but is `passing`, unless this is the last round.
    private func ask(
        _ byLeader: [Int32: [TopicPartition]], _ specs: [TopicPartition: OffsetSpec], _ readCommitted: Bool, isLast: Bool,
        into results: inout [TopicPartition: Result<ListedOffset, ClientError>], passing: inout [TopicPartition: ErrorCode]
    ) {
        let parts = byLeader.sorted { $0.key < $1.key }
        var options = options("listOffsets")
        options.retry = .no
        let since = specs.values.map(\.since).max() ?? 1
        options.versions = since...max(since, ListOffsetsRequest.versions.upperBound)
        let timeoutMs = brokerTimeoutMs
        let answers = sender.perform(
            parts.map { .node($0.key) }, options: options,
            build: { _, index in Self.request(parts[index].value, specs, readCommitted, timeoutMs) }, retryCode: nil)
        for (answer, part) in zip(answers, parts) {
            switch answer {
            case .failure(let error):
                let mayComeBack = error.kind == .disconnected && !isLast
                if !mayComeBack { for partition in part.value { results[partition] = .failure(error) } }
            case .success(let response):
                for topic in response.topics {
                    for p in topic.partitions {
                        let key = TopicPartition(topic.name, p.partitionIndex)
                        if let failure = p.errorCode.failure() {
                            if isLast || !failure.isRetriable { results[key] = .failure(failure) }
                            passing[key] = p.errorCode
                        } else {
                            results[key] = .success(ListedOffset(offset: p.offset, timestamp: p.timestamp, leaderEpoch: p.leaderEpoch))
                        }
                    }
                }
                guard isLast else { continue }
                for partition in part.value where results[partition] == nil {
                    results[partition] = .failure(ClientError(code: .unknownServerError, message: "The broker's answer says nothing of \(partition)."))
                }
            }
        }
    }

    private static func request(
        _ partitions: [TopicPartition], _ specs: [TopicPartition: OffsetSpec], _ readCommitted: Bool, _ timeoutMs: Int32
    ) -> ListOffsetsRequest {
        var request = ListOffsetsRequest()
        request.replicaId = -1
        request.isolationLevel = readCommitted ? 1 : 0
        request.timeoutMs = timeoutMs
        request.topics = Dictionary(grouping: partitions, by: \.topic).sorted { $0.key < $1.key }.map { name, partitions in
            var topic = ListOffsetsRequest.ListOffsetsTopic()
            topic.name = name
            topic.partitions = partitions.sorted().map { key in
                var p = ListOffsetsRequest.ListOffsetsTopic.ListOffsetsPartition()
                p.partitionIndex = key.partition
                p.timestamp = (specs[key] ?? .latest).wire
                return p
            }
            return topic
        }
        return request
    }

    /// The leader of each partition, freshly asked.
    func leaders(of partitions: Set<TopicPartition>) throws(ClientError) -> [TopicPartition: Result<Int32, ClientError>] {
        var request = MetadataRequest()
        request.allowAutoTopicCreation = false
        request.topics = Set(partitions.map(\.topic)).sorted().map { name in
            var topic = MetadataRequest.MetadataRequestTopic()
            topic.name = name
            return topic
        }
        let response = try sender.send(request, to: .any, options: options("listOffsets(api=METADATA)"))
        var leaders: [TopicPartition: Result<Int32, ClientError>] = [:]
        for topic in response.topics {
            guard let name = topic.name else { continue }
            if let failure = topic.errorCode.failure() {
                for partition in partitions where partition.topic == name { leaders[partition] = .failure(failure) }
            }
            for p in topic.partitions {
                let hasLeader = p.leaderId >= 0 && p.errorCode != .leaderNotAvailable
                leaders[TopicPartition(name, p.partitionIndex)] =
                    hasLeader ? .success(p.leaderId) : .failure(ClientError(code: .leaderNotAvailable))
            }
        }
        return leaders
    }
}
