import Broker
import KafkaProtocol
import LogStorage
import Synchronization
import Vocabulary

/// A whole broker without sockets, on a disk in memory and a clock that only moves when told: everything it does follows from the calls.
public final class SimulatedBroker {
    public private(set) var disk: SimulatedDisk
    public private(set) var broker: Broker
    /// Milliseconds since the epoch.
    public private(set) var now: Int64 = 1_700_000_000_000
    private var settings: BrokerSettings
    private let connection = ClientConnection(id: 1, listener: "PLAINTEXT", peerHost: "/127.0.0.1")
    private var correlationId: Int32 = 0

    /// A request that was sent; its response may come later, or (after a crash) never.
    public final class Pending<R: Request>: Sendable {
        private let answer = Mutex<Reply?>(nil)
        private let version: Int16

        fileprivate init(version: Int16) { self.version = version }

        fileprivate func complete(_ reply: Reply) { answer.withLock { $0 = reply } }

        /// The response, once it is there. Throws when the broker closed the connection instead.
        public func response() throws -> R.Response? {
            switch answer.withLock({ $0 }) {
            case nil, .nothing?: return nil
            case .close(let reason)?: throw SimulationError("the broker closed the connection: \(reason)")
            case .frame(let pieces, _)?:
                let headerSize = ResponseHeader.version(for: R.self, version: version) == 1 ? 9 : 8
                return try R.Response.decode(try RecordData.pieces(pieces).gathered().dropFirst(headerSize), version: version)
            }
        }
    }

    public init(seed: UInt64, properties: [String: String] = [:], disk: SimulatedDisk = SimulatedDisk(), log: OperatorLog = .silent) throws {
        var settings = BrokerSettings(properties: properties)
        settings.seed = seed
        settings.journalLimits = JournalLimits(seed: seed)
        settings.dataDirectories = ["data"]
        settings.endpoints = [.init(listener: "PLAINTEXT", host: "localhost", port: 9092)]
        let started = now
        settings.clock = { started }
        settings.log = log
        self.settings = settings
        self.disk = disk
        broker = try Broker(settings: settings, disk: disk, now: now)
    }

    /// Hands the broker a frame. Nothing is synced until `sync`.
    public func submit<R: Request>(_ request: R, version: Int16 = R.versions.upperBound) -> Pending<R> {
        correlationId += 1
        var writer = WireWriter()
        RequestHeader(apiKey: R.apiKey, version: version, correlationId: correlationId, clientId: "simulation")
            .encode(into: &writer, version: RequestHeader.version(for: R.self, version: version))
        request.encode(into: &writer, version: version)
        let pending = Pending<R>(version: version)
        broker.handle(writer.finishedBytes(), from: connection, now: now) { pending.complete($0) }
        return pending
    }

    /// Sends a request, lets the disk finish and returns the response.
    public func call<R: Request>(_ request: R, version: Int16 = R.versions.upperBound) throws -> R.Response {
        let pending = submit(request, version: version)
        sync()
        guard let response = try pending.response() else { throw SimulationError("\(R.name) was not answered") }
        return response
    }

    /// The sync thread's turn.
    public func sync() { broker.commits.drain() }

    /// Lets time pass and runs what is due.
    public func advance(ms: Int64) {
        now += ms
        _ = broker.timers.fire(now: now)
    }

    /// Stops in order and starts again.
    public func restart() throws {
        try broker.shutDown(now: now)
        // A process makes other ids than the one before it.
        settings.seed &+= 1
        broker = try Broker(settings: settings, disk: disk, now: now)
    }

    /// The power fails: what was not synced is lost or not, as the generator says. Then the broker starts again.
    public func losePower(using random: inout SeededGenerator) throws {
        disk = disk.crashed(using: &random)
        settings.seed &+= 1
        broker = try Broker(settings: settings, disk: disk, now: now)
    }
}

/// What went wrong in a simulation.
public struct SimulationError: Error, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}
