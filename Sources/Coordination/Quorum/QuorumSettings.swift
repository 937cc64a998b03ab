import KafkaProtocol
import Vocabulary

/// What an observer of a controller quorum is configured with. Times in milliseconds; defaults are Kafka's.
public struct QuorumSettings: Sendable {
    public var nodeId: Int32
    /// Of the directory that holds the copy of the metadata log (`meta.properties`).
    public var directoryId: Uuid
    public var clusterId: String
    /// The first of `controller.listener.names`: which endpoint of a voter is meant.
    public var listener: String
    /// `controller.quorum.voters`: the voters of a static quorum, in their order; empty where the quorum is dynamic.
    public var voters: [QuorumVoter] = []
    /// `controller.quorum.bootstrap.servers`
    public var bootstrapServers: [HostPort] = []
    /// `controller.quorum.fetch.timeout.ms`: how long a leader is believed in without an answer of its own.
    public var fetchTimeoutMs: Int64 = 2000
    /// `controller.quorum.request.timeout.ms`
    public var requestTimeoutMs: Int64 = 2000
    /// `controller.quorum.retry.backoff.ms`
    public var retryBackoffMs: Int64 = 20
    /// `controller.quorum.fetch.max.bytes`
    public var fetchMaxBytes: Int32 = 1 << 20
    /// `controller.quorum.fetch.snapshot.max.bytes`
    public var fetchSnapshotMaxBytes: Int32 = 1 << 20
    /// How long the leader may hold an answer back while there is nothing new. A constant in Kafka.
    public var fetchMaxWaitMs: Int32 = 500

    public init(nodeId: Int32, directoryId: Uuid, clusterId: String, listener: String) {
        self.nodeId = nodeId
        self.directoryId = directoryId
        self.clusterId = clusterId
        self.listener = listener
    }

    /// Where the quorum is looked for: the bootstrap servers or, where there are none, the voters.
    var places: [QuorumPlace] { bootstrapServers.isEmpty ? voters.map { .voter($0.id, $0.address) } : bootstrapServers.map { .bootstrap($0) } }
}

/// An entry of `controller.quorum.voters`.
public struct QuorumVoter: Sendable, Hashable {
    public var id: Int32
    public var address: HostPort

    public init(id: Int32, address: HostPort) {
        self.id = id
        self.address = address
    }

    /// Reads `ID@HOST:PORT`; nil for other texts.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "@", maxSplits: 1)
        guard parts.count == 2, let id = Int32(parts[0]), id >= 0, let address = HostPort(parts[1]) else { return nil }
        self.init(id: id, address: address)
    }
}

/// Whom a request to the quorum is meant for.
public enum QuorumPlace: Sendable, Hashable, CustomStringConvertible {
    /// An address of which it is not known who is there.
    case bootstrap(HostPort)
    case voter(Int32, HostPort)
    case leader(Int32, HostPort)

    public var address: HostPort {
        switch self {
        case .bootstrap(let address), .voter(_, let address), .leader(_, let address): address
        }
    }

    public var description: String {
        switch self {
        case .bootstrap(let address): "the controller at \(address)"
        case .voter(let id, let address): "the controller \(id) at \(address)"
        case .leader(let id, let address): "the active controller \(id) at \(address)"
        }
    }
}

extension QuorumControl {
    /// Where a voter is reached by a listener, as the log's newest set of voters says; nil when that does not know it.
    func address(of voter: Int32, listener: String) -> HostPort? {
        let row = votersRecord?.voters.first { $0.voterId == voter }
        return row?.endpoints.first { $0.name == listener }.map { HostPort(host: $0.host, port: Int($0.port)) }
    }
}
