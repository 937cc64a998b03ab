import Coordination
import KafkaProtocol
import Testing
import Vocabulary

@Suite struct ImageRecordsTests {
    /// Whatever image the records of a log give: its own records, folded from nothing, give the same image again, and the same records.
    @Test(arguments: 1...300 as ClosedRange<UInt64>)
    func theRecordsOfAnImageFoldToTheImage(seed: UInt64) throws {
        var log = RandomMetadataLog(seed: seed)
        for _ in 0..<120 { try log.grow() }
        let image = log.fold.image
        let records = image.records
        let again = try folded(records, at: image.offset)
        // An image is too much to print.
        let parts: [(String, Bool)] = [
            ("all", again == image),
            ("topics", again.topicsByName == image.topicsByName && again.topicNames == image.topicNames), ("brokers", again.brokers == image.brokers),
            ("controllers", again.controllers == image.controllers), ("features", again.features == image.features),
            ("configs", again.configs == image.configs), ("producer ids", again.nextProducerId == image.nextProducerId),
            ("quotas", again.quotas == image.quotas), ("credentials", again.scramCredentials == image.scramCredentials), ("acls", again.acls == image.acls),
            ("tokens", again.delegationTokens == image.delegationTokens),
        ]
        #expect(parts.filter { !$0.1 }.map(\.0) == [], "seed \(seed)")
        let areSame = again.records.map { $0.encoded() } == records.map { $0.encoded() }
        #expect(areSame, "seed \(seed)")
        // An image is not empty by accident.
        #expect(records.count > 10, "seed \(seed)")
    }

    @Test func anEmptyImageHasNoRecords() {
        #expect(MetadataImage().records.isEmpty)
    }

    @Test func recordsStandInTheOrderOfKafkasImages() throws {
        var log = RandomMetadataLog(seed: 5, metadataVersion: 30)
        for _ in 0..<2000 { try log.grow() }
        while log.fold.image.brokers.isEmpty { try log.grow() }
        let records = log.fold.image.records
        let first = try #require(records.first?.message as? FeatureLevelRecord)
        #expect(first.name == "metadata.version" && first.featureLevel == 30)
        var kinds: [String] = []
        for record in records where kinds.last != type(of: record.message).name && type(of: record.message).name != "PartitionRecord" {
            kinds.append(type(of: record.message).name)
        }
        let topics = kinds.firstIndex(of: "TopicRecord").map { Array(kinds[$0...]) }
        #expect(kinds.prefix(while: { $0 != "TopicRecord" }) == ["FeatureLevelRecord", "RegisterBrokerRecord", "RegisterControllerRecord"])
        #expect(
            topics == [
                "TopicRecord", "ConfigRecord", "ClientQuotaRecord", "ProducerIdsRecord", "AccessControlEntryRecord", "UserScramCredentialRecord",
                "DelegationTokenRecord",
            ])
    }

    private func folded(_ records: [MetadataRecord], at offset: Int64) throws -> MetadataImage {
        var fold = MetadataFold()
        for record in records { try fold.replay(try MetadataRecord.decode(record.encoded()), offset: offset) }
        return fold.image
    }
}

/// A metadata log of random records that hold together, each written in the version that the cluster's metadata version asks for.
private struct RandomMetadataLog {
    private(set) var fold = MetadataFold()
    private var random: SeededGenerator
    private var offset: Int64 = 0
    private let partitionVersion: Int16
    private let brokerVersion: Int16

    init(seed: UInt64, metadataVersion: Int16? = nil) {
        random = SeededGenerator(seed: seed)
        let levels: [Int16] = [7, 8, 16, 17, 22, 23, 29, 30], drawn = levels[Int(random.next() % UInt64(levels.count))]
        let level = metadataVersion ?? drawn
        partitionVersion = level >= 23 ? 2 : level >= 17 ? 1 : 0
        brokerVersion = level >= 30 ? 4 : level >= 17 ? 3 : level >= 8 ? 2 : 1
        var record = FeatureLevelRecord()
        record.name = "metadata.version"
        record.featureLevel = level
        try? put(record)
    }

    private mutating func below(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
    private mutating func ids(_ most: Int) -> [Int32] { (0..<below(most + 1)).map { _ in Int32(below(4)) } }
    private mutating func uuid() -> Uuid { Uuid.random(using: &random) }
    private mutating func filled<M: LogMessage>(_ type: M.Type, _ version: Int16 = 0) -> M {
        RandomFiller.message(type, version: version, using: &random)
    }

    /// As a reader of the log sees it: what a version does not carry is not there.
    private mutating func put(_ message: any LogMessage, _ version: Int16 = 0) throws {
        try fold.replay(try MetadataRecord.decode(MetadataRecord(message, version: version).encoded()), offset: offset)
        offset += 1
    }

    mutating func grow() throws {
        let topics = fold.image.topicsByName.values.sorted { $0.name < $1.name }
        let topic = topics.isEmpty ? nil : topics[below(topics.count)]
        switch below(20) {
        case 0, 1:
            var record = TopicRecord()
            record.name = "t\(below(12))"
            guard fold.image.topic(record.name) == nil else { return }
            record.topicId = uuid()
            try put(record)
        case 2, 3, 4, 5: if let topic { try addPartition(topic) }
        case 6, 7: if let topic, !topic.partitions.isEmpty { try changePartition(topic) }
        case 8:
            guard let topic, below(3) == 0 else { return }
            var record = RemoveTopicRecord()
            record.topicId = topic.id
            try put(record)
        case 9, 10: try setConfig(topic)
        case 11: try setFeature()
        case 12, 13: try registerNode()
        case 14: try setQuota()
        default: try setOther()
        }
    }

    private mutating func addPartition(_ topic: TopicImage) throws {
        var record = filled(PartitionRecord.self, partitionVersion)
        record.topicId = topic.id
        record.partitionId = Int32(topic.partitions.count)
        record.replicas = ids(3)
        try put(record, partitionVersion)
    }

    private mutating func changePartition(_ topic: TopicImage) throws {
        var record = filled(PartitionChangeRecord.self, partitionVersion)
        record.topicId = topic.id
        record.partitionId = Int32(below(topic.partitions.count))
        try put(record, partitionVersion)
    }

    private mutating func setConfig(_ topic: TopicImage?) throws {
        var record = ConfigRecord()
        let kinds: [ConfigResource.Kind] = [.topic, .broker, .clientMetrics, .group]
        let kind = kinds[below(4)]
        record.resourceType = kind.rawValue
        record.resourceName = kind == .topic ? topic?.name ?? "t" : kind == .broker ? ["", "1"][below(2)] : "g\(below(3))"
        record.name = ["retention.ms", "segment.bytes", "日本"][below(3)]
        record.value = [nil, "", "17"][below(3)]
        try put(record)
    }

    private mutating func setFeature() throws {
        var record = FeatureLevelRecord()
        record.name = ["group.version", "transaction.version", "unknown.version"][below(3)]
        record.featureLevel = Int16(below(3))
        try put(record)
    }

    private mutating func registerNode() throws {
        switch below(4) {
        case 0:
            var record = filled(RegisterControllerRecord.self)
            record.controllerId = Int32(below(2))
            try put(record)
        case 1:
            guard let broker = fold.image.brokers.keys.min() else { return }
            var record = UnregisterBrokerRecord()
            record.brokerId = broker
            try put(record)
        case 2:
            guard let broker = fold.image.brokers.keys.max() else { return }
            var record = filled(BrokerRegistrationChangeRecord.self, brokerVersion >= 4 ? 3 : 0)
            record.brokerId = broker
            try put(record, brokerVersion >= 4 ? 3 : 0)
        default:
            var record = filled(RegisterBrokerRecord.self, brokerVersion)
            record.brokerId = Int32(below(3))
            try put(record, brokerVersion)
        }
    }

    private mutating func setQuota() throws {
        var record = ClientQuotaRecord()
        for (type, names) in [("user", ["alice", nil]), ("client-id", ["c", nil]), ("ip", ["::1"])] where below(2) == 0 {
            var entity = ClientQuotaRecord.EntityData()
            entity.entityType = type
            entity.entityName = names[below(names.count)]
            record.entity.append(entity)
        }
        record.key = ["producer_byte_rate", "request_percentage"][below(2)]
        record.value = Double(below(1000)) / 8
        record.remove = below(4) == 0
        try put(record)
    }

    private mutating func setOther() throws {
        switch below(5) {
        case 0:
            var record = ProducerIdsRecord()
            record.nextProducerId = Int64(below(1 << 40))
            try put(record)
        case 1: try put(filled(AccessControlEntryRecord.self))
        case 2:
            guard below(2) == 0, let id = fold.image.acls.keys.min() else { return try put(filled(UserScramCredentialRecord.self)) }
            var record = RemoveAccessControlEntryRecord()
            record.id = id
            try put(record)
        case 3: try put(filled(DelegationTokenRecord.self))
        default: try put(filled(UserScramCredentialRecord.self))
        }
    }
}
