import Coordination
import KafkaProtocol
import LogStorage
import Synchronization

/// The one writer of the cluster's metadata on this node: asks the controller for a decision, appends its records to `__cluster_metadata-0`,
/// folds them, publishes the image and brings the partitions' logs in line, all before the answer leaves. So a topic is usable
/// the moment its creation is acknowledged.
public final class MetadataService: Sendable {
    static let logName = PartitionName(topic: "__cluster_metadata", partition: 0)
    /// KRaft's fixed id of the metadata topic.
    static let topicId = Uuid(high: 0, low: 1)

    public let settings: BrokerSettings
    public let clusterId: String
    let controller: Controller
    private let store: MetadataStore
    private let source: LocalMetadataSource
    private let storage: LogDirectory
    private let partitions: PartitionTable
    private let generator: Mutex<SeededGenerator>
    private let topicListeners = Mutex<[@Sendable (_ deleted: [String]) -> Void]>([])

    init(settings: BrokerSettings, disk: any Disk, storage: LogDirectory, partitions: PartitionTable, commits: CommitQueue, now: Int64) throws {
        self.settings = settings
        self.storage = storage
        self.partitions = partitions
        clusterId = storage.clusterId
        controller = Controller(nodeId: settings.nodeId, properties: settings.properties)
        generator = Mutex(settings.generator(3, now))
        let log: PartitionLog
        if let existing = storage.log(Self.logName) {
            log = existing
        } else {
            log = try storage.createPartition(Self.logName, topicId: Self.topicId, config: LogConfig(), now: now)
        }
        let clock = settings.clock
        source = LocalMetadataSource(
            log: log, disk: disk, directory: "\(storage.path)/\(Self.logName)", isSynced: commits.durability == .fsync, clock: clock)
        store = try MetadataStore(source)
        try start(bootstrap: Self.bootstrapValues(disk, storage.path))
        try openPartitions(now: now)
        for note in configs.notes() { settings.log.warn(.configuration, note) }
        store.observe { [weak self] old, new, records in self?.apply(records, before: old, after: new, now: clock()) }
    }

    /// The cluster as the last committed record left it. A value: it does not change under the reader.
    public var image: MetadataImage { store.image }

    /// The leader epoch of the metadata log.
    var epoch: Int32 { source.epoch }

    /// Effective configuration of topics, brokers and groups.
    public var configs: ConfigView { view(image) }

    private func view(_ image: MetadataImage) -> ConfigView { ConfigView(image: image, brokerId: settings.nodeId, properties: settings.properties) }

    /// Called with the names of topics after they are deleted, while the change is being made: it must not ask for another change.
    func onDeletedTopics(_ body: @escaping @Sendable ([String]) -> Void) { topicListeners.withLock { $0.append(body) } }

    /// Decides, records, folds, applies, publishes. The response is what the controller decided, once that is in the log.
    func change<R>(_ decide: (Controller, MetadataImage, inout SeededGenerator) -> Controller.Decision<R>) throws(ErrorCode) -> R {
        var random = generator.withLock { generator in SeededGenerator(seed: generator.next()) }
        return try store.change { image, _ in decide(controller, image, &random) }
    }

    /// Brings the partitions' logs in line with a change. A log that cannot be made leaves its partition without one: clients are told, and the next start tries again.
    private func apply(_ records: [MetadataRecord], before: MetadataImage, after: MetadataImage, now: Int64) {
        var deleted: [String] = []
        var reconfigured: Set<String> = []
        var reconfiguresAll = false
        for record in records {
            switch record.message {
            case let partition as PartitionRecord:
                guard let topic = after.topic(partition.topicId), partition.replicas.contains(settings.nodeId) else { continue }
                if let opened = try? open(topic, partition.partitionId, after, now: now) { partitions.add([opened]) }
            case let change as PartitionChangeRecord:
                guard let topic = after.topic(change.topicId), let epoch = topic.partition(change.partitionId)?.leaderEpoch else { continue }
                let partition = partitions.partition(topic.name, change.partitionId)
                partition?.leaderEpoch = epoch
                partition?.log.assignLeaderEpoch(epoch)
            case let removed as RemoveTopicRecord:
                guard let topic = before.topic(removed.topicId) else { continue }
                deleted.append(topic.name)
                for partition in partitions.remove(topic: topic.name) {
                    // What cannot be deleted now is deleted at the next start.
                    try? storage.deletePartition(PartitionName(topic: topic.name, partition: partition.index))
                    partition.wake(appended: nil, now: now)
                }
            case let config as ConfigRecord:
                noteConfig(config, after)
                if config.resourceType == ConfigResource.Kind.topic.rawValue { reconfigured.insert(config.resourceName) } else { reconfiguresAll = true }
            default: break
            }
        }
        let view = view(after)
        for (name, topic) in partitions.snapshot.topics where reconfiguresAll || reconfigured.contains(name) {
            let config = LogConfig(view.topic(name))
            for partition in topic.partitions { partition?.log.updateConfig(config) }
        }
        if !deleted.isEmpty { for listener in topicListeners.withLock({ $0 }) { listener(deleted) } }
    }

    private func noteConfig(_ record: ConfigRecord, _ image: MetadataImage) {
        guard let text = record.value, let kind = ConfigResource.Kind(rawValue: record.resourceType) else { return }
        for note in view(image).notes(on: ConfigResource(kind, record.resourceName), record.name, text) { settings.log.warn(.configuration, note) }
    }

    private func open(_ topic: TopicImage, _ index: Int32, _ image: MetadataImage, now: Int64) throws -> Partition {
        let name = PartitionName(topic: topic.name, partition: index)
        let config = LogConfig(view(image).topic(topic.name))
        let epoch = topic.partition(index)?.leaderEpoch ?? 0
        let log: PartitionLog
        if let existing = storage.log(name) {
            existing.updateConfig(config)
            log = existing
        } else {
            log = try storage.createPartition(name, topicId: topic.id, config: config, now: now)
        }
        log.assignLeaderEpoch(epoch)
        return Partition(topic: topic.name, topicId: topic.id, index: index, log: log, leaderEpoch: epoch)
    }

    // MARK: Start

    /// A new directory gets the records of a new cluster; every start registers this broker with its endpoints.
    private func start(bootstrap: [MetadataRecord]) throws(ErrorCode) {
        if image.features.isEmpty { try store.change { _, _ in .init(controller.bootstrapRecords(formatted: bootstrap), ()) } }
        let identity = BrokerIdentity(
            id: settings.nodeId, incarnationId: generator.withLock { Uuid.random(using: &$0) }, endpoints: settings.endpoints,
            rack: settings.text("broker.rack"), logDirs: [storage.directoryId])
        try store.change { image, offset in .init(controller.startRecords(identity, offset: offset, image: image), ()) }
    }

    /// What `kafka-storage format` wrote down for the cluster's first controller; empty where there is no such file.
    private static func bootstrapValues(_ disk: any Disk, _ path: String) throws -> [MetadataRecord] {
        let file = path + "/bootstrap.checkpoint"
        guard disk.exists(file) else { return [] }
        return try MetadataSnapshot.values(in: disk.readFile(file)).map { try MetadataRecord.decode($0) }
    }

    /// Takes this node out of the cluster's sight, so that whoever opens the directory next need not wait for its session to end.
    func stop() throws(ErrorCode) {
        let id = settings.nodeId
        try store.change { image, _ in .init(controller.stopRecords(id, image: image), ()) }
    }

    /// Opens every partition that the image places here, and deletes the directories of topics that it no longer has.
    private func openPartitions(now: Int64) throws {
        let image = image
        var opened: [Partition] = []
        for topic in image.topicsByName.values {
            for (index, partition) in topic.partitions.enumerated() where partition.replicas.contains(settings.nodeId) {
                opened.append(try open(topic, Int32(index), image, now: now))
            }
        }
        partitions.add(opened)
        for name in storage.partitions where name != Self.logName && image.partition(name.topic, name.partition) == nil {
            try storage.deletePartition(name)
        }
    }

    // MARK: What other parts of the broker ask for

    /// A block of producer ids that nobody else gets.
    func allocateProducerIds(now: Int64) throws(ErrorCode) -> Range<Int64> {
        var request = AllocateProducerIdsRequest()
        request.brokerId = settings.nodeId
        request.brokerEpoch = image.brokers[settings.nodeId]?.epoch ?? -1
        let asked = request
        let response = try change { controller, image, _ in controller.allocateProducerIds(asked, image: image) }
        guard response.errorCode == .none else { throw response.errorCode }
        return response.producerIdStart..<response.producerIdStart + Int64(response.producerIdLen)
    }

    /// Makes a topic unless it exists; the error is the controller's.
    func createTopic(
        _ name: String, partitions: Int32 = -1, replicationFactor: Int16 = -1, configs: [(String, String)] = [], now: Int64
    ) -> (code: ErrorCode, message: String?) {
        var request = CreateTopicsRequest()
        var topic = CreateTopicsRequest.CreatableTopic()
        topic.name = name
        topic.numPartitions = partitions
        topic.replicationFactor = replicationFactor
        topic.configs = configs.map { key, value in
            var config = CreateTopicsRequest.CreatableTopic.CreatableTopicConfig()
            config.name = key
            config.value = value
            return config
        }
        request.topics = [topic]
        do throws(ErrorCode) {
            let response = try change { controller, image, random in controller.createTopics(request, image: image, random: &random) }
            guard let result = response.topics.first else { return (.unknownServerError, nil) }
            return (result.errorCode, result.errorMessage)
        } catch {
            return (error, nil)
        }
    }

    /// For the topics named on the command line: nil when the topic exists now, else why not.
    public func createTopicAtStart(_ name: String, partitions: Int32, now: Int64) -> String? {
        let (code, message) = createTopic(name, partitions: partitions, now: now)
        return code == .none || code == .topicAlreadyExists ? nil : message ?? code.message
    }

    /// The features of this cluster, for ApiVersions.
    func describeFeatures(_ response: inout ApiVersionsResponse) {
        let image = image
        response.supportedFeatures = FeatureName.supported.sorted { $0.key < $1.key }.map { name, levels in
            var row = ApiVersionsResponse.SupportedFeatureKey()
            row.name = name
            row.minVersion = levels.lowerBound
            row.maxVersion = levels.upperBound
            return row
        }
        response.finalizedFeatures = image.features.sorted { $0.key < $1.key }.map { name, level in
            var row = ApiVersionsResponse.FinalizedFeatureKey()
            row.name = name
            row.minVersionLevel = level
            row.maxVersionLevel = level
            return row
        }
        response.finalizedFeaturesEpoch = image.offset
    }
}

extension LogConfig {
    /// The effective configuration of a topic.
    init(_ topic: TopicConfig) {
        self.init()
        for key in ConfigTable.topic.keys { if let text = topic[key.name].text { set(key.name, text) } }
    }
}

extension RecordData {
    /// All of it in memory, file ranges read.
    func gathered() throws -> Bytes {
        switch self {
        case .bytes(let bytes): return bytes
        case .pieces(let pieces):
            if pieces.count == 1, case .file(let range) = pieces[0] { return try range.source.bytes(at: range.offset, count: range.count) }
            var all: [UInt8] = []
            for piece in pieces {
                switch piece {
                case .bytes(let bytes): bytes.withUnsafeBytes { all.append(contentsOf: $0) }
                case .file(let range): try range.source.bytes(at: range.offset, count: range.count).withUnsafeBytes { all.append(contentsOf: $0) }
                }
            }
            return Bytes(all)
        }
    }
}
