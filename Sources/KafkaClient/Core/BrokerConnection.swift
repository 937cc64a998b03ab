import KafkaProtocol
import Security

/// A broker as the client connects to it. One broker may have two: coordinators can get a connection of their own.
enum Channel: Hashable {
    /// The entry of `bootstrap.servers` with this index.
    case bootstrap(Int)
    case node(Int32)
    case coordinator(Int32)

    /// The broker that it leads to; nil while that is not known.
    var nodeId: Int32? {
        switch self {
        case .bootstrap: nil
        case .node(let id), .coordinator(let id): id
        }
    }
}

/// One connection: its handshake and the requests in flight on it, oldest first (a broker answers in order).
final class BrokerConnection {
    enum Phase {
        case connecting
        case handshake
        case ready
    }

    struct InFlight {
        let correlationId: Int32
        let version: Int16
        /// Nil when nobody waits for the answer any more.
        var request: PendingRequest?
        let sentAt: Int64
        let deadline: Int64
    }

    let id: ConnectionID
    let host: String
    let port: Int
    var channel: Channel
    var phase = Phase.connecting
    /// When connecting and the handshake must be over.
    let setupDeadline: Int64
    let startedAt: Int64
    var handshake: Handshake
    var inFlight: [InFlight] = []
    /// True once a request other than those of the handshake was answered.
    var hasServed = false
    private var lastCorrelationId: Int32 = 0

    init(id: ConnectionID, host: String, port: Int, channel: Channel, now: Int64, config: ClientConfig, sasl: (any SaslExchange)?) {
        self.id = id
        self.host = host
        self.port = port
        self.channel = channel
        startedAt = now
        setupDeadline = now.after(ms: config.connectionSetupTimeoutMs)
        handshake = Handshake(clientId: config.clientId, mechanism: config.security.sasl?.mechanism ?? "", sasl: sasl)
    }

    func nextCorrelationId() -> Int32 {
        // The handshake counts from 1 on; requests continue far above so that the two can not be confused.
        lastCorrelationId = lastCorrelationId == Int32.max ? 1_000 : max(1_000, lastCorrelationId) + 1
        return lastCorrelationId
    }

    /// Whether the other side speaks any version of an API.
    func offers(_ api: APIKey) -> Bool { handshake.versions[api.rawValue] != nil }

    /// The highest version that both sides speak, or why there is none.
    func version(of api: APIKey, within range: ClosedRange<Int16>) throws(ClientError) -> Int16 {
        guard let offered = handshake.versions[api.rawValue] else {
            throw ClientError(.unsupportedVersion, code: .unsupportedVersion, message: "The node does not support \(api.name)")
        }
        if !offered.overlaps(range) {
            throw ClientError(
                .unsupportedVersion, code: .unsupportedVersion,
                message: "The node does not support \(api.name) with version in range [\(range.lowerBound),\(range.upperBound)]. "
                    + "The supported range is [\(offered.lowerBound),\(offered.upperBound)].")
        }
        return min(offered.upperBound, range.upperBound)
    }
}

/// What is remembered of a channel between its connections.
struct ChannelHistory {
    var failures = 0
    /// When the present run of failures began.
    var failingSince: Int64?
    var nextAttemptAt: Int64 = 0
    var lastReason: String?
    /// All attempts of this run failed because the name does not resolve.
    var isUnresolvable = false
    var hasServed = false
}
