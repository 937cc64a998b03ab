import KafkaProtocol
import Vocabulary

extension Controller {
    /// CreateTopics: checks each topic on its own and records those that can be made. `validateOnly` records nothing.
    public func createTopics(
        _ request: CreateTopicsRequest, image: MetadataImage, random: inout some RandomNumberGenerator
    ) -> Decision<CreateTopicsResponse> {
        var response = CreateTopicsResponse()
        var records: [MetadataRecord] = []
        let counts = Dictionary(request.topics.map { ($0.name, 1) }, uniquingKeysWith: +)
        let topics = request.topics.filter { counts[$0.name] == 1 && $0.name != TopicName.clusterMetadata }
        let defaultPartitions = Int(view(image).broker("num.partitions").int ?? 1)
        let total = topics.reduce(0) { sum, topic in
            sum + (topic.assignments.isEmpty ? (topic.numPartitions > 0 ? Int(topic.numPartitions) : defaultPartitions) : topic.assignments.count)
        }
        var existing = CollisionIndex(image)
        let inherited = view(image).inheritedTopicEntries()
        for topic in topics {
            do throws(ControllerError) {
                if total > Self.maximumPartitionsPerRequest {
                    throw ControllerError(.policyViolation, "Excessively large number of partitions per request.")
                }
                let made = try create(topic, image: image, inherited: inherited, existing: &existing, random: &random)
                if !request.validateOnly { records += made.records }
                response.topics.append(made.result)
            } catch {
                response.topics.append(.init(name: topic.name, error: error))
            }
        }
        for (name, count) in counts.sorted(by: { $0.key < $1.key }) {
            if count > 1 { response.topics.append(.init(name: name, error: ControllerError(.invalidRequest, "Duplicate topic name."))) }
            if count == 1 && name == TopicName.clusterMetadata {
                let text = "Creation of internal topic \(name) is prohibited."
                response.topics.append(.init(name: name, error: ControllerError(.invalidRequest, text)))
            }
        }
        return Decision(records, response)
    }

    private func create(
        _ topic: CreateTopicsRequest.CreatableTopic, image: MetadataImage, inherited: [ConfigEntry], existing: inout CollisionIndex,
        random: inout some RandomNumberGenerator
    ) throws(ControllerError) -> (records: [MetadataRecord], result: CreateTopicsResponse.CreatableTopicResult) {
        if let problem = TopicName.problem(topic.name) { throw ControllerError(.invalidTopicException, problem) }
        if image.topic(topic.name) != nil { throw ControllerError(.topicAlreadyExists, "Topic '\(topic.name)' already exists.") }
        if let other = existing.collision(topic.name) {
            throw ControllerError(.invalidTopicException, "Topic '\(topic.name)' collides with existing topic: \(other)")
        }
        let configs = try checkedConfigs(topic, image: image)
        let assignments = try partitions(of: topic, image: image, random: &random)
        let id = Uuid.random(using: &random)
        var records = topicRecords(topic.name, id: id, configs: configs, image: image)
        for (index, replicas) in assignments.enumerated() {
            records.append(partitionRecord(id, Int32(index), replicas: replicas, image: image))
        }
        var result = CreateTopicsResponse.CreatableTopicResult()
        result.name = topic.name
        result.topicId = id
        result.errorMessage = nil
        result.numPartitions = Int32(assignments.count)
        result.replicationFactor = Int16(assignments.first?.count ?? 0)
        let texts = Dictionary(configs, uniquingKeysWith: { _, last in last })
        result.configs = ConfigView.topicEntries(texts, over: inherited).sorted { $0.name < $1.name }.map { entry in
            var config = CreateTopicsResponse.CreatableTopicResult.CreatableTopicConfigs()
            config.name = entry.name
            config.value = texts[entry.name] ?? entry.value
            config.readOnly = entry.isReadOnly
            config.configSource = entry.source.rawValue
            config.isSensitive = entry.isSensitive
            return config
        }
        return (records, result)
    }

    /// The topic's own configuration in the request's order; of a repeated key the last counts.
    private func checkedConfigs(_ topic: CreateTopicsRequest.CreatableTopic, image: MetadataImage) throws(ControllerError) -> [(String, String)] {
        var texts: [String: String] = [:]
        var order: [String] = []
        for config in topic.configs {
            guard let value = config.value else {
                throw ControllerError(.invalidConfig, "Null value not supported for topic configs: \(config.name)")
            }
            if texts.updateValue(value, forKey: config.name) == nil { order.append(config.name) }
        }
        do throws(ConfigError) {
            try TopicConfig.validate(texts, brokerText: view(image).brokerText)
        } catch {
            throw ControllerError(.invalidConfig, error.message)
        }
        return order.map { ($0, texts[$0] ?? "") }
    }

    private func topicRecords(_ name: String, id: Uuid, configs: [(String, String)], image: MetadataImage) -> [MetadataRecord] {
        var topic = TopicRecord()
        topic.name = name
        topic.topicId = id
        var records = [MetadataRecord(topic)]
        for (key, value) in configs { records.append(.config(.topic(name), key, value)) }
        // A topic's own minimum makes Kafka forget eligible leaders that were chosen under another one.
        if image.isElrEnabled && configs.contains(where: { $0.0 == ConfigName.minInsyncReplicas }) { records.append(.clearElr(name)) }
        return records
    }

    /// The record of a new partition led by its first live replica.
    func partitionRecord(_ topicId: Uuid, _ partition: Int32, replicas: [Int32], image: MetadataImage) -> MetadataRecord {
        let live = replicas.filter { Self.isActive($0, image) }
        var record = PartitionRecord()
        record.partitionId = partition
        record.topicId = topicId
        record.replicas = replicas
        record.isr = live
        record.leader = live.first ?? -1
        record.leaderEpoch = 0
        record.partitionEpoch = 0
        if image.partitionRecordVersion >= 1 {
            // A broker with one directory leaves no choice; with several, the broker tells the controller later which one it took.
            record.directories = replicas.map { id in
                guard let dirs = image.brokers[id]?.logDirs, let only = dirs.first, dirs.count == 1 else { return .unassignedDirectory }
                return only
            }
        }
        return MetadataRecord(record, version: image.partitionRecordVersion)
    }
}

extension CreateTopicsResponse.CreatableTopicResult {
    init(name: String, error: ControllerError) {
        self.init()
        self.name = name
        errorCode = error.code
        errorMessage = error.message
    }
}

/// Finds an existing topic whose name differs only in `.` and `_`. The index is built when a name first asks for it.
struct CollisionIndex {
    private let image: MetadataImage
    private var index: [String: String]?

    init(_ image: MetadataImage) { self.image = image }

    mutating func collision(_ name: String) -> String? {
        guard TopicName.canCollide(name) else { return nil }
        let names = index ?? Self.build(image)
        index = names
        return names[TopicName.collisionKey(name)]
    }

    private static func build(_ image: MetadataImage) -> [String: String] {
        Dictionary(
            image.topicsByName.keys.filter(TopicName.canCollide).map { (TopicName.collisionKey($0), $0) }, uniquingKeysWith: { min($0, $1) })
    }
}
