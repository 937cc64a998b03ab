import Coordination
import KafkaProtocol
import Vocabulary

/// Where a client is sent that this broker cannot serve as it asked: the partition's leader as far as it is known, so that it need not ask for metadata first
/// (KIP-951).
struct LeaderHints: Sendable {
    struct Leader: Equatable {
        var id: Int32
        var epoch: Int32
    }

    let broker: Broker
    let listener: String

    /// Whether the answer to a partition carries a hint.
    static func belongs(to error: ErrorCode) -> Bool { error == .notLeaderOrFollower || error == .fencedLeaderEpoch }

    func leader(of topic: String, _ index: Int32) -> Leader? {
        if let partition = broker.partitions.snapshot.partition(topic, index) {
            let (leader, epoch) = partition.leadership
            return Leader(id: leader, epoch: epoch.value)
        }
        return broker.metadata.image.partition(topic, index).map { Leader(id: $0.leader, epoch: $0.leaderEpoch) }
    }

    func name(of id: Uuid) -> String? { broker.topicName(id, broker.partitions.snapshot) }

    /// A broker's address for clients of this listener; nil for one that does not serve.
    func endpoint(of id: Int32) -> (endpoint: Endpoint, rack: String?)? {
        guard let node = broker.metadata.image.brokers[id], !node.isFenced, let endpoint = node.endpoint(listener) else { return nil }
        return (endpoint, node.rack)
    }
}

extension ProduceResponse {
    /// Says of each partition that was asked of the wrong broker which the right one is.
    mutating func add(_ hints: LeaderHints) {
        var leaders: Set<Int32> = []
        for topic in responses.indices {
            let name = responses[topic].topicId == .zero ? responses[topic].name : hints.name(of: responses[topic].topicId)
            guard let name else { continue }
            for row in responses[topic].partitionResponses.indices where LeaderHints.belongs(to: responses[topic].partitionResponses[row].errorCode) {
                guard let leader = hints.leader(of: name, responses[topic].partitionResponses[row].index) else { continue }
                responses[topic].partitionResponses[row].currentLeader.leaderId = leader.id
                responses[topic].partitionResponses[row].currentLeader.leaderEpoch = leader.epoch
                leaders.insert(leader.id)
            }
        }
        nodeEndpoints = leaders.sorted().compactMap { id in
            hints.endpoint(of: id).map { found in
                var node = NodeEndpoint()
                (node.nodeId, node.host, node.port, node.rack) = (id, found.endpoint.host, Int32(found.endpoint.port), found.rack)
                return node
            }
        }
    }
}

extension FetchResponse {
    /// The same for a fetch.
    mutating func add(_ hints: LeaderHints) {
        var leaders: Set<Int32> = []
        for topic in responses.indices {
            let name = responses[topic].topicId == .zero ? responses[topic].topic : hints.name(of: responses[topic].topicId)
            guard let name else { continue }
            for row in responses[topic].partitions.indices where LeaderHints.belongs(to: responses[topic].partitions[row].errorCode) {
                guard let leader = hints.leader(of: name, responses[topic].partitions[row].partitionIndex) else { continue }
                responses[topic].partitions[row].currentLeader.leaderId = leader.id
                responses[topic].partitions[row].currentLeader.leaderEpoch = leader.epoch
                leaders.insert(leader.id)
            }
        }
        nodeEndpoints = leaders.sorted().compactMap { id in
            hints.endpoint(of: id).map { found in
                var node = NodeEndpoint()
                (node.nodeId, node.host, node.port, node.rack) = (id, found.endpoint.host, Int32(found.endpoint.port), found.rack)
                return node
            }
        }
    }
}
