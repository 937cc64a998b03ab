import Broker
import Coordination
import LogStorage
import Vocabulary

/// What `ottla serve` was asked for.
public struct ServerOptions: Sendable {
    /// Reads an address to listen on: `HOST:PORT`, `[v6]:PORT`, `:PORT` or `PORT`, on the loopback interface without a host; nil when it is none of these.
    public static func listening(_ text: String) -> HostPort? {
        guard var address = HostPort(text.contains(":") ? text : ":" + text) else { return nil }
        if address.host.isEmpty { address.host = "127.0.0.1" }
        return address
    }

    /// A place where clients connect.
    public struct Listener: Sendable, Equatable {
        /// Kafka's name of it, in capitals and different from all others.
        public var name: String
        public var address: HostPort
        /// What clients are told, if not where they can connect on this machine. An empty host and port 0 stand for what is bound.
        public var advertised: HostPort?

        public init(name: String, address: HostPort, advertised: HostPort? = nil) {
            self.name = name
            self.address = address
            self.advertised = advertised
        }
    }

    public var listeners = [Listener(name: "PLAINTEXT", address: HostPort(host: "127.0.0.1", port: 9092))]
    /// `log.dirs`
    public var dataDirectories = ["ottla-data"]
    /// `metadata.log.dir`; nil for the first of the data directories.
    public var metadataDirectory: String?
    public var isEphemeral = false
    public var durability = Durability.fsync
    /// The cluster to be a broker of; nil for a node that is its own cluster.
    public var quorum: QuorumConfig?
    /// Kafka's keys, from `--config` and `--override`.
    public var properties: [String: String] = [:]
    /// Topics to create at start unless they exist: name and partitions.
    public var topics: [(name: String, partitions: Int32)] = []
    /// Gets the first listener's address on this machine and a newline once clients can connect.
    public var readyFile: String?
    /// Where measures are served over HTTP; nil for nowhere.
    public var metrics: HostPort?
    /// Event loops; nil for one per core.
    public var loops: Int?
    /// Seeds the ids that the broker makes.
    public var seed: UInt64 = 0
    public var version = ""
    /// Events below this level are not written.
    public var logLevel = OperatorLog.Level.info
    /// What there is to say about the configuration before the start.
    public var warnings: [String] = []

    public init() {}
}

/// Why a server could not start or go on; one line for the operator.
public struct ServerError: Error, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}
