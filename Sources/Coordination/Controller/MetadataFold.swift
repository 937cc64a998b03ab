import KafkaProtocol
import Vocabulary

/// Folds metadata records into an image. Records between BeginTransaction and EndTransaction count from the end on, or never (KIP-868).
public struct MetadataFold: Sendable {
    /// The image of all committed records; while a transaction hides some, that of those before it, at their offset.
    public var image: MetadataImage { beforeTransaction ?? current }
    private var current: MetadataImage
    private var beforeTransaction: MetadataImage?
    /// Ids of topics whose removal was folded in, while `notesRemovals`: the proof that their data may be deleted.
    public private(set) var removedTopics: Set<Uuid> = []
    private var removedInTransaction: [Uuid] = []
    public var notesRemovals = false {
        didSet { if !notesRemovals { removedTopics = [] } }
    }

    /// What the records folded in since the last `takeDelta` may have changed.
    private var touched = MetadataDelta.Touched()

    public init(_ image: MetadataImage = MetadataImage()) { current = image }

    /// The difference between an earlier image of this fold, that of the last call, and the newest. What a transaction still hides comes once it has ended.
    public mutating func takeDelta(from old: MetadataImage) -> MetadataDelta {
        defer { if !isInTransaction { touched = MetadataDelta.Touched() } }
        return MetadataDelta(from: old, to: image, touched: touched)
    }

    /// Takes note, while `notesRemovals`, of a removal that a snapshot stands for and that the log still tells of.
    public mutating func noteRemoval(of topicId: Uuid) { if notesRemovals { removedTopics.insert(topicId) } }

    /// Whether a transaction has begun and not ended, as after a crash in its middle.
    public var isInTransaction: Bool { beforeTransaction != nil }

    /// Folds in one record of the log, as it stands at `offset`.
    public mutating func replay(_ record: MetadataRecord, offset: Int64) throws(MetadataError) {
        switch record.message {
        case is BeginTransactionRecord:
            if isInTransaction { throw MetadataError("transaction begun inside another one at offset \(offset)") }
            beforeTransaction = current
        case is EndTransactionRecord:
            beforeTransaction = nil
            removedTopics.formUnion(removedInTransaction)
            removedInTransaction = []
        case is AbortTransactionRecord:
            if let before = beforeTransaction { current = before }
            beforeTransaction = nil
            removedInTransaction = []
        default:
            note(record.message)
            try current.apply(record.message, offset: offset)
        }
        if notesRemovals, let removal = record.message as? RemoveTopicRecord {
            if isInTransaction { removedInTransaction.append(removal.topicId) } else { removedTopics.insert(removal.topicId) }
        }
        current.offset = offset
    }

    /// The image becomes another one, as a snapshot holds it. The difference to what was there is that of the two images.
    mutating func replace(with image: MetadataImage) {
        touched.formUnion(MetadataDelta.Touched(current))
        touched.formUnion(MetadataDelta.Touched(image))
        current = image
        beforeTransaction = nil
        removedInTransaction = []
    }

    private mutating func note(_ message: any LogMessage) {
        switch message {
        case let record as TopicRecord:
            // The name may have belonged to another topic.
            if let old = current.topicsByName[record.name] { touched.topics.insert(old.id) }
            touched.topics.insert(record.topicId)
        case let record as PartitionRecord: touched.topics.insert(record.topicId)
        case let record as PartitionChangeRecord: touched.topics.insert(record.topicId)
        case let record as RemoveTopicRecord:
            touched.topics.insert(record.topicId)
            if let name = current.topicNames[record.topicId] { touched.configs.insert(.topic(name)) }
        case let record as ConfigRecord:
            if let kind = ConfigResource.Kind(rawValue: record.resourceType) { touched.configs.insert(ConfigResource(kind, record.resourceName)) }
        case let record as ClearElrRecord:
            touched.topics.formUnion(record.topicName.isEmpty ? Array(current.topicNames.keys) : current.topicsByName[record.topicName].map { [$0.id] } ?? [])
        default: break
        }
    }

    /// Notes that the log reaches `offset` with something other than a metadata record, such as a control record.
    public mutating func skip(to offset: Int64) {
        current.offset = max(current.offset, offset)
    }
}

extension MetadataImage {
    fileprivate mutating func apply(_ message: any LogMessage, offset: Int64) throws(MetadataError) {
        switch message {
        case let record as TopicRecord: apply(record)
        case let record as PartitionRecord: try apply(record)
        case let record as PartitionChangeRecord: try apply(record)
        case let record as RemoveTopicRecord: try apply(record)
        case let record as ConfigRecord: apply(record)
        case let record as RegisterBrokerRecord: apply(record)
        case let record as BrokerRegistrationChangeRecord: try apply(record)
        case let record as UnregisterBrokerRecord: brokers[record.brokerId] = nil
        case let record as FenceBrokerRecord: brokers[record.id]?.isFenced = true
        case let record as UnfenceBrokerRecord: brokers[record.id]?.isFenced = false
        case let record as RegisterControllerRecord: controllers[record.controllerId] = record
        case let record as FeatureLevelRecord: features[record.name] = record.featureLevel == 0 ? nil : record.featureLevel
        case let record as ProducerIdsRecord: nextProducerId = record.nextProducerId
        case let record as ClientQuotaRecord: apply(record)
        case let record as UserScramCredentialRecord: scramCredentials[ScramKey(user: record.name, mechanism: record.mechanism)] = record
        case let record as RemoveUserScramCredentialRecord: scramCredentials[ScramKey(user: record.name, mechanism: record.mechanism)] = nil
        case let record as AccessControlEntryRecord: acls[record.id] = record
        case let record as RemoveAccessControlEntryRecord: acls[record.id] = nil
        case let record as DelegationTokenRecord: delegationTokens[record.tokenId] = record
        case let record as RemoveDelegationTokenRecord: delegationTokens[record.tokenId] = nil
        case let record as ClearElrRecord: apply(record)
        case is NoOpRecord, is ZkMigrationStateRecord: break
        default: throw MetadataError("metadata record \(type(of: message).name) is not known, at offset \(offset)")
        }
    }

    private mutating func apply(_ record: TopicRecord) {
        if let old = topicsByName[record.name] { topicNames[old.id] = nil }
        topicsByName[record.name] = TopicImage(name: record.name, id: record.topicId)
        topicNames[record.topicId] = record.name
    }

    private mutating func apply(_ record: RemoveTopicRecord) throws(MetadataError) {
        guard let name = topicNames.removeValue(forKey: record.topicId) else { throw MetadataError("unknown topic id \(record.topicId) removed") }
        topicsByName[name] = nil
        configs[.topic(name)] = nil
    }

    private mutating func apply(_ record: PartitionRecord) throws(MetadataError) {
        guard let name = topicNames[record.topicId], let count = topicsByName[name]?.partitions.count else {
            throw MetadataError("partition \(record.partitionId) of the unknown topic id \(record.topicId)")
        }
        var partition = PartitionImage()
        partition.replicas = record.replicas
        partition.directories = record.directories
        partition.isr = record.isr
        partition.eligibleLeaderReplicas = record.eligibleLeaderReplicas ?? []
        partition.lastKnownElr = record.lastKnownElr ?? []
        partition.addingReplicas = record.addingReplicas
        partition.removingReplicas = record.removingReplicas
        partition.leader = record.leader
        partition.leaderEpoch = record.leaderEpoch
        partition.partitionEpoch = record.partitionEpoch
        partition.leaderRecoveryState = record.leaderRecoveryState
        switch Int(record.partitionId) {
        case count: topicsByName[name]?.partitions.append(partition)
        case 0..<count: topicsByName[name]?.partitions[Int(record.partitionId)] = partition
        default: throw MetadataError("partition \(record.partitionId) of topic \(name), which has \(count)")
        }
    }

    private mutating func apply(_ record: PartitionChangeRecord) throws(MetadataError) {
        guard let name = topicNames[record.topicId], var partition = partition(name, record.partitionId) else {
            throw MetadataError("change of the unknown partition \(record.partitionId) of topic id \(record.topicId)")
        }
        if let replicas = record.replicas {
            // A replica keeps its directory; a new one has none assigned yet. Where none has one, directories are not assigned at all.
            let old = Dictionary(zip(partition.replicas, partition.directories), uniquingKeysWith: { first, _ in first })
            if !partition.directories.isEmpty { partition.directories = replicas.map { old[$0] ?? .zero } }
            partition.replicas = replicas
        }
        if let directories = record.directories { partition.directories = directories }
        if let isr = record.isr { partition.isr = isr }
        if let adding = record.addingReplicas { partition.addingReplicas = adding }
        if let removing = record.removingReplicas { partition.removingReplicas = removing }
        if let elr = record.eligibleLeaderReplicas { partition.eligibleLeaderReplicas = elr }
        if let known = record.lastKnownElr { partition.lastKnownElr = known }
        if record.leaderRecoveryState >= 0 { partition.leaderRecoveryState = record.leaderRecoveryState }
        if record.leader != MetadataRecord.noLeaderChange {
            partition.leader = record.leader
            partition.leaderEpoch &+= 1
        }
        partition.partitionEpoch &+= 1
        topicsByName[name]?.partitions[Int(record.partitionId)] = partition
    }

    private mutating func apply(_ record: ConfigRecord) {
        guard let kind = ConfigResource.Kind(rawValue: record.resourceType) else { return }
        let resource = ConfigResource(kind, record.resourceName)
        configs[resource, default: [:]][record.name] = record.value
        if configs[resource]?.isEmpty == true { configs[resource] = nil }
    }

    private mutating func apply(_ record: RegisterBrokerRecord) {
        brokers[record.brokerId] = BrokerImage(
            id: record.brokerId, incarnationId: record.incarnationId, epoch: record.brokerEpoch,
            endpoints: record.endPoints.map { Endpoint(listener: $0.name, host: $0.host, port: $0.port, securityProtocol: $0.securityProtocol) },
            rack: record.rack, isFenced: record.fenced, isInControlledShutdown: record.inControlledShutdown, logDirs: record.logDirs,
            cordonedLogDirs: record.cordonedLogDirs ?? [],
            features: Dictionary(
                record.features.map { ($0.name, $0.minSupportedVersion...max($0.minSupportedVersion, $0.maxSupportedVersion)) },
                uniquingKeysWith: { first, _ in first }))
    }

    private mutating func apply(_ record: BrokerRegistrationChangeRecord) throws(MetadataError) {
        guard var broker = brokers[record.brokerId] else { throw MetadataError("registration of the unknown broker \(record.brokerId) changed") }
        if record.fenced != 0 { broker.isFenced = record.fenced > 0 }
        if record.inControlledShutdown > 0 { broker.isInControlledShutdown = true }
        if !record.logDirs.isEmpty { broker.logDirs = record.logDirs }
        if let cordoned = record.cordonedLogDirs { broker.cordonedLogDirs = cordoned }
        brokers[record.brokerId] = broker
    }

    private mutating func apply(_ record: ClientQuotaRecord) {
        let entity = QuotaEntity(Dictionary(record.entity.map { ($0.entityType, $0.entityName) }, uniquingKeysWith: { first, _ in first }))
        quotas[entity, default: [:]][record.key] = record.remove ? nil : record.value
        if quotas[entity]?.isEmpty == true { quotas[entity] = nil }
    }

    /// Forgets the eligible leader replicas of one topic, or of all when the record names none.
    private mutating func apply(_ record: ClearElrRecord) {
        for name in record.topicName.isEmpty ? Array(topicsByName.keys) : [record.topicName] {
            guard let partitions = topicsByName[name]?.partitions else { continue }
            for (index, partition) in partitions.enumerated() where !partition.eligibleLeaderReplicas.isEmpty || !partition.lastKnownElr.isEmpty {
                topicsByName[name]?.partitions[index].eligibleLeaderReplicas = []
                topicsByName[name]?.partitions[index].lastKnownElr = []
                topicsByName[name]?.partitions[index].partitionEpoch &+= 1
            }
        }
    }
}

extension MetadataRecord {
    /// What a partition change carries when it does not elect anyone.
    static let noLeaderChange: Int32 = -2
}
