import Coordination
import KafkaProtocol
import LogStorage
import Vocabulary

/// What a broker fetches from one leader, for the partitions that it follows there: which request comes next, and what an answer means (KIP-227, KIP-595). It
/// decides, and neither sends nor waits.
struct ReplicaFetcher: Sendable {
    struct Settings: Sendable {
        var nodeId: Int32
        var maxWaitMs: Int32 = 500
        var minBytes: Int32 = 1
        /// Of a response, and of one partition in it.
        var maxBytes: Int32 = 10 << 20
        var maxPartitionBytes: Int32 = 1 << 20
        var backoffMs: Int64 = 1000
    }

    /// A partition by its topic's id.
    struct Key: Hashable, Sendable {
        var topicId: Uuid
        var partition: Int32
    }

    /// Where a follower stands.
    struct Position: Sendable, Equatable {
        /// The epoch of the leader that it follows.
        var leaderEpoch: LeaderEpoch
        /// Its log's end and the epoch there (-1 in an empty log).
        var end: Offset
        var lastEpoch: LeaderEpoch
        /// Its log's start, as far as that lasts: leaders answer deletions by it.
        var start: Offset

        /// Whether what was asked for at one is the answer at the other.
        func isAt(_ other: Position) -> Bool { (leaderEpoch, end, lastEpoch) == (other.leaderEpoch, other.end, other.lastEpoch) }
    }

    /// What an answer means for a partition.
    enum Step: Sendable {
        case append(Bytes, fetchOffset: Offset, highWatermark: Offset, logStart: Offset)
        /// The leader's log went another way: up to where its epoch has records.
        case truncate(EpochEndOffset)
        /// The offset is not among those that the leader has.
        case resolve
        /// Nothing can be followed in this epoch any more.
        case fail(ErrorCode)
    }

    enum Next: Sendable {
        case send(FetchRequest)
        /// Nothing until then (ms), or until something changes.
        case wait(until: Int64?)
    }

    private struct Followed: Sendable {
        var topic: String
        var position: Position
        /// Not asked for before then.
        var pausedUntil: Int64 = 0
        /// Something is being found out or written first.
        var isHeld = false
        /// The leader's high watermark as it was told last; nil before.
        var leaderMark: Offset?

        var isInSync: Bool { leaderMark.map { position.end >= $0 } ?? false }
    }

    /// What one partition is asked, as the leader's session remembers it.
    private typealias Asked = Position

    private let settings: Settings
    private var followed: [Key: Followed] = [:]
    private var session = (id: Int32(0), epoch: Int32(0))
    /// What the session holds at the leader.
    private var told: [Key: Asked] = [:]
    private var inFlight: [Key: Asked]?
    private var pausedUntil: Int64 = 0

    init(_ settings: Settings) { self.settings = settings }

    // MARK: Partitions

    /// Follows a partition from a position on, or from another than before.
    mutating func follow(_ key: Key, topic: String, _ position: Position) { followed[key] = Followed(topic: topic, position: position) }

    mutating func drop(_ key: Key) { followed[key] = nil }

    /// Where a partition is followed now; nil when it is not in this epoch.
    func position(_ key: Key, _ epoch: LeaderEpoch) -> Position? { followed[key].flatMap { $0.position.leaderEpoch == epoch ? $0.position : nil } }

    /// How many records each partition is behind its leader's high watermark; 0 before that is known.
    var lags: [(key: Key, topic: String, records: Int64)] {
        followed.map { key, followed in (key, followed.topic, max(0, (followed.leaderMark ?? .zero).value - followed.position.end.value)) }
    }

    /// Takes over where a partition stands after a step, and lets it go on.
    mutating func moved(_ key: Key, to position: Position) {
        guard followed[key]?.position.leaderEpoch == position.leaderEpoch else { return }
        followed[key]?.position = position
        followed[key]?.isHeld = false
    }

    /// Where a log begins, for the leader to be told with the next request.
    mutating func noteStart(_ key: Key, _ start: Offset) { followed[key]?.position.start = start }

    /// A step did not work: not tried again at once, and then from where the partition stands.
    mutating func pause(_ key: Key, at position: Position, now: Int64) {
        guard followed[key]?.position.leaderEpoch == position.leaderEpoch else { return }
        followed[key]?.position = position
        followed[key]?.pausedUntil = now + settings.backoffMs
        followed[key]?.isHeld = false
    }

    // MARK: Asking

    /// The next request. Nothing is asked while an answer is awaited.
    /// - Parameter isHeldUp: whether a partition that is not in sync must wait for the rate to which it is slowed down
    mutating func next(now: Int64, brokerEpoch: Int64, isHeldUp: (_ topic: String, _ partition: Int32) -> Bool = { _, _ in false }) -> Next {
        guard inFlight == nil, !followed.isEmpty || !told.isEmpty else { return .wait(until: nil) }
        guard pausedUntil <= now else { return .wait(until: pausedUntil) }
        let due = followed.filter { !$0.value.isHeld && $0.value.pausedUntil <= now }
        let ready = due.filter { $0.value.isInSync || !isHeldUp($0.value.topic, $0.key.partition) }
        guard !ready.isEmpty else {
            return .wait(until: due.isEmpty ? followed.values.filter { !$0.isHeld }.map(\.pausedUntil).min() : now + settings.backoffMs)
        }
        let wanted = ready.mapValues(\.position)
        var request = FetchRequest()
        // Versions before 15 know only this one.
        request.replicaId = settings.nodeId
        request.replicaState.replicaId = settings.nodeId
        request.replicaState.replicaEpoch = brokerEpoch
        request.maxWaitMs = settings.maxWaitMs
        request.minBytes = settings.minBytes
        request.maxBytes = settings.maxBytes
        (request.sessionId, request.sessionEpoch) = session
        let isFull = session.epoch == 0
        let asked = isFull ? wanted : wanted.filter { told[$0.key] != $0.value }
        request.topics = topics(asked)
        if !isFull { request.forgottenTopicsData = forgotten(told.keys.filter { wanted[$0] == nil }) }
        told = wanted
        inFlight = wanted
        return .send(request)
    }

    private func topics(_ asked: [Key: Asked]) -> [FetchRequest.FetchTopic] {
        Dictionary(grouping: asked, by: \.key.topicId).sorted { $0.key < $1.key }.map { id, rows in
            var topic = FetchRequest.FetchTopic()
            topic.topicId = id
            topic.topic = rows.first.flatMap { followed[$0.key]?.topic } ?? ""
            topic.partitions = rows.sorted { $0.key.partition < $1.key.partition }.map { key, position in
                var row = FetchRequest.FetchTopic.FetchPartition()
                row.partition = key.partition
                row.currentLeaderEpoch = position.leaderEpoch.value
                row.fetchOffset = position.end.value
                row.lastFetchedEpoch = position.lastEpoch.value
                row.logStartOffset = position.start.value
                row.partitionMaxBytes = settings.maxPartitionBytes
                return row
            }
            return topic
        }
    }

    private func forgotten(_ keys: [Key]) -> [FetchRequest.ForgottenTopic] {
        Dictionary(grouping: keys, by: \.topicId).sorted { $0.key < $1.key }.map { id, keys in
            var topic = FetchRequest.ForgottenTopic()
            topic.topicId = id
            topic.partitions = keys.map(\.partition).sorted()
            return topic
        }
    }

    // MARK: Answers

    /// No answer has come: the leader may not have seen the request, so the session begins anew.
    mutating func failed(now: Int64) {
        inFlight = nil
        restartSession()
        pausedUntil = now + settings.backoffMs
    }

    private mutating func restartSession() {
        // With the id, so that the leader ends the old one.
        session.epoch = 0
        told = [:]
    }

    /// What an answer says of each partition that is still followed as it was asked about. Each of them is held until `moved` or `pause` says how it went.
    mutating func answered(_ response: FetchResponse, now: Int64) -> [(key: Key, epoch: LeaderEpoch, step: Step)] {
        guard let asked = inFlight else { return [] }
        inFlight = nil
        guard response.errorCode == .none else {
            if response.errorCode == .fetchSessionIdNotFound { session.id = 0 }
            restartSession()
            if ![.fetchSessionIdNotFound, .invalidFetchSessionEpoch, .fetchSessionTopicIdError].contains(response.errorCode) {
                pausedUntil = now + settings.backoffMs
            }
            return []
        }
        noteSession(response.sessionId)
        var steps: [(key: Key, epoch: LeaderEpoch, step: Step)] = []
        for topic in response.responses {
            for row in topic.partitions {
                let key = Key(topicId: topic.topicId, partition: row.partitionIndex)
                guard let sent = asked[key], let known = followed[key], !known.isHeld, known.position.isAt(sent) else { continue }
                guard let step = step(row, sent) else {
                    // With the next request the leader's session forgets it, which would else answer at once as long as this lasts. What it is told
                    // meanwhile is not taken, and is told when it is asked about again.
                    followed[key]?.pausedUntil = now + settings.backoffMs
                    continue
                }
                followed[key]?.isHeld = true
                if row.highWatermark >= 0 { followed[key]?.leaderMark = Offset(row.highWatermark) }
                steps.append((key, sent.leaderEpoch, step))
            }
        }
        // With a divergence Kafka's leaders count the high watermark as told, which nobody can take then: a new session is told it.
        if steps.contains(where: { if case .truncate = $0.step { true } else { false } }) { restartSession() }
        return steps
    }

    private mutating func noteSession(_ id: Int32) {
        if session.epoch == 0 {
            session = (id, id == 0 ? 0 : 1)
        } else if id == 0 {
            session = (0, 0)
        } else {
            session.epoch = session.epoch == .max ? 1 : session.epoch + 1
        }
        if session.epoch == 0 { told = [:] }
    }

    /// Nil for what passes by itself.
    private func step(_ row: FetchResponse.FetchableTopicResponse.PartitionData, _ sent: Asked) -> Step? {
        switch row.errorCode {
        case .none where row.divergingEpoch.endOffset >= 0:
            return .truncate(EpochEndOffset(leaderEpoch: LeaderEpoch(row.divergingEpoch.epoch), endOffset: Offset(row.divergingEpoch.endOffset)))
        case .none:
            return .append(
                row.records?.bytes ?? .empty, fetchOffset: sent.end, highWatermark: Offset(row.highWatermark), logStart: Offset(row.logStartOffset))
        case .offsetOutOfRange: return .resolve
        // Until the metadata has another epoch there is nothing to fetch; what lies in another storage is not for this broker.
        case .fencedLeaderEpoch, .offsetMovedToTieredStorage: return .fail(row.errorCode)
        // The leader may not know yet what this broker knows, or the other way round.
        default: return nil
        }
    }
}
