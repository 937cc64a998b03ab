import KafkaProtocol
import Vocabulary

/// A fetch session with one broker (KIP-227): the broker remembers what was asked, and a request names only what changed.
struct FetchSession {
    struct Entry: Equatable {
        var topicId: Uuid
        var offset: Int64
        var maxBytes: Int32
        var leaderEpoch: Int32
    }

    /// 0: none yet.
    private(set) var id: Int32 = 0
    /// 0 asks for a new session.
    private(set) var epoch: Int32 = 0
    private var entries: [TopicPartition: Entry] = [:]

    /// Fills in a request that asks for exactly these partitions.
    mutating func fill(_ request: inout FetchRequest, _ wanted: [(partition: TopicPartition, entry: Entry)]) {
        request.sessionId = id
        request.sessionEpoch = epoch
        let isFull = epoch == 0
        if isFull { entries.removeAll() }
        var topics: [String: FetchRequest.FetchTopic] = [:]
        var order: [String] = []
        var next: [TopicPartition: Entry] = [:]
        next.reserveCapacity(wanted.count)
        for (partition, entry) in wanted {
            next[partition] = entry
            if entries[partition] == entry { continue }
            var field = FetchRequest.FetchTopic.FetchPartition()
            field.partition = partition.partition
            field.currentLeaderEpoch = entry.leaderEpoch
            field.fetchOffset = entry.offset
            field.partitionMaxBytes = entry.maxBytes
            if topics[partition.topic] == nil {
                order.append(partition.topic)
                var topic = FetchRequest.FetchTopic()
                topic.topic = partition.topic
                topic.topicId = entry.topicId
                topics[partition.topic] = topic
            }
            topics[partition.topic]?.partitions.append(field)
        }
        request.topics = order.compactMap { topics[$0] }
        request.forgottenTopicsData = forgotten(next)
        entries = next
    }

    /// What the broker remembers and is no longer asked for; also a topic that was recreated under another id.
    private func forgotten(_ next: [TopicPartition: Entry]) -> [FetchRequest.ForgottenTopic] {
        var topics: [String: [Uuid: [Int32]]] = [:]
        for (partition, entry) in entries where next[partition]?.topicId != entry.topicId {
            topics[partition.topic, default: [:]][entry.topicId, default: []].append(partition.partition)
        }
        return topics.flatMap { name, ids in
            ids.map { id, partitions in
                var topic = FetchRequest.ForgottenTopic()
                topic.topic = name
                topic.topicId = id
                topic.partitions = partitions.sorted()
                return topic
            }
        }
    }

    /// The names of topics by id, for answers that carry only ids.
    var topicNames: [Uuid: String] {
        Dictionary(entries.map { ($0.value.topicId, $0.key.topic) }, uniquingKeysWith: { first, _ in first })
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
        case .fetchSessionIdNotFound: self = FetchSession()
        default: restart()
        }
    }

    /// Closes the session on the broker's side and asks for a new one with the next request; after an answer that did not come.
    mutating func restart() {
        epoch = 0
        entries.removeAll()
    }
}
