import Host
import KafkaProtocol

@testable import KafkaClient

/// A peer on the loopback interface that knows DescribeCluster and the handshake. What it does with a request is up to the test.
final class PeerServer {
    /// A request that arrived; `reply` answers it with its own number as the cluster's id, on the connection on which it came.
    struct Arrived {
        let number: Int
        let connection: Connection
        let reply: () -> Void
    }

    private(set) var listener: Listener?
    private(set) var connections: [Connection] = []
    private(set) var arrived: [Arrived] = []
    /// What becomes of a request; answered at once if not set.
    var onRequest: ((Arrived) -> Void)?
    /// False: the handshake is never answered.
    var shakesHands = true
    private let loop: EventLoop

    init(_ loop: EventLoop, port: Int = 0) throws {
        self.loop = loop
        listener = try Listener(loop: loop, host: "127.0.0.1", port: port) { [unowned self] descriptor, peer in
            let connection = Connection(loop: loop, descriptor: descriptor, peer: peer)
            connections.append(connection)
            connection.onFrames = { [unowned self] connection, frames in for frame in frames { received(frame, connection) } }
            connection.start()
        }
    }

    var port: Int { listener?.boundPort ?? 0 }

    /// Accepts no more and cuts what is open.
    func stop() {
        listener?.close()
        for connection in connections { connection.close() }
    }

    private func received(_ frame: Bytes, _ connection: Connection) {
        let (api, version, correlationId) = (frame.load(0, as: Int16.self), frame.load(2, as: Int16.self), frame.load(4, as: Int32.self))
        if api == APIKey.apiVersions.rawValue {
            guard shakesHands else { return }
            var response = ApiVersionsResponse()
            for (key, range) in [(APIKey.apiVersions, ApiVersionsRequest.versions), (.describeCluster, DescribeClusterRequest.versions)] {
                var entry = ApiVersionsResponse.ApiVersion()
                (entry.apiKey, entry.minVersion, entry.maxVersion) = (key.rawValue, range.lowerBound, range.upperBound)
                response.apiKeys.append(entry)
            }
            return Self.send(response, to: ApiVersionsRequest.self, version, correlationId, on: connection)
        }
        let number = arrived.count
        let request = Arrived(number: number, connection: connection) {
            var response = DescribeClusterResponse()
            response.clusterId = "\(number)"
            Self.send(response, to: DescribeClusterRequest.self, version, correlationId, on: connection)
        }
        arrived.append(request)
        if let onRequest { onRequest(request) } else { request.reply() }
    }

    private static func send<R: Request>(_ response: R.Response, to: R.Type, _ version: Int16, _ correlationId: Int32, on connection: Connection) {
        var writer = WireWriter()
        ResponseHeader(correlationId: correlationId).encode(into: &writer, version: ResponseHeader.version(for: R.self, version: version))
        response.encode(into: &writer, version: version)
        var body: [UInt8] = []
        for case .bytes(let bytes) in writer.finished() { body += bytes.array }
        let length = withUnsafeBytes(of: Int32(body.count).bigEndian) { Array($0) }
        connection.send(Bytes(length + body))
    }
}
