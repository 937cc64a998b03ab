import Foundation
import KafkaProtocol
import Testing

@testable import Coordination

#if canImport(Glibc)
    import Glibc
#endif

/// Lives of a broker at a controller of Apache Kafka, on a real clock. Needs `KAFKA_HOME`, and is skipped without it.
@Suite struct KafkaControllerTests {
    private static let home = ProcessInfo.processInfo.environment["KAFKA_HOME"]

    @Test(.enabled(if: home != nil, "KAFKA_HOME is not set"), .timeLimit(.minutes(5))) func kafkasControllerTakesWhatIsAnnounced() throws {
        let cluster = try KafkaCluster(Self.home ?? "")
        defer { cluster.wipe() }
        let connection = try ControllerConnection(port: cluster.port)

        // A new cluster has finalized more than is served; the command that the refusal names lets the broker in.
        var image = MetadataImage()
        image.features = [FeatureName.metadataVersion: 30, FeatureName.share: 1, FeatureName.streams: 1]
        var refused = try Life(cluster, image)
        try refused.play(connection) { $0.state == .shuttingDown }
        let reason = try #require(refused.lifecycle.failure)
        for feature in [FeatureName.share, FeatureName.streams] {
            let command = "downgrade --feature \(feature)=0"
            #expect(reason.contains(command))
            try cluster.features(command.split(separator: " ").map(String.init))
        }
        image.features = [FeatureName.metadataVersion: 30]

        var stranger = try Life(cluster, image, clusterId: "AAAAAAAAAAAAAAAAAAAAAQ")
        try stranger.play(connection) { $0.state == .shuttingDown }
        #expect(stranger.lifecycle.failure?.contains("INCONSISTENT_CLUSTER_ID") == true)

        var first = try Life(cluster, image)
        try first.play(connection) { $0.state == .recovery }
        #expect(first.lifecycle.isFenced && first.lifecycle.epoch > 0)
        first.lifecycle.ready(Life.now)
        try first.play(connection) { $0.state == .running }

        // Another broker with the same id has to wait until the first is silent for a session, and takes its place then.
        var second = try Life(cluster, image)
        var asked = 0
        try second.play(connection) { life in
            asked += 1
            return life.trouble?.contains("DUPLICATE_BROKER_REGISTRATION") == true || asked > 100
        }
        #expect(second.lifecycle.state == .starting && second.lifecycle.trouble?.contains("still registered by another incarnation") == true)
        try second.play(connection) { $0.epoch > 0 }
        #expect(second.lifecycle.epoch > first.lifecycle.epoch)
        try first.play(connection) { !$0.isRegistered }
        #expect(first.lifecycle.state == .running && first.lifecycle.isFenced)

        second.lifecycle.ready(Life.now)
        try second.play(connection) { $0.state == .running }
        second.lifecycle.stop(Life.now)
        try second.play(connection) { $0.state == .shuttingDown }
        #expect(second.lifecycle.failure == nil)

        var third = try Life(cluster, image, previousEpoch: second.lifecycle.epoch)
        third.lifecycle.ready(Life.now)
        try third.play(connection) { $0.state == .running }
        // The registration is sent again on request, and keeps its epoch.
        let epoch = third.lifecycle.epoch
        third.lifecycle.registerAgain(Life.now)
        try third.play(connection) { !$0.mustAmend }
        #expect(third.lifecycle.epoch == epoch && !third.lifecycle.isFenced)
    }
}

/// A broker's life on the real clock, at whatever a connection leads to.
private struct Life {
    var lifecycle: BrokerLifecycle
    private let image: MetadataImage

    static var now: Int64 { Int64(DispatchTime.now().uptimeNanoseconds / 1_000_000) }

    init(_ cluster: KafkaCluster, _ image: MetadataImage, clusterId: String? = nil, previousEpoch: Int64? = nil) throws {
        var random = SystemRandomNumberGenerator()
        let endpoint = Endpoint(listener: "PLAINTEXT", host: "127.0.0.1", port: 9)
        let identity = BrokerIdentity(
            id: 7, incarnationId: .random(using: &random), endpoints: [endpoint], rack: "r", logDirs: [Uuid(high: 9, low: 9)])
        var settings = BrokerLifecycle.Settings()
        settings.heartbeatIntervalMs = 300
        lifecycle = BrokerLifecycle(BrokerAnnouncement(identity, clusterId: clusterId ?? cluster.id, previousEpoch: previousEpoch), settings: settings)
        self.image = image
        lifecycle.metadataApplied(upTo: 0, image, Self.now)
        lifecycle.start(Self.now)
    }

    struct Late: Error { let state: BrokerState, trouble: String? }

    mutating func play(_ connection: ControllerConnection, until isDone: (BrokerLifecycle) -> Bool) throws {
        let end = Self.now + 30_000
        while !isDone(lifecycle) {
            if Self.now > end { throw Late(state: lifecycle.state, trouble: lifecycle.trouble) }
            switch lifecycle.next(Self.now) {
            case .registration(let request)?: lifecycle.take(try connection.send(request), Self.now)
            case .heartbeat(let request)?: lifecycle.take(try connection.send(request), Self.now)
            case nil: Thread.sleep(forTimeInterval: 0.005)
            }
            // A broker's epoch is the offset of its registration: who has applied that is caught up.
            if case .registered(let epoch)? = lifecycle.takeEvents().last { lifecycle.metadataApplied(upTo: epoch, image, Self.now) }
        }
    }
}

/// One controller and no broker, as `kafka-nodes` starts them.
private struct KafkaCluster {
    let directory: String
    let home: String
    let id: String
    let port: UInt16

    init(_ home: String) throws {
        self.home = home
        directory = NSTemporaryDirectory() + "ottla-controller-" + UUID().uuidString
        try Self.run(home + "/bin/kafka-nodes", ["start", directory, "1", "0"])
        let environment = try String(contentsOfFile: directory + "/cluster.env", encoding: .utf8)
        let values = Dictionary(
            uniqueKeysWithValues: environment.split(separator: "\n").map { line in
                let halves = line.split(separator: "=", maxSplits: 1)
                return (String(halves[0]), String(halves[1]))
            })
        id = try #require(values["CLUSTER_ID"])
        port = try #require(values["CONTROLLERS"]?.split(separator: ":").last.flatMap { UInt16($0) })
    }

    func features(_ arguments: [String]) throws {
        try Self.run(home + "/bin/kafka-features.sh", ["--bootstrap-controller", "127.0.0.1:\(port)"] + arguments)
    }

    func wipe() { try? Self.run(home + "/bin/kafka-nodes", ["wipe", directory]) }

    struct Failed: Error { let command: String, output: String }

    /// Not with `Process`: that waits for whoever inherited its descriptors, and the controller goes on.
    private static func run(_ program: String, _ arguments: [String]) throws {
        let log = NSTemporaryDirectory() + "ottla-controller-" + UUID().uuidString + ".log"
        defer { try? FileManager.default.removeItem(atPath: log) }
        let command = ([program] + arguments).map { "'\($0)'" }.joined(separator: " ")
        guard system("\(command) > '\(log)' 2>&1 < /dev/null") == 0 else {
            throw Failed(command: command, output: (try? String(contentsOfFile: log, encoding: .utf8)) ?? "")
        }
    }
}

/// A blocking connection to a controller on loopback: one request, one answer.
private final class ControllerConnection {
    private let descriptor: Int32
    private var correlationId: Int32 = 0

    struct Broken: Error { let what: String }

    init(port: UInt16) throws {
        #if canImport(Glibc)
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        if connected != 0 { throw Broken(what: "no connection to port \(port)") }
    }

    deinit { close(descriptor) }

    func send<R: Request>(_ request: R) throws -> R.Response {
        let version = R.versions.upperBound
        correlationId += 1
        var writer = WireWriter()
        RequestHeader(apiKey: R.apiKey, version: version, correlationId: correlationId, clientId: "test")
            .encode(into: &writer, version: RequestHeader.version(for: R.self, version: version))
        request.encode(into: &writer, version: version)
        let frame = writer.finishedBytes().array
        let size = UInt32(frame.count)
        let bytes = (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) } + frame
        guard write(descriptor, bytes, bytes.count) == bytes.count else { throw Broken(what: "write") }
        let count = try receive(4).reduce(0) { $0 << 8 | Int($1) }
        // Behind the size: the correlation id and, in flexible versions, no tagged fields.
        let skip = ResponseHeader.version(for: R.self, version: version) == 1 ? 5 : 4
        return try R.Response.decode(Bytes(try receive(count)).dropFirst(skip), version: version)
    }

    private func receive(_ count: Int) throws -> [UInt8] {
        var received: [UInt8] = []
        while received.count < count {
            var piece = [UInt8](repeating: 0, count: count - received.count)
            let read = recv(descriptor, &piece, piece.count, 0)
            guard read > 0 else { throw Broken(what: "the controller closed the connection") }
            received += piece[..<read]
        }
        return received
    }
}
