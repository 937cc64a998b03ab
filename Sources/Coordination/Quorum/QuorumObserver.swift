import KafkaProtocol
import Vocabulary

/// Follows the metadata log of a controller quorum as an observer, a node without a vote (KIP-595, KIP-630, KIP-853): decides whom to ask for what, keeps the
/// copy in line with the leader's log, and knows what is committed. It neither waits nor sends: `next` says what to do, and the one request that is under way
/// is answered by `answered` or `failed`.
public struct QuorumObserver {
    public let settings: QuorumSettings
    let replica: any MetadataReplica
    var places: QuorumPlaces

    /// The newest epoch that was heard of; it only goes forward.
    public internal(set) var election: QuorumElection
    /// Where the leader is reached; nil while that is not known.
    var leaderAddress: HostPort?
    /// Up to when the leader is believed in without a sign of it.
    var fetchDeadlineMs: Int64

    /// What the quorum has committed, as far as a leader said so since the start and the copy reaches; nil before.
    public internal(set) var highWatermark: Int64?
    /// The snapshot that is being fetched.
    var download: Download?
    var inFlight: InFlight?
    private var lastId = 0
    /// Why nothing goes on for good.
    var failure: QuorumFailure?
    /// Why the last request brought nothing; nil while all is well.
    public internal(set) var obstacle: String?

    struct Download: Sendable {
        var snapshot: MetadataSnapshot
        /// Bytes that are here.
        var position: Int64 = 0
        /// Bytes of the whole; nil before the first piece.
        var size: Int64?
    }

    struct InFlight: Sendable {
        var id: Int
        var place: QuorumPlace
        var deadlineMs: Int64
    }

    /// - Parameter now: milliseconds of a clock that never goes back, as everywhere here
    public init(settings: QuorumSettings, replica: any MetadataReplica, generator: inout SeededGenerator, now: Int64) {
        self.settings = settings
        self.replica = replica
        places = QuorumPlaces(settings.places, backoffMs: settings.retryBackoffMs, generator: &generator)
        // A crash may have left the file as it was before the log's last epoch.
        let known = replica.election
        election = known.epoch < replica.lastEpoch ? QuorumElection(epoch: replica.lastEpoch) : known
        fetchDeadlineMs = now + settings.fetchTimeoutMs
        leaderAddress = election.leaderId.flatMap { configuredAddress(of: $0) }
    }

    // MARK: What to do next

    public enum Step: Sendable {
        case send(QuorumRequest)
        /// Nothing before that time, unless an answer comes.
        case wait(untilMs: Int64)
        /// The node cannot follow this quorum.
        case stop(QuorumFailure)
    }

    public mutating func next(now: Int64) -> Step {
        if let failure { return .stop(failure) }
        if let request = inFlight {
            guard now >= request.deadlineMs else { return .wait(untilMs: request.deadlineMs) }
            failed(request.id, reason: "no answer in \(settings.requestTimeoutMs) ms", now: now)
        }
        guard let place = placeToAsk(now: now) else {
            return .wait(untilMs: places.readyAtMs(with: believesInLeader(now) ? leader : nil, now: now))
        }
        lastId += 1
        inFlight = InFlight(id: lastId, place: place, deadlineMs: now + settings.requestTimeoutMs)
        return .send(QuorumRequest(id: lastId, place: place, timeoutMs: settings.requestTimeoutMs, message: message(to: place)))
    }

    /// The leader, or else whoever may know it: also while the leader rests after a failure, for there may be another by now.
    private mutating func placeToAsk(now: Int64) -> QuorumPlace? {
        if let leader, believesInLeader(now), places.isReady(leader, now: now) { return leader }
        return places.takeTurn(now: now)
    }

    func believesInLeader(_ now: Int64) -> Bool { now < fetchDeadlineMs }

    /// The leader, when it and its address are known.
    public var leader: QuorumPlace? {
        guard let id = election.leaderId, let leaderAddress else { return nil }
        return .leader(id, leaderAddress)
    }

    /// What is committed for certain: a snapshot holds nothing else.
    public var committedOffset: Int64 { max(highWatermark ?? 0, replica.latestSnapshot?.endOffset ?? 0) }

    // MARK: What became of it

    /// The request was not sent, not answered, or its answer could not be read.
    public mutating func failed(_ id: Int, reason: String, now: Int64) {
        guard let request = take(id) else { return }
        settle(.nothing(reason), request.place, now: now)
    }

    public mutating func answered(_ id: Int, _ response: FetchResponse, now: Int64) {
        guard let request = take(id) else { return }
        settle(outcome { (observer) throws(MetadataError) in try observer.handle(response, now: now) }, request.place, now: now)
    }

    public mutating func answered(_ id: Int, _ response: FetchSnapshotResponse, now: Int64) {
        guard let request = take(id) else { return }
        settle(outcome { (observer) throws(MetadataError) in try observer.handle(response, now: now) }, request.place, now: now)
    }

    /// What an answer led to.
    enum Outcome {
        case progress
        /// Nothing is known that was not known before; whoever answered so rests.
        case nothing(String)
        case failure(QuorumFailure)
    }

    private mutating func outcome(_ body: (inout QuorumObserver) throws(MetadataError) -> Outcome) -> Outcome {
        do throws(MetadataError) { return try body(&self) } catch { return .failure(.copy("\(error)")) }
    }

    /// Answers to requests that were given up are not for anyone.
    private mutating func take(_ id: Int) -> InFlight? {
        guard let request = inFlight, request.id == id else { return nil }
        inFlight = nil
        return request
    }

    private mutating func settle(_ outcome: Outcome, _ place: QuorumPlace, now: Int64) {
        switch outcome {
        case .progress:
            places.clear(place)
            obstacle = nil
        case .nothing(let reason):
            places.rest(place, now: now)
            obstacle = "\(place): \(reason)"
        case .failure(let reason): failure = reason
        }
    }
}

/// Why an observer stops for good.
public enum QuorumFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The controllers belong to another cluster.
    case otherCluster(String)
    /// The controllers do not let this node read their log.
    case notAuthorized(String)
    /// The leader's log lacks what was committed.
    case lostCommitted(String)
    /// The copy could not be read or written.
    case copy(String)

    public var description: String {
        switch self {
        case .otherCluster(let text), .notAuthorized(let text), .lostCommitted(let text), .copy(let text): text
        }
    }
}
