import KafkaProtocol
import Vocabulary

/// How the client reaches a cluster: Kafka's client properties that concern the network, with Kafka's defaults.
public struct ClientConfig: Sendable {
    /// Host and port of each bootstrap server, in the order given.
    public var bootstrapServers: [HostPort]
    /// The bootstrap servers are controllers, and so is everyone who is asked: Kafka's `bootstrap.controllers` (KIP-919).
    public var asksControllers = false
    public var clientId: String
    public var requestTimeoutMs = 30_000
    public var defaultApiTimeoutMs = 60_000
    public var retries = Int(Int32.max)
    public var retryBackoffMs = 100
    public var retryBackoffMaxMs = 1_000
    public var reconnectBackoffMs = 50
    public var reconnectBackoffMaxMs = 1_000
    public var connectionSetupTimeoutMs = 10_000
    public var metadataMaxAgeMs = 300_000
    /// The system's buffers of a connection; nil for its own sizes.
    public var sendBufferBytes: Int?
    public var receiveBufferBytes: Int?
    public var security = SecurityConfig()
    /// How long to go on trying when no bootstrap server was ever reached and all of them fail at once; a tool's own timeout option replaces it.
    public var unreachableAfterMs = 1_500
    /// A connection of its own for group requests, so that a fetch that waits does not hold up heartbeats.
    public var separatesCoordinatorConnections = false
    /// The largest answer taken, in bytes.
    public var maxResponseBytes = 256 << 20
    /// All properties as given, for the producer's and consumer's own.
    public var properties: [String: String] = [:]

    public init(bootstrapServers: [HostPort], clientId: String = "ottla") {
        self.bootstrapServers = bootstrapServers
        self.clientId = clientId
    }

    /// Reads Java properties (keys as Kafka documents them; unknown ones are kept in `properties` and ignored).
    /// - Parameters:
    ///   - bootstrap: a comma-separated list that overrides `bootstrap.servers`.
    ///   - clientId: the id when the properties have none.
    /// - Throws: a `.configuration` error with the text of Kafka's ConfigException.
    public init(bootstrap: String? = nil, properties: [String: String], clientId: String) throws(ClientError) {
        let reader = ConfigReader(properties)
        bootstrapServers = try BootstrapServers.parse(bootstrap ?? properties["bootstrap.servers"] ?? "")
        self.clientId = properties["client.id"].flatMap { $0.isEmpty ? nil : $0 } ?? clientId
        requestTimeoutMs = try reader.int("request.timeout.ms", default: requestTimeoutMs, atLeast: 0)
        defaultApiTimeoutMs = try reader.int("default.api.timeout.ms", default: defaultApiTimeoutMs, atLeast: 0)
        if properties["default.api.timeout.ms"] != nil { unreachableAfterMs = defaultApiTimeoutMs }
        retries = try reader.int("retries", default: retries, atLeast: 0)
        retryBackoffMs = try reader.long("retry.backoff.ms", default: retryBackoffMs, atLeast: 0)
        retryBackoffMaxMs = try reader.long("retry.backoff.max.ms", default: retryBackoffMaxMs, atLeast: 0)
        reconnectBackoffMs = try reader.long("reconnect.backoff.ms", default: reconnectBackoffMs, atLeast: 0)
        reconnectBackoffMaxMs = try reader.long("reconnect.backoff.max.ms", default: reconnectBackoffMaxMs, atLeast: 0)
        connectionSetupTimeoutMs = try reader.long("socket.connection.setup.timeout.ms", default: connectionSetupTimeoutMs)
        metadataMaxAgeMs = try reader.long("metadata.max.age.ms", default: metadataMaxAgeMs, atLeast: 0)
        sendBufferBytes = try Self.bufferBytes("send.buffer.bytes", reader)
        receiveBufferBytes = try Self.bufferBytes("receive.buffer.bytes", reader)
        security = try SecurityConfig(reader)
        if !properties.isEmpty { try ClientConfigRules.checkCommon(reader) }
        self.properties = properties
    }
}

extension ClientConfig {
    /// -1 stands for the system's own size, as does a key that is not given.
    private static func bufferBytes(_ name: String, _ reader: ConfigReader) throws(ClientError) -> Int? {
        let bytes = try reader.int(name, default: -1, atLeast: -1)
        return bytes < 0 ? nil : bytes
    }
}

/// The entries of `bootstrap.servers`.
public enum BootstrapServers {
    /// Reads a comma-separated list of `host:port` (also `PROTOCOL://host:port` and `[ipv6]:port`).
    /// - Throws: Kafka's `Configuration 'bootstrap.servers' values must not be empty.`, `Invalid url in bootstrap.servers: x` or
    ///   `No resolvable bootstrap urls given in bootstrap.servers`.
    public static func parse(_ list: String) throws(ClientError) -> [HostPort] {
        if JavaText.trim(list).isEmpty { throw .configuration("No resolvable bootstrap urls given in bootstrap.servers") }
        let urls = list.split(separator: ",", omittingEmptySubsequences: false).map { JavaText.trim($0) }
        if urls.contains("") { throw .invalidValue("Configuration 'bootstrap.servers' values must not be empty.") }
        var servers: [HostPort] = []
        for url in urls {
            guard let server = parseOne(url) else { throw .configuration("Invalid url in bootstrap.servers: \(url)") }
            servers.append(server)
        }
        return servers
    }

    /// Whether an entry is a `host:port` without blanks around it.
    public static func isValid(_ entry: Substring) -> Bool { parseOne(String(entry)) != nil }

    private static func parseOne(_ url: String) -> HostPort? {
        var rest = Substring(url)
        if let scheme = url.firstRange(ofText: "://") { rest = url[scheme.upperBound...] }
        guard let server = HostPort(rest, bareIPv6: true), !server.host.isEmpty else { return nil }
        let allowed = server.host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "%"): true
            default: byte >= 0x80
            }
        }
        return allowed ? server : nil
    }
}

extension String {
    func firstRange(ofText text: String) -> Range<Index>? {
        var at = startIndex
        while at < endIndex {
            if self[at...].hasPrefix(text) { return at..<index(at, offsetBy: text.count) }
            at = index(after: at)
        }
        return nil
    }
}
