import Coordination
import KafkaProtocol
import LogStorage
import Synchronization
import Vocabulary

/// The one writer of the cluster's metadata on this node: asks the controller for a decision, appends its records to `__cluster_metadata-0`,
/// folds them, publishes the image and brings the partitions' logs in line, all before the answer leaves. So a topic is usable
/// the moment its creation is acknowledged.
public final class MetadataService: Sendable {
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
    private let onMarked = Mutex<@Sendable () -> Void>({})
    /// Partitions that are placed here and whose log could not be made or opened, with the reason.
    private let unavailable = Mutex<[TopicPartition: String]>([:])

    init(settings: BrokerSettings, disk: any Disk, storage: LogDirectory, partitions: PartitionTable, commits: CommitQueue, now: Int64) throws {
        self.settings = settings
        self.storage = storage
        self.partitions = partitions
        clusterId = storage.clusterId
        controller = Controller(nodeId: settings.nodeId, properties: settings.properties)
        generator = Mutex(settings.generator(3, now))
        if !storage.hasUnopened(.clusterMetadata), storage.hasUnopenedPartitions {
            settings.log.error(
                .metadata,
                "\(storage.path) holds partitions but no metadata log (\(TopicPartition.clusterMetadata)): a new cluster begins, and they are kept as stray. "
                    + "If the log is to be brought back, stop this broker first")
        }
        // Where a new metadata log is to begin, what it begins with must be readable before there is one.
        let formatted = storage.hasUnopened(.clusterMetadata) ? nil : try Self.bootstrapValues(disk, storage.path)
        let log = try storage.openPartition(.clusterMetadata, topicId: Self.topicId, config: LogConfig(), now: now)
        let clock = settings.clock
        source = LocalMetadataSource(
            log: log, disk: disk, directory: "\(storage.path)/\(TopicPartition.clusterMetadata)", isSynced: commits.durability != .memory, clock: clock)
        do {
            store = try MetadataStore(source)
        } catch {
            throw LogDirectoryError.refused("\(storage.path)/\(TopicPartition.clusterMetadata): \(error)")
        }
        try start { try formatted ?? Self.bootstrapValues(disk, storage.path) }
        try openPartitions(now: now)
        try storage.settle(removed: store.removedTopics)
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

    /// Brings the partitions' logs in line with a change. A log that cannot be made leaves its partition unavailable: who asked for it and the operator
    /// are told, and `openMissing` tries again.
    private func apply(_ records: [MetadataRecord], before: MetadataImage, after: MetadataImage, now: Int64) {
        var deleted: [TopicImage] = []
        var opened: [Partition] = []
        var configs: [String: LogConfig] = [:]
        let newView = view(after)
        var reconfigured: Set<String> = []
        var reconfiguresAll = false
        for record in records {
            switch record.message {
            case let partition as PartitionRecord:
                guard let topic = after.topic(partition.topicId), partition.replicas.contains(settings.nodeId) else { continue }
                let config = configs[topic.name] ?? logConfig(topic.name, after)
                configs[topic.name] = config
                if let made = openOrRemember(topic, partition.partitionId, config, newView, now: now) { opened.append(made) }
            case let change as PartitionChangeRecord:
                guard let topic = after.topic(change.topicId), let epoch = topic.partition(change.partitionId)?.leaderEpoch else { continue }
                let partition = partitions.partition(topic.name, change.partitionId)
                partition?.leaderEpoch = epoch
                partition?.log.assignLeaderEpoch(epoch)
            case let removed as RemoveTopicRecord:
                if let topic = before.topic(removed.topicId) { deleted.append(topic) }
            case let config as ConfigRecord:
                noteConfig(config, after)
                if config.resourceType == ConfigResource.Kind.topic.rawValue { reconfigured.insert(config.resourceName) } else { reconfiguresAll = true }
            default: break
            }
        }
        partitions.add(opened)
        remove(deleted, now: now)
        for (name, topic) in partitions.snapshot.topics where reconfiguresAll || reconfigured.contains(name) {
            let config = LogConfig(newView.topic(name))
            for case let partition? in topic.partitions {
                partition.log.updateConfig(config)
                partition.log.setProducerExpiration(ms: producerExpirationMs(newView))
            }
        }
        if !deleted.isEmpty { for listener in topicListeners.withLock({ $0 }) { listener(deleted.map(\.name)) } }
    }

    /// Takes the partitions of deleted topics out and marks their directories.
    private func remove(_ topics: [TopicImage], now: Int64) {
        guard !topics.isEmpty else { return }
        let removed = topics.flatMap { partitions.remove(topic: $0.name) }
        let names = Set(topics.map(\.name))
        unavailable.withLock { $0 = $0.filter { !names.contains($0.key.topic) } }
        storage.delete(topics.flatMap { topic in topic.partitions.indices.map { TopicPartition(topic.name, Int32($0)) } })
        for partition in removed { partition.wake(appended: nil, now: now) }
        onMarked.withLock { $0 }()
    }

    /// Called when directories were marked for deletion, which `LogDirectory.removeMarked` then removes.
    func onMarkedDirectories(_ body: @escaping @Sendable () -> Void) { onMarked.withLock { $0 = body } }

    private func producerExpirationMs(_ view: ConfigView) -> Int64 { view.broker("producer.id.expiration.ms").int ?? 86_400_000 }

    private func logConfig(_ topic: String, _ image: MetadataImage) -> LogConfig { LogConfig(view(image).topic(topic)) }

    private func openOrRemember(_ topic: TopicImage, _ index: Int32, _ config: LogConfig, _ view: ConfigView, now: Int64) -> Partition? {
        let name = TopicPartition(topic.name, index)
        do {
            let partition = try open(topic, index, config, view, now: now)
            unavailable.withLock { $0[name] = nil }
            return partition
        } catch {
            let isNews = unavailable.withLock { $0.updateValue("\(error)", forKey: name) == nil }
            if isNews { settings.log.error(.disk, "\(name) is not available: \(error)") }
            return nil
        }
    }

    /// Why a partition that is placed here has no log; nil when it has one, or is not placed here.
    func reasonUnavailable(_ topic: String, _ index: Int32) -> String? {
        unavailable.withLock { $0.isEmpty ? nil : $0[TopicPartition(topic, index)] }
    }

    /// What a request for a partition that is not in the table must be told.
    func whyMissing(_ topic: String?, _ index: Int32) -> AppendError {
        guard let topic, let reason = reasonUnavailable(topic, index) else { return AppendError(.unknownTopicOrPartition, "") }
        return AppendError(.kafkaStorageError, "The log of \(topic)-\(index) cannot be opened: \(reason)")
    }

    /// Tries again to open what could not be opened.
    func openMissing(now: Int64) {
        let names = unavailable.withLock { Array($0.keys) }
        guard !names.isEmpty else { return }
        store.read { image in
            for name in names.sorted() {
                guard let topic = image.topic(name.topic), topic.partition(name.partition) != nil else { continue }
                if let made = openOrRemember(topic, name.partition, logConfig(topic.name, image), view(image), now: now) { partitions.add([made]) }
            }
        }
    }

    private func noteConfig(_ record: ConfigRecord, _ image: MetadataImage) {
        guard let text = record.value, let kind = ConfigResource.Kind(rawValue: record.resourceType) else { return }
        for note in view(image).notes(on: ConfigResource(kind, record.resourceName), record.name, text) { settings.log.warn(.configuration, note) }
    }

    private func open(_ topic: TopicImage, _ index: Int32, _ config: LogConfig, _ view: ConfigView, now: Int64) throws -> Partition {
        let name = TopicPartition(topic.name, index)
        let log = try storage.openPartition(name, topicId: topic.id, config: config, now: now)
        let epoch = topic.partition(index)?.leaderEpoch ?? 0
        log.setProducerExpiration(ms: producerExpirationMs(view))
        log.assignLeaderEpoch(epoch)
        return Partition(topic: topic.name, topicId: topic.id, index: index, log: log, leaderEpoch: epoch)
    }

    // MARK: Start

    /// A new directory gets the records of a new cluster; every start registers this broker with its endpoints.
    private func start(bootstrap: () throws -> [MetadataRecord]) throws {
        if image.features.isEmpty {
            let formatted = try bootstrap()
            try store.change { _, _ in .init(controller.bootstrapRecords(formatted: formatted), ()) }
        }
        let identity = BrokerIdentity(
            id: settings.nodeId, incarnationId: generator.withLock { Uuid.random(using: &$0) }, endpoints: settings.endpoints,
            rack: settings.text("broker.rack"), logDirs: [storage.directoryId])
        try store.change { image, offset in .init(controller.startRecords(identity, offset: offset, image: image, wasClean: storage.wasClean), ()) }
    }

    /// What `kafka-storage format` wrote down for the cluster's first controller; empty where there is no such file.
    private static func bootstrapValues(_ disk: any Disk, _ path: String) throws -> [MetadataRecord] {
        let file = path + "/bootstrap.checkpoint"
        guard disk.exists(file) else { return [] }
        do {
            return try MetadataSnapshot.values(in: disk.readFile(file)).map { try MetadataRecord.decode($0) }
        } catch {
            throw LogDirectoryError.refused("\(file) is damaged: \(error)")
        }
    }

    /// Takes this node out of the cluster's sight, so that whoever opens the directory next need not wait for its session to end.
    func stop() throws(ErrorCode) {
        let id = settings.nodeId
        try store.change { image, _ in .init(controller.stopRecords(id, image: image), ()) }
    }

    /// Opens every partition that the image places here.
    private func openPartitions(now: Int64) throws {
        let image = image
        var opened: [Partition] = []
        let view = view(image)
        for topic in image.topicsByName.values.sorted(by: { $0.name < $1.name }) {
            let config = logConfig(topic.name, image)
            for (index, partition) in topic.partitions.enumerated() where partition.replicas.contains(settings.nodeId) {
                opened.append(try open(topic, Int32(index), config, view, now: now))
            }
        }
        partitions.add(opened)
        for partition in opened { nameOpenTransactions(partition, now: now) }
    }

    /// Nothing ends a transaction whose coordinator this broker is not, so the operator must know what `read_committed` consumers wait for.
    private func nameOpenTransactions(_ partition: Partition, now: Int64) {
        for transaction in partition.log.openTransactions {
            let age = transaction.lastTimestamp < 0 ? "at an unknown time" : "\(max(0, now - transaction.lastTimestamp) / 1000) s ago"
            settings.log.warn(
                .transactions,
                "\(partition.log.name) holds an open transaction of the producer id \(transaction.producerId) since offset \(transaction.firstOffset), last "
                    + "written to \(age): read_committed consumers do not get past it")
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

    /// Creates topics. One whose logs cannot all be made is taken back, and answered with the reason.
    func createTopics(_ request: CreateTopicsRequest) throws(ErrorCode) -> CreateTopicsResponse {
        var response = try change { controller, image, random in controller.createTopics(request, image: image, random: &random) }
        guard !request.validateOnly else { return response }
        for (index, row) in response.topics.enumerated() where row.errorCode == .none {
            guard let topic = image.topic(row.name), let reason = firstReasonUnavailable(topic) else { continue }
            var removal = RemoveTopicRecord()
            removal.topicId = topic.id
            let record = MetadataRecord(removal)
            try change { _, _, _ in .init([record], ()) }
            var refused = CreateTopicsResponse.CreatableTopicResult()
            refused.name = row.name
            refused.errorCode = .kafkaStorageError
            refused.errorMessage = "The broker cannot keep the topic's data: \(reason)"
            response.topics[index] = refused
        }
        return response
    }

    /// Adds partitions. What the cluster has decided stays; but who asked is told of those whose logs cannot be made, which is tried again later.
    func createPartitions(_ request: CreatePartitionsRequest) throws(ErrorCode) -> CreatePartitionsResponse {
        var response = try change { controller, image, random in controller.createPartitions(request, image: image, random: &random) }
        guard !request.validateOnly else { return response }
        for (index, row) in response.results.enumerated() where row.errorCode == .none {
            guard let topic = image.topic(row.name), let reason = firstReasonUnavailable(topic) else { continue }
            response.results[index].errorCode = .kafkaStorageError
            response.results[index].errorMessage = "The broker cannot keep the new partitions' data for now: \(reason)"
        }
        return response
    }

    private func firstReasonUnavailable(_ topic: TopicImage) -> String? {
        for index in topic.partitions.indices { if let reason = reasonUnavailable(topic.name, Int32(index)) { return reason } }
        return nil
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
            let response = try createTopics(request)
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
