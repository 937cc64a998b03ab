import Coordination
import KafkaProtocol
import LogStorage
import Synchronization
import Vocabulary

/// Brings this node in line with its metadata: which partitions it has, in what role and with which configuration, and what subscribers make of the rest.
/// Everything follows from the difference of two images, whether that is a record's, the whole log's at a start or a snapshot's. One thread at a time calls it.
final class MetadataPublisher: Sendable {
    /// Gets each difference once its image is published.
    typealias Subscriber = @Sendable (_ delta: MetadataDelta, _ now: Int64) -> Void

    private let settings: BrokerSettings
    private let storage: LogDirectories
    private let partitions: PartitionTable
    private let context: ReplicaContext
    private let subscribers = Mutex<[Subscriber]>([])
    private let onMarked = Hook<Void>()
    /// Partitions that are placed here and whose log could not be made or opened, with the reason.
    private let unavailable = Mutex<[TopicPartition: String]>([:])

    init(settings: BrokerSettings, storage: LogDirectories, partitions: PartitionTable, context: ReplicaContext) {
        self.settings = settings
        self.storage = storage
        self.partitions = partitions
        self.context = context
    }

    func subscribe(_ body: @escaping Subscriber) { subscribers.withLock { $0.append(body) } }

    func onMarkedDirectories(_ body: @escaping @Sendable () -> Void) { onMarked.set(body) }

    /// Brings a node that starts in line with its first image. It does not start without one of its partitions.
    func start(_ image: MetadataImage, now: Int64) throws {
        context.show(image)
        var opened: [Partition] = []
        for change in MetadataDelta(from: MetadataImage(), to: image).changedTopics {
            let config = view(image).logConfig(change.topic.name)
            for index in change.partitions where isHere(change.topic, index) {
                if let partition = try openUnlessOffline(change.topic, index, config, view(image), now: now) { opened.append(partition) }
            }
        }
        partitions.add(opened)
        tellOffline()
        for partition in opened { nameHangingTransactions(partition, now: now) }
    }

    /// Brings the node in line with a change, shows the new image with `publish`, and passes the change on. A log that cannot be made leaves its partition
    /// unavailable: who asked for it and the operator are told, and `openMissing` tries again.
    /// - Parameter isStart: the change is all that there is: what is in it may have been here before
    func publish(_ delta: MetadataDelta, isStart: Bool = false, now: Int64, _ publish: () -> Void) {
        context.show(delta.new)
        remove(delta.removedTopics, now: now)
        var moved: [Partition] = []
        let newView = view(delta.new)
        var opened: [Partition] = []
        for change in delta.changedTopics {
            let config = newView.logConfig(change.topic.name)
            for index in change.partitions {
                if let known = partitions.partition(change.topic.name, index) {
                    known.take(change.topic.partitions[Int(index)], now: now)
                    if !isHere(change.topic, index) { moved.append(known) }
                } else if isHere(change.topic, index),
                    let made = openOrRemember(
                        change.topic, index, config, newView, isNew: !isStart && delta.old.topic(change.topic.id)?.partition(index) == nil, now: now)
                {
                    opened.append(made)
                }
            }
        }
        partitions.add(opened)
        if isStart { tellOffline() }
        moveAway(moved)
        reconfigure(delta, newView)
        publish()
        for subscriber in subscribers.withLock({ $0 }) { subscriber(delta, now) }
    }

    private func reconfigure(_ delta: MetadataDelta, _ view: ConfigView) {
        let changed = delta.changedConfigs
        guard !changed.isEmpty else { return }
        for resource in changed {
            let before = delta.old.config(of: resource)
            for (name, text) in delta.new.config(of: resource).sorted(by: { $0.key < $1.key }) where before[name] != text {
                for note in view.notes(on: resource, name, text) { settings.log.warn(.configuration, note) }
            }
        }
        let topics = Set(changed.filter { $0.kind == .topic }.map(\.name))
        let isGeneral = changed.contains { $0.kind == .broker }
        for (name, topic) in partitions.snapshot.topics where isGeneral || topics.contains(name) {
            let config = view.logConfig(name)
            for case let partition? in topic.partitions {
                partition.log.updateConfig(config)
                partition.log.setProducerExpiration(ms: view.producerExpirationMs)
            }
        }
    }

    /// Takes the partitions of deleted topics out and marks their directories.
    private func remove(_ topics: [TopicImage], now: Int64) {
        guard !topics.isEmpty else { return }
        let removed = topics.flatMap { partitions.remove(topic: $0.name) }
        let names = Set(topics.map(\.name))
        unavailable.withLock { $0 = $0.filter { !names.contains($0.key.topic) } }
        storage.delete(topics.flatMap { topic in topic.partitions.indices.map { TopicPartition(topic.name, Int32($0)) } })
        for partition in removed { partition.wake(appended: nil) }
        onMarked(())
    }

    /// Takes out partitions that others have now, and marks their directories.
    private func moveAway(_ moved: [Partition]) {
        guard !moved.isEmpty else { return }
        partitions.remove(moved)
        for partition in moved { settings.log.info(.replication, "\(partition.log.name) is not placed on this broker any more and is deleted here") }
        storage.delete(moved.map(\.log.name))
        onMarked(())
    }

    private func view(_ image: MetadataImage) -> ConfigView { ConfigView(image: image, brokerId: settings.nodeId, properties: settings.properties) }

    private func isHere(_ topic: TopicImage, _ index: Int32) -> Bool { topic.partition(index)?.replicas.contains(settings.nodeId) ?? false }

    private func open(
        _ topic: TopicImage, _ index: Int32, _ config: LogConfig, _ view: ConfigView, isNew: Bool, now: Int64
    ) throws(LogDirectoryError) -> Partition {
        var placement = LogPlacement(isNew: isNew)
        if let image = topic.partition(index) {
            placement.directoryId = image.directory(of: settings.nodeId)
            placement.isElsewhere = image.isr.contains { $0 != settings.nodeId }
            placement.isInSync = image.isr.contains(settings.nodeId)
        }
        let log = try storage.openPartition(TopicPartition(topic.name, index), topicId: topic.id, config: config, placement: placement, now: now)
        log.setProducerExpiration(ms: view.producerExpirationMs)
        let partition = Partition(topic: topic.name, topicId: topic.id, index: index, log: log, context: context)
        guard let image = topic.partition(index) else { return partition }
        // What a sole replica has is committed; beside others, what was known to be.
        if image.replicas.count > 1 { log.setReplicatedEnd(log.checkpointedHighWatermark) }
        partition.take(image, now: now)
        return partition
    }

    /// A transaction that is older than any may be will not be ended by its coordinator, so the operator must know what `read_committed` consumers wait for.
    private func nameHangingTransactions(_ partition: Partition, now: Int64) {
        let maxAge = settings.int("transaction.max.timeout.ms")
        for transaction in partition.log.openTransactions where now - transaction.lastTimestamp > maxAge {
            let age = transaction.lastTimestamp < 0 ? "at an unknown time" : "\(max(0, now - transaction.lastTimestamp) / 1000) s ago"
            settings.log.warn(
                .transactions,
                "\(partition.log.name) holds an open transaction of the producer id \(transaction.producerId) since offset \(transaction.firstOffset), last "
                    + "written to \(age): read_committed consumers do not get past it until kafka-transactions aborts it")
        }
    }

    // MARK: What is not available

    var hasUnavailable: Bool { unavailable.withLock { !$0.isEmpty } }

    private func openOrRemember(
        _ topic: TopicImage, _ index: Int32, _ config: LogConfig, _ view: ConfigView, isNew: Bool, now: Int64
    ) -> Partition? {
        let name = TopicPartition(topic.name, index)
        do throws(LogDirectoryError) {
            let partition = try open(topic, index, config, view, isNew: isNew, now: now)
            unavailable.withLock { $0[name] = nil }
            return partition
        } catch {
            if case .offline = error { remember(name, "\(error)", isTold: false) } else { remember(name, "\(error)") }
            return nil
        }
    }

    /// The same for a start, which goes on without what is in a directory that is not there, and without nothing else.
    private func openUnlessOffline(_ topic: TopicImage, _ index: Int32, _ config: LogConfig, _ view: ConfigView, now: Int64) throws -> Partition? {
        do throws(LogDirectoryError) {
            return try open(topic, index, config, view, isNew: false, now: now)
        } catch .offline(let reason) {
            remember(TopicPartition(topic.name, index), reason, isTold: false)
            return nil
        }
    }

    /// Many may be in a directory that is not there.
    private func tellOffline() {
        let rows = unavailable.withLock { $0 }
        for (reason, names) in Dictionary(grouping: rows.keys.sorted(), by: { rows[$0] ?? "" }).sorted(by: { $0.key < $1.key }) {
            let rest = names.count > 3 ? " and \(names.count - 3) more" : ""
            settings.log.error(.disk, "not available: \(names.prefix(3).map(\.description).joined(separator: ", "))\(rest): \(reason)")
        }
    }

    private func remember(_ name: TopicPartition, _ reason: String, isTold: Bool = true) {
        let isNews = unavailable.withLock { $0.updateValue(reason, forKey: name) == nil }
        if isNews, isTold { settings.log.error(.disk, "\(name) is not available: \(reason)") }
    }

    /// Takes a directory that has failed out of use: what it held is not available.
    /// - Returns: what that was
    func abandon(_ directory: LogDirectory, reason: String, now: Int64) -> [TopicPartition] {
        let names = storage.abandon(directory, reason: reason)
        let lost = names.compactMap { partitions.partition($0.topic, $0.partition) }
        partitions.remove(lost)
        unavailable.withLock { unavailable in for name in names { unavailable[name] = "its log directory \(directory.path) has failed" } }
        settings.log.error(
            .disk, "the log directory \(directory.path) has failed and is not used until the next start, nor are the \(names.count) partitions in it: \(reason)"
        )
        for partition in lost { partition.resign() }
        return names
    }

    /// Tries again to open what could not be opened.
    func openMissing(_ image: MetadataImage, now: Int64) {
        for name in unavailable.withLock({ Array($0.keys) }).sorted() {
            guard let topic = image.topic(name.topic), isHere(topic, name.partition) else { continue }
            let config = view(image).logConfig(topic.name)
            if let made = openOrRemember(topic, name.partition, config, view(image), isNew: false, now: now) { partitions.add([made]) }
        }
    }

    /// Why a partition that is placed here has no log; nil when it has one, or is not placed here.
    private func reasonUnavailable(_ topic: String, _ index: Int32) -> String? {
        unavailable.withLock { $0.isEmpty ? nil : $0[TopicPartition(topic, index)] }
    }

    func firstReasonUnavailable(_ topic: TopicImage) -> String? {
        for index in topic.partitions.indices { if let reason = reasonUnavailable(topic.name, Int32(index)) { return reason } }
        return nil
    }

    func whyMissing(_ topic: String?, _ index: Int32, _ image: MetadataImage) -> AppendError {
        guard let topic, let reason = reasonUnavailable(topic, index) else {
            // What is placed elsewhere is for its leader to answer, whom the client's metadata will name.
            let isElsewhere = topic.flatMap { image.partition($0, index) }?.replicas.contains(settings.nodeId) == false
            return AppendError(isElsewhere ? .notLeaderOrFollower : .unknownTopicOrPartition, "")
        }
        return AppendError(.kafkaStorageError, "The log of \(topic)-\(index) cannot be opened: \(reason)")
    }
}

extension ConfigView {
    fileprivate var producerExpirationMs: Int64 { broker("producer.id.expiration.ms").int ?? 86_400_000 }

    fileprivate func logConfig(_ topic: String) -> LogConfig { LogConfig(self.topic(topic)) }
}

extension LogConfig {
    /// The effective configuration of a topic.
    init(_ topic: TopicConfig) {
        self.init()
        for key in ConfigTable.topic.keys { if let text = topic[key.name].text { set(key.name, text) } }
    }
}
