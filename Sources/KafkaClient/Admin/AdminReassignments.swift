import KafkaProtocol
import Vocabulary

/// A replica: a partition at a broker.
public struct PartitionReplica: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let partition: TopicPartition
    public let broker: Int32

    public init(_ partition: TopicPartition, broker: Int32) { (self.partition, self.broker) = (partition, broker) }

    /// `topic-partition-broker`, as Kafka writes it.
    public var description: String { "\(partition)-\(broker)" }

    /// By broker, then by partition.
    public static func < (a: PartitionReplica, b: PartitionReplica) -> Bool { (a.broker, a.partition) < (b.broker, b.partition) }
}

// Moving replicas: between brokers (KIP-455) and between the directories of one (KIP-113).
extension Admin {
    /// Begins to move partitions, or ends their moves (nil); returns what failed.
    /// - Parameter allowsReplicationFactorChange: false has the controller refuse other numbers of replicas (KIP-860).
    public func alterPartitionReassignments(
        _ targets: [TopicPartition: [Int32]?], allowsReplicationFactorChange: Bool = true
    ) throws(ClientError) -> [TopicPartition: ClientError] {
        var request = AlterPartitionReassignmentsRequest()
        request.timeoutMs = brokerTimeoutMs
        request.allowReplicationFactorChange = allowsReplicationFactorChange
        request.topics = Dictionary(grouping: targets, by: \.key.topic).sorted { $0.key < $1.key }.map { name, entries in
            var topic = AlterPartitionReassignmentsRequest.ReassignableTopic()
            topic.name = name
            topic.partitions = entries.sorted { $0.key < $1.key }.map { key, replicas in
                var partition = AlterPartitionReassignmentsRequest.ReassignableTopic.ReassignablePartition()
                partition.partitionIndex = key.partition
                partition.replicas = replicas
                return partition
            }
            return topic
        }
        var options = options("alterPartitionReassignments")
        if !allowsReplicationFactorChange { options.versions = 1...AlterPartitionReassignmentsRequest.versions.upperBound }
        let response = try sender.send(request, to: .controller, options: options)
        if let failure = response.errorCode.failure(response.errorMessage) { throw failure }
        return Self.failures(response.responses.flatMap { topic in topic.partitions.map { (topic.name, $0) } }) {
            (TopicPartition($0.0, $0.1.partitionIndex), $0.1.errorCode, $0.1.errorMessage)
        }
    }

    /// Begins to move replicas to other directories of their brokers; the outcome of each, nil for begun.
    public func alterReplicaLogDirs(_ directories: [PartitionReplica: String]) -> [PartitionReplica: ClientError?] {
        let byBroker = Dictionary(grouping: directories, by: \.key.broker).sorted { $0.key < $1.key }
        let calls = byBroker.map { broker, moves in Call(Self.alterReplicaLogDirsRequest(moves), to: .node(broker)) }
        var results: [PartitionReplica: ClientError?] = [:]
        for ((broker, moves), answer) in zip(byBroker, sender.sendAll(calls, options: options("alterReplicaLogDirs"))) {
            switch answer {
            case .failure(let error): for move in moves { results[move.key] = .some(error) }
            case .success(let response):
                for topic in response.results {
                    for partition in topic.partitions {
                        let replica = PartitionReplica(TopicPartition(topic.topicName, partition.partitionIndex), broker: broker)
                        results[replica] = .some(partition.errorCode.failure())
                    }
                }
            }
        }
        return results
    }

    private static func alterReplicaLogDirsRequest(_ moves: [(key: PartitionReplica, value: String)]) -> AlterReplicaLogDirsRequest {
        typealias Directory = AlterReplicaLogDirsRequest.AlterReplicaLogDir
        var request = AlterReplicaLogDirsRequest()
        request.dirs = Dictionary(grouping: moves, by: \.value).sorted { $0.key < $1.key }.map { path, moves in
            var directory = Directory()
            directory.path = path
            directory.topics = Dictionary(grouping: moves, by: \.key.partition.topic).sorted { $0.key < $1.key }.map { name, moves in
                var topic = Directory.AlterReplicaLogDirTopic()
                topic.name = name
                topic.partitions = moves.map(\.key.partition.partition).sorted()
                return topic
            }
            return directory
        }
        return request
    }
}
