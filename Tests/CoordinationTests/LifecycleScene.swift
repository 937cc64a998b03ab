import KafkaProtocol
import Testing

@testable import Coordination

/// A broker's life whose clock and controller the test plays.
struct LifecycleScene {
    var lifecycle: BrokerLifecycle
    var now: Int64 = 1_000_000
    static let directories = [Uuid(high: 3, low: 1), Uuid(high: 1, low: 1)]

    init(settings: BrokerLifecycle.Settings = .init(), previousEpoch: Int64? = 41) {
        let identity = BrokerIdentity(
            id: 3, incarnationId: Uuid(high: 5, low: 5), endpoints: [Endpoint(listener: "PLAINTEXT", host: "b3", port: 9093)], rack: "r1",
            logDirs: Self.directories)
        lifecycle = BrokerLifecycle(BrokerAnnouncement(identity, clusterId: "cluster", previousEpoch: previousEpoch), settings: settings)
    }

    /// An image of a cluster at a metadata.version, with this broker registered or not.
    static func image(version: Int16 = 30, registered logDirs: [Uuid]? = nil, incarnation: Uuid = Uuid(high: 5, low: 5)) -> MetadataImage {
        var image = MetadataImage()
        image.features = [FeatureName.metadataVersion: version]
        if let logDirs {
            image.brokers[3] = BrokerImage(
                id: 3, incarnationId: incarnation, epoch: 50, endpoints: [], rack: nil, isFenced: true, isInControlledShutdown: false, logDirs: logDirs,
                cordonedLogDirs: [], features: [:])
        }
        return image
    }

    /// Moves the clock to when the lifecycle wants to be asked, and returns how far that was.
    @discardableResult
    mutating func wake() throws -> Int64 {
        let at = try #require(lifecycle.wakeAt)
        defer { now = max(now, at) }
        return max(0, at - now)
    }

    mutating func registration() throws -> BrokerRegistrationRequest {
        guard case .registration(let request)? = lifecycle.next(now) else { throw Unexpected(what: "no registration is due") }
        return request
    }

    mutating func heartbeat() throws -> BrokerHeartbeatRequest {
        guard case .heartbeat(let request)? = lifecycle.next(now) else { throw Unexpected(what: "no heartbeat is due") }
        return request
    }

    struct Unexpected: Error { let what: String }

    mutating func answerRegistration(_ code: ErrorCode = .none, epoch: Int64 = 50) {
        var answer = BrokerRegistrationResponse()
        answer.errorCode = code
        answer.brokerEpoch = epoch
        lifecycle.take(answer, now)
    }

    mutating func answerHeartbeat(_ code: ErrorCode = .none, caughtUp: Bool = true, fenced: Bool = false, shutDown: Bool = false) {
        var answer = BrokerHeartbeatResponse()
        answer.errorCode = code
        answer.isCaughtUp = caughtUp
        answer.isFenced = fenced
        answer.shouldShutDown = shutDown
        lifecycle.take(answer, now)
    }

    /// Everything up to RUNNING, with nothing under way and no events left.
    mutating func run() throws {
        lifecycle.start(now)
        _ = try registration()
        answerRegistration()
        lifecycle.metadataApplied(upTo: 60, Self.image(registered: Self.directories), now)
        _ = try heartbeat()
        answerHeartbeat(fenced: true)
        try wake()
        lifecycle.ready(now)
        _ = try heartbeat()
        answerHeartbeat()
        _ = lifecycle.takeEvents()
        #expect(lifecycle.state == .running)
    }

    mutating func warnings() -> [String] {
        lifecycle.takeEvents().compactMap { if case .warning(let text) = $0 { text } else { nil } }
    }
}
