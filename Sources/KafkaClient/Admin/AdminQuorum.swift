import KafkaProtocol
import Vocabulary

/// The quorum of controllers as its leader sees it (KIP-595, KIP-853).
public struct QuorumDescription: Sendable {
    /// A voter or an observer.
    public typealias Replica = DescribeQuorumResponse.ReplicaState
    /// Where a controller listens.
    public typealias Listener = DescribeQuorumResponse.Node.Listener

    public let leaderId: Int32
    public let leaderEpoch: Int32
    public let highWatermark: Int64
    public let voters: [Replica]
    public let observers: [Replica]
    /// Listeners of the nodes that are known, by id.
    public let listeners: [Int32: [Listener]]

    /// The leader among the voters.
    public var leader: Replica? { voters.first { $0.replicaId == leaderId } }
}

// The quorum of controllers: DescribeQuorum, AddRaftVoter, RemoveRaftVoter.
extension Admin {
    /// Asks for the quorum behind the cluster's metadata.
    public func describeMetadataQuorum() throws(ClientError) -> QuorumDescription {
        var request = DescribeQuorumRequest()
        var topic = DescribeQuorumRequest.TopicData()
        topic.topicName = TopicName.clusterMetadata
        topic.partitions = [DescribeQuorumRequest.TopicData.PartitionData()]
        request.topics = [topic]
        let response = try sender.send(request, to: .any, options: options("describeMetadataQuorum"))
        if let failure = response.errorCode.failure(response.errorMessage) { throw failure }
        guard let partition = response.topics.first?.partitions.first else {
            throw ClientError(.malformed, message: "DescribeQuorum was answered without the partition \(TopicName.clusterMetadata)-0.")
        }
        if let failure = partition.errorCode.failure(partition.errorMessage) { throw failure }
        return QuorumDescription(
            leaderId: partition.leaderId, leaderEpoch: partition.leaderEpoch, highWatermark: partition.highWatermark, voters: partition.currentVoters,
            observers: partition.observers, listeners: Dictionary(response.nodes.map { ($0.nodeId, $0.listeners) }) { $1 })
    }

    /// The cluster's id, freshly asked; nil when the cluster has none.
    public func clusterId() throws(ClientError) -> String? {
        if sender.core.config.asksControllers {
            var request = DescribeClusterRequest()
            request.endpointType = 2
            return try sender.send(request, to: .any, options: options("describeCluster")).clusterId
        }
        var request = MetadataRequest()
        request.topics = []
        return try sender.send(request, to: .any, options: options("describeCluster")).clusterId
    }

    /// Makes a controller a voter (KIP-853).
    public func addRaftVoter(_ id: Int32, directory: Uuid, listeners: [HostPort], names: [String]) throws(ClientError) {
        var request = AddRaftVoterRequest()
        request.clusterId = nil
        request.timeoutMs = brokerTimeoutMs
        request.voterId = id
        request.voterDirectoryId = directory
        request.listeners = zip(names, listeners).map { name, address in
            var listener = AddRaftVoterRequest.Listener()
            listener.name = name
            listener.host = address.host
            listener.port = UInt16(clamping: address.port)
            return listener
        }
        let response = try sender.send(request, to: .any, options: options("addRaftVoter"))
        if let failure = response.errorCode.failure(response.errorMessage) { throw failure }
    }

    /// Makes a voter an observer (KIP-853).
    public func removeRaftVoter(_ id: Int32, directory: Uuid) throws(ClientError) {
        var request = RemoveRaftVoterRequest()
        request.clusterId = nil
        request.voterId = id
        request.voterDirectoryId = directory
        let response = try sender.send(request, to: .any, options: options("removeRaftVoter"))
        if let failure = response.errorCode.failure(response.errorMessage) { throw failure }
    }
}
