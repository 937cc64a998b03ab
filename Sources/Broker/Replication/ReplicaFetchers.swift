import Coordination
import KafkaProtocol
import LogStorage
import Synchronization
import Vocabulary

/// Has every partition that this broker follows fetched from its leader: one `LeaderFetch` for each leader, brought in line with each change of the metadata.
final class ReplicaFetchers: Sendable {
    private struct State: Sendable {
        var tools: LeaderFetch.Tools?
        var fetches: [Int32: LeaderFetch] = [:]
        /// Whom each partition is fetched from, and in which epoch.
        var places: [ReplicaFetcher.Key: Place] = [:]
        var isClosed = false
    }

    private struct Place: Sendable, Equatable {
        var leader: Int32
        var epoch: LeaderEpoch
    }

    private let settings: BrokerSettings
    private let storage: LogDirectories
    private let partitions: PartitionTable
    private let timers: Timers
    private let context: ReplicaContext
    private let state = Mutex(State())

    init(settings: BrokerSettings, storage: LogDirectories, partitions: PartitionTable, timers: Timers, context: ReplicaContext) {
        self.settings = settings
        self.storage = storage
        self.partitions = partitions
        self.timers = timers
        self.context = context
    }

    /// From now on there is a way to the other brokers.
    func use(_ link: any PeerLink) {
        var fetcher = ReplicaFetcher.Settings(nodeId: settings.nodeId)
        fetcher.maxWaitMs = Int32(clamping: settings.int("replica.fetch.wait.max.ms"))
        fetcher.minBytes = Int32(clamping: settings.int("replica.fetch.min.bytes"))
        fetcher.maxBytes = Int32(clamping: settings.int("replica.fetch.response.max.bytes"))
        fetcher.maxPartitionBytes = Int32(clamping: settings.int("replica.fetch.max.bytes"))
        fetcher.backoffMs = settings.int("replica.fetch.backoff.ms")
        let tools = LeaderFetch.Tools(
            fetcher: fetcher, context: context, storage: storage, link: link, timers: timers, clock: settings.clock, log: settings.log,
            blocking: settings.blocking, timeoutMs: Int(settings.int("replica.socket.timeout.ms")))
        state.withLock { $0.tools = tools }
        reconcileAll()
    }

    /// Takes up a change: what is followed now, what no longer.
    func reconcile(_ delta: MetadataDelta) {
        let table = partitions.snapshot
        var gone: [ReplicaFetcher.Key] = []
        for topic in delta.removedTopics { gone += topic.partitions.indices.map { ReplicaFetcher.Key(topicId: topic.id, partition: Int32($0)) } }
        var here: [Partition] = []
        for change in delta.changedTopics {
            for index in change.partitions {
                if let partition = table.partition(change.topic.name, index) {
                    here.append(partition)
                } else {
                    gone.append(ReplicaFetcher.Key(topicId: change.topic.id, partition: index))
                }
            }
        }
        drop(gone)
        reconcile(here)
    }

    /// Takes up partitions that were not there when the metadata named them, because their logs could not be opened then.
    func reconcileAll() { reconcile(partitions.all) }

    private func reconcile(_ changed: [Partition]) {
        var followed: [Int32: [(partition: Partition, epoch: LeaderEpoch)]] = [:]
        var led: [ReplicaFetcher.Key] = []
        for partition in changed {
            let (leader, epoch) = partition.leadership
            if leader == context.nodeId || leader < 0 { led.append(partition.key) } else { followed[leader, default: []].append((partition, epoch)) }
        }
        drop(led)
        for (leader, rows) in followed { follow(leader, rows) }
    }

    private func follow(_ leader: Int32, _ rows: [(partition: Partition, epoch: LeaderEpoch)]) {
        let (fetch, fresh) = state.withLock { state -> (LeaderFetch?, [(partition: Partition, epoch: LeaderEpoch)]) in
            guard let tools = state.tools, !state.isClosed else { return (nil, []) }
            var fresh: [(partition: Partition, epoch: LeaderEpoch)] = []
            for row in rows {
                let place = Place(leader: leader, epoch: row.epoch), before = state.places.updateValue(place, forKey: row.partition.key)
                guard before != place else { continue }
                if let before, before.leader != leader { state.fetches[before.leader]?.drop([row.partition.key]) }
                fresh.append(row)
            }
            let fetch = state.fetches[leader] ?? LeaderFetch(leader: leader, tools)
            state.fetches[leader] = fetch
            return (fetch, fresh)
        }
        if !fresh.isEmpty { fetch?.follow(fresh) }
    }

    private func drop(_ keys: [ReplicaFetcher.Key]) {
        state.withLock { state in
            for key in keys { if let place = state.places.removeValue(forKey: key) { state.fetches[place.leader]?.drop([key]) } }
        }
    }

    /// A replica that is followed here, and how many records it is behind its leader.
    struct Lag: Sendable {
        var topic: String
        var partition: Int32
        var leader: Int32
        var records: Int64
    }

    /// Of all that are followed, in the order of their names.
    var lags: [Lag] {
        let fetches = state.withLock { $0.fetches }
        let lags = fetches.flatMap { leader, fetch in
            fetch.lags.map { Lag(topic: $0.topic, partition: $0.key.partition, leader: leader, records: $0.records) }
        }
        return lags.sorted { ($0.topic, $0.partition) < ($1.topic, $1.partition) }
    }

    /// Asks for nothing any more.
    func close() {
        let fetches = state.withLock { state in
            state.isClosed = true
            return Array(state.fetches.values)
        }
        for fetch in fetches { fetch.stop() }
    }
}
