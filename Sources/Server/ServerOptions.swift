import Broker
import Coordination
import LogStorage

/// What `ottla serve` was asked for.
public struct ServerOptions: Sendable {
    /// An address to listen on. Port 0 takes a free one.
    public struct Address: Sendable, Equatable, CustomStringConvertible {
        public var host: String
        public var port: Int

        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }

        /// `HOST:PORT`, `[v6]:PORT`, `:PORT` or `PORT`; nil when it is none of these.
        public init?(_ text: String) {
            guard let colon = text.lastIndex(of: ":") else {
                guard let port = UInt16(text) else { return nil }
                self.init(host: "127.0.0.1", port: Int(port))
                return
            }
            guard let port = UInt16(text[text.index(after: colon)...]) else { return nil }
            var host = String(text[..<colon])
            if host.hasPrefix("[") && host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) } else if host.contains(":") { return nil }
            self.init(host: host.isEmpty ? "127.0.0.1" : host, port: Int(port))
        }

        /// `localhost:9092`, `[::1]:9092`.
        public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    }

    /// A place where clients connect.
    public struct Listener: Sendable, Equatable {
        /// Kafka's name of it, in capitals and different from all others.
        public var name: String
        public var address: Address
        /// What clients are told, if not where they can connect on this machine. An empty host and port 0 stand for what is bound.
        public var advertised: Address?

        public init(name: String, address: Address, advertised: Address? = nil) {
            self.name = name
            self.address = address
            self.advertised = advertised
        }
    }

    public var listeners = [Listener(name: "PLAINTEXT", address: Address(host: "127.0.0.1", port: 9092))]
    public var dataDirectory = "ottla-data"
    public var isEphemeral = false
    public var durability = Durability.fsync
    /// Kafka's keys, from `--config` and `--override`.
    public var properties: [String: String] = [:]
    /// Topics to create at start unless they exist: name and partitions.
    public var topics: [(name: String, partitions: Int32)] = []
    /// Gets the first listener's address on this machine and a newline once clients can connect.
    public var readyFile: String?
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
