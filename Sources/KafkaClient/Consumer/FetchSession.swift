import KafkaProtocol
import Vocabulary

/// A fetch session with one broker (KIP-227): the broker remembers what was asked, and a request names only what changed.
struct FetchSession {
    struct Entry: Equatable {
        var topicId: Uuid
        var offset: Int64
        var maxBytes: Int32
        var leaderEpoch: Int32
        /// The position's; the broker does not learn of it.
        var stamp: Int

        fileprivate func asksSame(as other: Entry?) -> Bool {
            topicId == other?.topicId && offset == other?.offset && maxBytes == other?.maxBytes && leaderEpoch == other?.leaderEpoch
        }
    }

    /// 0: none yet.
    private(set) var id: Int32 = 0
    /// 0 asks for a new session.
    private(set) var epoch: Int32 = 0
    /// What is to be fetched.
    private var wanted: [TopicPartition: Entry] = [:]
    /// What the last request asked for: what the broker remembers, and what the answer is about.
    private var asked: [TopicPartition: Entry] = [:]
    /// Where the two may differ.
    private var changed: Set<TopicPartition> = []
    /// How many of those wanted are of a topic without an id.
    private var withoutIds = 0
    private var topicNames: [Uuid: String] = [:]

    var isEmpty: Bool { wanted.isEmpty }
    /// Whether all topics have ids, which replace names from version 13 on.
    var hasIds: Bool { withoutIds == 0 }
    var partitions: Dictionary<TopicPartition, Entry>.Keys { wanted.keys }

    mutating func want(_ partition: TopicPartition, _ entry: Entry) {
        let old = wanted.updateValue(entry, forKey: partition)
        if old == entry { return }
        withoutIds += (entry.topicId == .zero ? 1 : 0) - (old?.topicId == .zero ? 1 : 0)
        changed.insert(partition)
    }

    mutating func drop(_ partition: TopicPartition) {
        guard let old = wanted.removeValue(forKey: partition) else { return }
        if old.topicId == .zero { withoutIds -= 1 }
        changed.insert(partition)
    }

    /// What the last request asked for a partition.
    func asked(_ partition: TopicPartition) -> Entry? { asked[partition] }

    /// The name of a topic that was asked for, for answers that carry only ids.
    func topicName(_ id: Uuid) -> String? { topicNames[id] }

    /// Fills in a request that asks for exactly what is wanted; it names what has changed, or everything to a broker that remembers nothing.
    /// - Parameter turn: the order in which partitions are named.
    mutating func fill(_ request: inout FetchRequest, turn: (TopicPartition) -> UInt64) {
        request.sessionId = id
        request.sessionEpoch = epoch
        if epoch == 0 {
            asked = [:]
            topicNames = [:]
            changed = Set(wanted.keys)
        }
        var topics: [FetchRequest.FetchTopic] = []
        var places: [String: Int] = [:]
        var forgotten: [TopicPartition: Uuid] = [:]
        for (partition, _) in changed.map({ ($0, turn($0)) }).sorted(by: { ($0.1, $0.0) < ($1.1, $1.0) }) {
            let before = asked[partition], entry = wanted[partition]
            // Also a topic that was recreated under another id.
            if let before, before.topicId != entry?.topicId { forgotten[partition] = before.topicId }
            asked[partition] = entry
            guard let entry, !entry.asksSame(as: before) else { continue }
            topicNames[entry.topicId] = partition.topic
            var field = FetchRequest.FetchTopic.FetchPartition()
            field.partition = partition.partition
            field.currentLeaderEpoch = entry.leaderEpoch
            field.fetchOffset = entry.offset
            field.partitionMaxBytes = entry.maxBytes
            if places[partition.topic] == nil {
                places[partition.topic] = topics.count
                var topic = FetchRequest.FetchTopic()
                topic.topic = partition.topic
                topic.topicId = entry.topicId
                topics.append(topic)
            }
            if let place = places[partition.topic] { topics[place].partitions.append(field) }
        }
        changed = []
        request.topics = topics
        request.forgottenTopicsData = Self.rows(forgotten)
    }

    private static func rows(_ forgotten: [TopicPartition: Uuid]) -> [FetchRequest.ForgottenTopic] {
        var rows: [FetchRequest.ForgottenTopic] = []
        for (partition, id) in forgotten.sorted(by: { ($0.key.topic, $0.value, $0.key.partition) < ($1.key.topic, $1.value, $1.key.partition) }) {
            if rows.last?.topic != partition.topic || rows.last?.topicId != id {
                var row = FetchRequest.ForgottenTopic()
                row.topic = partition.topic
                row.topicId = id
                rows.append(row)
            }
            rows[rows.count - 1].partitions.append(partition.partition)
        }
        return rows
    }

    mutating func answered(_ response: FetchResponse) {
        switch response.errorCode {
        case .none:
            if epoch == 0 {
                id = response.sessionId
                // A broker without room for another session answers id 0: the next request is a full one too.
                epoch = id == 0 ? 0 : 1
            } else {
                epoch = epoch == .max ? 1 : epoch + 1
            }
        case .fetchSessionIdNotFound:
            id = 0
            restart()
        default: restart()
        }
    }

    /// Closes the session on the broker's side and asks for a new one with the next request; after an answer that did not come.
    mutating func restart() {
        epoch = 0
        asked = [:]
    }
}
