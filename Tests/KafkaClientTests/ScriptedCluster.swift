import KafkaProtocol
import Security

@testable import KafkaClient

/// A cluster in memory: it performs a core's actions against scripted brokers, with a clock that jumps to the next deadline when nothing happens.
final class ScriptedCluster {
    /// What a broker answers; nil for silence.
    typealias Script = (_ request: any Request, _ version: Int16) -> (any Response)?

    enum Behaviour {
        case answers(Script)
        case refuses
        case accepts
        case unresolvable
        /// Takes this many requests after the handshake, then closes instead of answering.
        case closesAfter(Int, Script)
    }

    struct Served {
        let address: String
        let connection: ConnectionID
        let key: APIKey
        let version: Int16
        let request: any Request
    }

    let core: ClientCore
    var brokers: [String: Behaviour] = [:]
    /// Versions that all brokers claim; nil for everything this library speaks.
    var versions: [APIKey: ClosedRange<Int16>]?
    /// Whether brokers refuse ApiVersions above this version, as old ones do.
    var newestApiVersions: Int16 = 4
    /// Levels of features that all brokers call finalized.
    var features: [String: Int16] = [:]
    var served: [Served] = []
    var connects: [String] = []
    /// What a caller that pauses said is in its way.
    var told: [Obstacle] = []
    var now: Int64
    private var addresses: [ConnectionID: String] = [:]
    private var counts: [ConnectionID: Int] = [:]
    private var events: [ClientCore.Event] = []

    init(_ config: ClientConfig, now: Int64 = 1_000, crypto: (any SaslCrypto)? = nil) {
        self.now = now
        core = ClientCore(config: config, now: now, seed: 7, crypto: crypto)
    }

    convenience init(bootstrap: String = "a:1", properties: [String: String] = [:]) throws {
        self.init(try ClientConfig(bootstrap: bootstrap, properties: properties, clientId: "test"))
    }

    /// The requests that were served, by API, without the handshake.
    var keys: [APIKey] { served.map(\.key).filter { $0 != .apiVersions } }

    /// Runs until nothing is left to do but to wait for the clock, at most to a time.
    func settle() {
        repeat {
            let happened = events
            events = []
            core.handle(happened, now: now)
            perform()
        } while !events.isEmpty
    }

    /// Runs until the condition holds; lets time pass when nothing else happens, for at most `limitMs`.
    func run(limitMs: Int64 = 300_000, until condition: () -> Bool) -> Bool {
        let end = now + limitMs
        for _ in 0..<100_000 {
            settle()
            if condition() { return true }
            guard let next = core.nextDeadline, next <= end else { return false }
            now = max(next, now + 1)
        }
        return false
    }

    func send<R: Request>(_ request: R, to target: Target, options: RequestOptions = RequestOptions()) -> Result<R.Response, ClientError>? {
        var result: Result<R.Response, ClientError>?
        core.submit(request, to: target, options: options) { result = $0 }
        _ = run { result != nil }
        return result
    }

    /// Closes every connection to a broker.
    func disconnect(_ address: String) {
        for (id, its) in addresses where its == address {
            addresses[id] = nil
            events.append(.disconnected(id, .closedByPeer))
        }
    }

    /// Delivers a frame of the test's own making.
    func deliver(_ frame: Bytes, on id: ConnectionID) { events.append(.received(id, [frame])) }

    private func perform() {
        for action in core.takeActions() {
            switch action {
            case .connect(let id, let host, let port): connect(id, "\(host):\(port)")
            case .send(let id, let pieces): receive(pieces, id)
            case .close(let id): addresses[id] = nil
            }
        }
    }

    private func connect(_ id: ConnectionID, _ address: String) {
        connects.append(address)
        switch brokers[address] {
        case .refuses, nil: events.append(.disconnected(id, .refused))
        case .unresolvable: events.append(.disconnected(id, .unresolvable))
        case .accepts, .answers, .closesAfter:
            addresses[id] = address
            events.append(.connected(id))
        }
    }

    private func receive(_ pieces: [RecordData.Piece], _ id: ConnectionID) {
        guard let address = addresses[id], let behaviour = brokers[address] else { return }
        var all: [UInt8] = []
        for case .bytes(let bytes) in pieces { all += bytes.array }
        let frame = Bytes(all).dropFirst(4)
        guard frame.count == Bytes(all).load(0, as: Int32.self), let key = APIKey(rawValue: frame.load(0, as: Int16.self)) else { return }
        let version: Int16 = frame.load(2)
        let correlationId: Int32 = frame.load(4)
        let type = key.messages.request
        if key == .apiVersions, version > newestApiVersions {
            var refusal = ApiVersionsResponse()
            refusal.errorCode = .unsupportedVersion
            reply(refusal, to: type, version: 0, correlationId, id)
            return
        }
        guard let request = decode(frame, type, version) else { return }
        served.append(Served(address: address, connection: id, key: key, version: version, request: request))
        if key == .apiVersions, case .accepts = behaviour { return }
        if key == .apiVersions { return reply(apiVersions(), to: type, version: version, correlationId, id) }
        switch behaviour {
        case .answers(let script):
            if let response = script(request, version) { reply(response, to: type, version: version, correlationId, id) }
        case .closesAfter(let limit, let script):
            counts[id, default: 0] += 1
            if counts[id, default: 0] > limit {
                addresses[id] = nil
                events.append(.disconnected(id, .closedByPeer))
            } else if let response = script(request, version) {
                reply(response, to: type, version: version, correlationId, id)
            }
        case .accepts, .refuses, .unresolvable: break
        }
    }

    private func decode(_ frame: Bytes, _ type: any Request.Type, _ version: Int16) -> (any Request)? {
        let headerVersion = RequestHeader.version(for: type, version: version)
        var reader = WireReader(frame, version: headerVersion, isFlexible: headerVersion >= RequestHeader.flexibleFrom)
        var header = RequestHeader()
        guard (try? reader.value(&header)) != nil else { return nil }
        return try? type.decode(frame.dropFirst(reader.position), version: version, allowsTrailing: false)
    }

    private func apiVersions() -> ApiVersionsResponse {
        var response = ApiVersionsResponse()
        for key in APIKey.allCases {
            let range = versions.map { $0[key] } ?? key.messages.request.versions
            guard let range else { continue }
            var api = ApiVersionsResponse.ApiVersion()
            api.apiKey = key.rawValue
            api.minVersion = range.lowerBound
            api.maxVersion = range.upperBound
            response.apiKeys.append(api)
        }
        if features.isEmpty { return response }
        response.finalizedFeaturesEpoch = 1
        response.finalizedFeatures = features.map { name, level in
            var feature = ApiVersionsResponse.FinalizedFeatureKey()
            feature.name = name
            feature.maxVersionLevel = level
            return feature
        }
        return response
    }

    private func reply(_ response: any Response, to type: any Request.Type, version: Int16, _ correlationId: Int32, _ id: ConnectionID) {
        var writer = WireWriter()
        ResponseHeader(correlationId: correlationId).encode(into: &writer, version: ResponseHeader.version(for: type, version: version))
        response.encode(into: &writer, version: version)
        events.append(.received(id, [writer.finishedBytes()]))
    }
}

/// A metadata answer: brokers as id → `host:port`, topics as name → leaders of partitions 0, 1, …
func metadata(_ brokers: [Int32: String], controller: Int32 = 1, topics: [String: [Int32]] = [:], epoch: Int32 = 0) -> MetadataResponse {
    var response = MetadataResponse()
    response.controllerId = controller
    response.clusterId = "cluster"
    for (id, address) in brokers.sorted(by: { $0.key < $1.key }) {
        let parts = address.split(separator: ":")
        var broker = MetadataResponse.MetadataResponseBroker()
        broker.nodeId = id
        broker.host = String(parts[0])
        broker.port = Int32(parts[1]) ?? 0
        response.brokers.append(broker)
    }
    for (name, leaders) in topics {
        var topic = MetadataResponse.MetadataResponseTopic()
        topic.name = name
        topic.topicId = Uuid(high: 1, low: UInt64(truncatingIfNeeded: name.utf8.count))
        for (index, leader) in leaders.enumerated() {
            var partition = MetadataResponse.MetadataResponseTopic.MetadataResponsePartition()
            partition.partitionIndex = Int32(index)
            partition.leaderId = leader
            partition.leaderEpoch = epoch
            topic.partitions.append(partition)
        }
        response.topics.append(topic)
    }
    return response
}
