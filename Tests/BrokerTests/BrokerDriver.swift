import Broker
import KafkaProtocol
import LogStorage
import OffsetLiterals
import Synchronization

/// A broker on a disk in memory, called as a client would call it: through encoded frames.
final class BrokerDriver {
    let disk: MemoryDisk
    /// What the broker sees as its disk.
    private let mounted: any Disk
    private(set) var broker: Broker
    private let settings: BrokerSettings
    var connection = ClientConnection(id: 1, listener: "PLAINTEXT", peerHost: "/127.0.0.1")
    /// For how long the last reply asked the client to be held up.
    private(set) var throttleMs: Int32 = 0
    var now: Int64 = 1_000_000
    private var correlationId: Int32 = 0

    enum Failure: Error { case noReply, closed(String) }

    /// - Parameter mounted: another disk than `disk`, such as one that fails.
    init(
        properties: [String: String] = [:], disk: MemoryDisk = MemoryDisk(), mounted: (any Disk)? = nil, log: OperatorLog = .silent,
        configure: (inout BrokerSettings) -> Void = { _ in }
    ) throws {
        self.disk = disk
        self.mounted = mounted ?? disk
        var settings = BrokerSettings(properties: properties)
        settings.seed = 7
        settings.log = log
        settings.endpoints = [.init(listener: "PLAINTEXT", host: "broker.example", port: 9092)]
        configure(&settings)
        self.settings = settings
        broker = try Broker(settings: settings, disk: self.mounted, now: now)
    }

    /// Stops cleanly and starts again on the same disk.
    func restart() throws {
        try broker.shutDown(now: now)
        broker = try Broker(settings: settings, disk: mounted, now: now)
    }

    /// Lets the timers that are due by now act.
    func fireTimers() { _ = broker.timers.fire(now: now) }

    /// Appends records to the first partition of a topic, each in a batch of its own.
    func append(_ topic: String, _ values: [String], asCoordinator: Bool = false) throws {
        guard let log = broker.partitions.partition(topic, 0)?.log else { throw Failure.noReply }
        for value in values {
            let builder = RecordBatchBuilder()
            builder.append(timestamp: now, key: Bytes("key"), value: Bytes(value))
            _ = try log.append(builder.build(), leaderEpoch: 0, now: now, origin: asCoordinator ? .coordinator : .client)
        }
    }

    func delete(_ topic: String) throws {
        var state = DeleteTopicsRequest.DeleteTopicState()
        state.name = topic
        var request = DeleteTopicsRequest()
        request.topics = [state]
        guard try send(request).responses.first?.errorCode == ErrorCode.none else { throw Failure.noReply }
    }

    /// Sends one request and returns what was answered by the time its work was committed.
    func send<R: Request>(_ request: R, version: Int16 = R.versions.upperBound) throws -> R.Response {
        let answer = post(request, version: version)
        broker.commits.drain()
        return try answer()
    }

    /// Sends a request whose work is not committed yet; gives what reads its answer later.
    func post<R: Request>(_ request: R, version: Int16 = R.versions.upperBound) -> () throws -> R.Response {
        correlationId += 1
        var writer = WireWriter()
        RequestHeader(apiKey: R.apiKey, version: version, correlationId: correlationId, clientId: "test")
            .encode(into: &writer, version: RequestHeader.version(for: R.self, version: version))
        request.encode(into: &writer, version: version)
        let answer = Answer()
        broker.handle(writer.finishedBytes(), from: connection, now: now) { reply in answer.reply.withLock { $0 = reply } }
        return { [self] in try read(R.self, answer.reply.withLock { $0 }, version) }
    }

    private final class Answer: Sendable { let reply = Mutex<Reply?>(nil) }

    private func read<R: Request>(_: R.Type, _ reply: Reply?, _ version: Int16) throws -> R.Response {
        switch reply {
        case .frame(let pieces, let throttleMs)?:
            self.throttleMs = throttleMs
            var all: [UInt8] = []
            for piece in pieces {
                switch piece {
                case .bytes(let bytes): all += bytes.array
                case .file(let range): all += try range.source.bytes(at: range.offset, count: range.count).array
                }
            }
            let skip = ResponseHeader.version(for: R.self, version: version) == 1 ? 9 : 8
            return try R.Response.decode(Bytes(all).dropFirst(skip), version: version)
        case .close(let reason)?: throw Failure.closed(reason)
        default: throw Failure.noReply
        }
    }

    @discardableResult
    func create(_ name: String, partitions: Int32 = 1, configs: [(String, String?)] = []) throws -> CreateTopicsResponse.CreatableTopicResult? {
        var topic = CreateTopicsRequest.CreatableTopic()
        topic.name = name
        topic.numPartitions = partitions
        topic.replicationFactor = 1
        topic.configs = configs.map { key, value in
            var row = CreateTopicsRequest.CreatableTopic.CreatableTopicConfig()
            row.name = key
            row.value = value
            return row
        }
        var request = CreateTopicsRequest()
        request.topics = [topic]
        return try send(request).topics.first
    }
}
