import KafkaProtocol

/// Decides about changes of the cluster's metadata. A request yields records to append and a response to release once they are committed; the state is the
/// image that folding those records gives, so a `Controller` holds none of its own.
public struct Controller: Sendable {
    /// The node this controller runs on.
    public let nodeId: Int32
    /// The node's properties as given at its start.
    public let properties: [String: String]

    public init(nodeId: Int32, properties: [String: String] = [:]) {
        self.nodeId = nodeId
        self.properties = properties
    }

    /// What a request leads to. The records belong into one batch of the log.
    public struct Decision<Response: Sendable>: Sendable {
        public var records: [MetadataRecord]
        public var response: Response

        public init(_ records: [MetadataRecord], _ response: Response) {
            self.records = records
            self.response = response
        }

        /// An answer that changes nothing.
        public init(_ response: Response) { self.init([], response) }
    }

    /// The most partitions that one request may create, as in Kafka.
    static let maximumPartitionsPerRequest = 10_000

    func view(_ image: MetadataImage) -> ConfigView { ConfigView(image: image, brokerId: nodeId, properties: properties) }
}

/// Why a request, or a part of it, was refused.
public struct ControllerError: Error, Sendable, Hashable {
    public var code: ErrorCode
    public var message: String?

    public init(_ code: ErrorCode, _ message: String? = nil) {
        self.code = code
        self.message = message
    }
}

// The versions that the cluster's metadata version allows.
extension MetadataImage {
    /// Log directories of replicas are recorded from 3.7-IV2 on, eligible leader replicas from 4.0-IV1 on.
    var partitionRecordVersion: Int16 { metadataVersion >= 23 ? 2 : metadataVersion >= 17 ? 1 : 0 }

    var registerBrokerRecordVersion: Int16 {
        switch metadataVersion {
        case 30...: 4
        case 17...: 3
        case 8...: 2
        case 7...: 1
        default: 0
        }
    }
}
