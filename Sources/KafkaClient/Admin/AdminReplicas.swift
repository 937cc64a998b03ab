import KafkaProtocol
import Vocabulary

/// Which leaders ElectLeaders elects (KIP-460).
public enum ElectionType: Int8, Sendable {
    /// The first of the replicas, where it is in sync.
    case preferred = 0
    /// Any replica that is alive, where there is no leader; records may be lost.
    case unclean = 1
}

// Replicas: who leads them, and where they lie.
extension Admin {
    /// What of a broker's directory is known.
    public typealias LogDirectory = DescribeLogDirsResponse.DescribeLogDirsResult

    /// Elects leaders; the outcome by partition, nil for done. `electionNotNeeded` says that the leader was right already.
    /// - Parameter partitions: nil for all; of those only the ones that changed are answered.
    public func electLeaders(_ type: ElectionType, _ partitions: Set<TopicPartition>?) throws(ClientError) -> [TopicPartition: ClientError?] {
        var request = ElectLeadersRequest()
        request.electionType = type.rawValue
        request.timeoutMs = brokerTimeoutMs
        request.topicPartitions = partitions.map { partitions in
            Dictionary(grouping: partitions, by: \.topic).sorted { $0.key < $1.key }.map { topic, partitions in
                var entry = ElectLeadersRequest.TopicPartitions()
                entry.topic = topic
                entry.partitions = partitions.map(\.partition).sorted()
                return entry
            }
        }
        var options = options("electLeaders")
        if type == .unclean { options.versions = 1...ElectLeadersRequest.versions.upperBound }
        let response = try sender.send(request, to: .controller, options: options)
        if let failure = response.errorCode.failure() { throw failure }
        var results: [TopicPartition: ClientError?] = [:]
        for topic in response.replicaElectionResults {
            for partition in topic.partitionResult {
                results[TopicPartition(topic.topic, partition.partitionId)] = .some(partition.errorCode.failure(partition.errorMessage))
            }
        }
        return results
    }

    /// The directories of brokers with all their replicas.
    public func describeLogDirs(of brokers: [Int32]) -> [Int32: Result<[LogDirectory], ClientError>] {
        var request = DescribeLogDirsRequest()
        request.topics = nil
        let answers = sender.sendAll(brokers.map { Call(request, to: .node($0)) }, options: options("describeLogDirs"))
        var results: [Int32: Result<[LogDirectory], ClientError>] = [:]
        for (broker, answer) in zip(brokers, answers) {
            results[broker] = answer.flatMap { response in response.errorCode.failure().map { .failure($0) } ?? .success(response.results) }
        }
        return results
    }
}
