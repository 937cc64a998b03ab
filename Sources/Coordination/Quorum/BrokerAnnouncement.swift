import KafkaProtocol

/// What a broker tells the controller about itself, the same as long as it runs.
public struct BrokerAnnouncement: Sendable {
    public var broker: BrokerIdentity
    public var clusterId: String
    /// The epoch that the last clean stop noted (KIP-966); nil when there is none, which the controller takes for an unclean stop.
    public var previousEpoch: Int64?
    /// The levels of each feature that are served. What is left out counts as level 0 alone.
    public var features: [String: ClosedRange<Int16>]

    public init(_ broker: BrokerIdentity, clusterId: String, previousEpoch: Int64?, features: [String: ClosedRange<Int16>] = FeatureName.supported) {
        self.broker = broker
        self.clusterId = clusterId
        self.previousEpoch = previousEpoch
        self.features = features
    }

    /// Everything in a fixed order: features by name, directories as Kafka sorts them; listeners as they are configured.
    public var request: BrokerRegistrationRequest {
        var request = BrokerRegistrationRequest()
        request.brokerId = broker.id
        request.clusterId = clusterId
        request.incarnationId = broker.incarnationId
        request.listeners = broker.endpoints.map { endpoint in
            var row = BrokerRegistrationRequest.Listener()
            row.name = endpoint.listener
            row.host = endpoint.host
            row.port = endpoint.port
            row.securityProtocol = endpoint.securityProtocol
            return row
        }
        request.features = features.sorted { $0.key < $1.key }.map { name, levels in
            var row = BrokerRegistrationRequest.Feature()
            row.name = name
            row.minSupportedVersion = levels.lowerBound
            row.maxSupportedVersion = levels.upperBound
            return row
        }
        request.rack = broker.rack
        request.logDirs = broker.logDirs.sorted()
        request.previousBrokerEpoch = previousEpoch ?? -1
        return request
    }
}

extension MetadataImage {
    /// From metadata.version 3.7-IV2 on a registration holds the broker's log directories.
    public var registersDirectories: Bool { metadataVersion >= 17 }
    /// From metadata.version 4.3-IV0 on a heartbeat may name cordoned log directories (KIP-1066).
    public var cordonsDirectories: Bool { metadataVersion >= 30 }

    /// Whether a broker must register again although it is registered: it did so before the cluster's metadata.version knew log directories.
    func mustRegisterAgain(_ broker: BrokerIdentity) -> Bool {
        guard registersDirectories, let registered = brokers[broker.id], registered.incarnationId == broker.incarnationId else { return false }
        return registered.logDirs.isEmpty
    }
}
