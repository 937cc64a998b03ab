import KafkaProtocol
import LogStorage
import Synchronization

/// A partition that this broker leads: its log, and the fetches that wait for it to grow.
public final class Partition: Sendable {
    public let topic: String
    public let topicId: Uuid
    public let index: Int32
    public let log: PartitionLog
    private let epoch: Mutex<Int32>
    private let waiters = Mutex(Waiters())
    private let upkeepFailures = Mutex<[String: String]>([:])

    init(topic: String, topicId: Uuid, index: Int32, log: PartitionLog, leaderEpoch: Int32) {
        self.topic = topic
        self.topicId = topicId
        self.index = index
        self.log = log
        epoch = Mutex(leaderEpoch)
    }

    public var leaderEpoch: Int32 {
        get { epoch.withLock { $0 } }
        set { epoch.withLock { $0 = newValue } }
    }

    /// With a single replica every appended record is replicated: the high watermark is the log end offset.
    public var highWatermark: Int64 { log.logEndOffset }

    /// What a request that names the leader epoch it knows of, or -1, must be told (KIP-320).
    func check(currentLeaderEpoch: Int32) -> ErrorCode {
        let epoch = leaderEpoch
        if currentLeaderEpoch == -1 || currentLeaderEpoch == epoch { return .none }
        return currentLeaderEpoch < epoch ? .fencedLeaderEpoch : .unknownLeaderEpoch
    }

    /// Appends and wakes the fetches that wait for this partition.
    func append(_ batches: Bytes, now: Int64, origin: AppendOrigin) throws(AppendError) -> AppendInfo {
        let info = try log.append(batches, leaderEpoch: leaderEpoch, now: now, origin: origin)
        wake(appended: batches.count, now: now)
        return info
    }

    func sync() -> ErrorCode {
        do {
            _ = try log.sync()
            return .none
        } catch {
            return .kafkaStorageError
        }
    }

    /// Notes how a kind of upkeep went; true when that is news.
    func noteUpkeep(_ work: String, failure: String?) -> Bool {
        upkeepFailures.withLock { failures in
            if failure == nil && failures.isEmpty { return false }
            defer { failures[work] = failure }
            return failures[work] != failure
        }
    }

    func wait(_ fetch: DelayedFetch) { waiters.withLock { $0.add(fetch) } }

    func stopWaiting(_ fetch: DelayedFetch) { waiters.withLock { $0.remove(fetch) } }

    /// Tells waiting fetches that bytes arrived, or (with `appended` nil) that the partition has changed and they must look again.
    func wake(appended: Int?, now: Int64) {
        let waiting = waiters.withLock { $0.fetches }
        for fetch in waiting { fetch.partitionChanged(appended: appended, now: now) }
    }
}

/// The fetches that wait for a partition. Adding and removing costs the same however many there are; their order follows from what was done.
private struct Waiters: Sendable {
    private(set) var fetches: [DelayedFetch] = []
    private var places: [ObjectIdentifier: Int] = [:]

    mutating func add(_ fetch: DelayedFetch) {
        guard places[ObjectIdentifier(fetch)] == nil else { return }
        places[ObjectIdentifier(fetch)] = fetches.count
        fetches.append(fetch)
    }

    mutating func remove(_ fetch: DelayedFetch) {
        guard let place = places.removeValue(forKey: ObjectIdentifier(fetch)) else { return }
        let last = fetches.removeLast()
        guard last !== fetch else { return }
        fetches[place] = last
        places[ObjectIdentifier(last)] = place
    }
}

/// The partitions of one topic by index.
struct TopicPartitions: Sendable {
    var topicId: Uuid
    var partitions: [Partition?]
}

/// All partitions of this broker. Readers take a snapshot and look up without a lock; the few writers replace it.
public final class PartitionTable: Sendable {
    struct Snapshot: Sendable {
        var topics: [String: TopicPartitions] = [:]
        var names: [Uuid: String] = [:]

        func partition(_ topic: String, _ index: Int32) -> Partition? {
            guard let partitions = topics[topic]?.partitions, index >= 0, Int(index) < partitions.count else { return nil }
            return partitions[Int(index)]
        }
    }

    private let current = Mutex(Snapshot())

    var snapshot: Snapshot { current.withLock { $0 } }

    public func partition(_ topic: String, _ index: Int32) -> Partition? { snapshot.partition(topic, index) }

    /// Every partition, by topic name and index.
    public var all: [Partition] { snapshot.topics.sorted { $0.key < $1.key }.flatMap { $0.value.partitions.compactMap { $0 } } }

    func add(_ added: [Partition]) {
        current.withLock { snapshot in
            for (name, added) in Dictionary(grouping: added, by: \.topic) {
                var topic = snapshot.topics[name] ?? TopicPartitions(topicId: added[0].topicId, partitions: [])
                for partition in added {
                    while topic.partitions.count <= Int(partition.index) { topic.partitions.append(nil) }
                    topic.partitions[Int(partition.index)] = partition
                }
                snapshot.topics[name] = topic
                snapshot.names[topic.topicId] = name
            }
        }
    }

    /// Takes a topic out and returns its partitions.
    func remove(topic: String) -> [Partition] {
        current.withLock { snapshot in
            guard let removed = snapshot.topics.removeValue(forKey: topic) else { return [] }
            snapshot.names.removeValue(forKey: removed.topicId)
            return removed.partitions.compactMap { $0 }
        }
    }
}
