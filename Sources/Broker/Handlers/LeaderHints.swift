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

    /// The leader of a partition whose answer carries a hint, noted among those whose addresses are told; nil where there is none to tell.
    func leader(topic: String, id: Uuid, _ index: Int32, _ error: ErrorCode, _ told: inout Set<Int32>) -> Leader? {
        guard error == .notLeaderOrFollower || error == .fencedLeaderEpoch else { return nil }
        guard let name = id == .zero ? topic : broker.topicName(id, broker.partitions.snapshot), let leader = leader(of: name, index) else { return nil }
        told.insert(leader.id)
        return leader
    }

    private func leader(of topic: String, _ index: Int32) -> Leader? {
        if let partition = broker.partitions.snapshot.partition(topic, index) {
            let (leader, epoch) = partition.leadership
            return Leader(id: leader, epoch: epoch.value)
        }
        return broker.metadata.image.partition(topic, index).map { Leader(id: $0.leader, epoch: $0.leaderEpoch) }
    }

    /// The brokers' addresses for clients of this listener, without those that do not serve.
    func addresses<Node>(_ ids: Set<Int32>, _ make: (_ id: Int32, _ host: String, _ port: Int32, _ rack: String?) -> Node) -> [Node] {
        let image = broker.metadata.image
        return ids.sorted().compactMap { id in
            guard let node = image.brokers[id], !node.isFenced, let endpoint = node.endpoint(listener) else { return nil }
            return make(id, endpoint.host, Int32(endpoint.port), node.rack)
        }
    }
}

extension ProduceResponse {
    /// Says of each partition that was asked of the wrong broker which the right one is.
    mutating func add(_ hints: LeaderHints) {
        var told: Set<Int32> = []
        for topic in responses.indices {
            let (name, id) = (responses[topic].name, responses[topic].topicId)
            for place in responses[topic].partitionResponses.indices {
                let row = responses[topic].partitionResponses[place]
                guard let leader = hints.leader(topic: name, id: id, row.index, row.errorCode, &told) else { continue }
                responses[topic].partitionResponses[place].currentLeader.leaderId = leader.id
                responses[topic].partitionResponses[place].currentLeader.leaderEpoch = leader.epoch
            }
        }
        nodeEndpoints = hints.addresses(told) { id, host, port, rack in
            var node = NodeEndpoint()
            (node.nodeId, node.host, node.port, node.rack) = (id, host, port, rack)
            return node
        }
    }
}

extension FetchResponse {
    /// The same for a fetch.
    mutating func add(_ hints: LeaderHints) {
        var told: Set<Int32> = []
        for topic in responses.indices {
            let (name, id) = (responses[topic].topic, responses[topic].topicId)
            for place in responses[topic].partitions.indices {
                let (index, error) = (responses[topic].partitions[place].partitionIndex, responses[topic].partitions[place].errorCode)
                guard let leader = hints.leader(topic: name, id: id, index, error, &told) else { continue }
                responses[topic].partitions[place].currentLeader.leaderId = leader.id
                responses[topic].partitions[place].currentLeader.leaderEpoch = leader.epoch
            }
        }
        nodeEndpoints = hints.addresses(told) { id, host, port, rack in
            var node = NodeEndpoint()
            (node.nodeId, node.host, node.port, node.rack) = (id, host, port, rack)
            return node
        }
    }
}
