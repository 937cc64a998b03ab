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
        let since = specs.values.map(\.since).max() ?? 1
        let timeoutMs = brokerTimeoutMs
        return try ask(
            about: Set(specs.keys),
            PartitionCall(
                name: "listOffsets", versions: since...max(since, ListOffsetsRequest.versions.upperBound),
                build: { Self.request($0, specs, readCommitted, timeoutMs) }, read: Self.outcomes))
    }

    private static func outcomes(_ response: ListOffsetsResponse) -> [TopicPartition: PartitionOutcome<ListedOffset>] {
        var outcomes: [TopicPartition: PartitionOutcome<ListedOffset>] = [:]
        for topic in response.topics {
            for p in topic.partitions {
                let listed = ListedOffset(offset: p.offset, timestamp: p.timestamp, leaderEpoch: p.leaderEpoch)
                outcomes[TopicPartition(topic.name, p.partitionIndex)] = PartitionOutcome(p.errorCode, listed)
            }
        }
        return outcomes
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
}
