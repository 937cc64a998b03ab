import KafkaProtocol
import Vocabulary

extension MetadataImage {
    /// The records that, folded from nothing, give this image: the content of a snapshot. They stand in the order in which Kafka's images are written:
    /// features first, `metadata.version` before all, for it says how what follows is to be read; then brokers, controllers, topics, configurations, quotas,
    /// producer ids, access control entries, credentials and tokens. The same image always gives the same records.
    public var records: [MetadataRecord] {
        featureRecords + nodeRecords + topicRecords + configRecords + quotaRecords + producerIdRecords + securityRecords
    }

    private var featureRecords: [MetadataRecord] {
        let others = features.filter { $0.key != FeatureName.metadataVersion }.sorted { $0.key < $1.key }
        let version = features[FeatureName.metadataVersion].map { [MetadataRecord.feature(FeatureName.metadataVersion, $0)] } ?? []
        return version + others.map { .feature($0.key, $0.value) }
    }

    private var nodeRecords: [MetadataRecord] {
        sortedBrokers.map { $0.record(version: registerBrokerRecordVersion) }
            + controllers.sorted { $0.key < $1.key }.map { MetadataRecord($0.value) }
    }

    private var topicRecords: [MetadataRecord] {
        var records: [MetadataRecord] = []
        for topic in topicsByName.values.sorted(by: { $0.name < $1.name }) {
            var record = TopicRecord()
            record.name = topic.name
            record.topicId = topic.id
            records.append(MetadataRecord(record))
            for (index, partition) in topic.partitions.enumerated() {
                records.append(MetadataRecord(partition.record(topic.id, Int32(index)), version: partitionRecordVersion))
            }
        }
        return records
    }

    private var configRecords: [MetadataRecord] {
        configs.sorted { ($0.key.kind.rawValue, $0.key.name) < ($1.key.kind.rawValue, $1.key.name) }.flatMap { resource, values in
            values.sorted { $0.key < $1.key }.map { MetadataRecord.config(resource, $0.key, $0.value) }
        }
    }

    private var quotaRecords: [MetadataRecord] {
        quotas.map { (entity: $0.key.sortedNames, values: $0.value) }.sorted { $0.entity.lexicographicallyPrecedes($1.entity) }.flatMap { entity, values in
            values.sorted { $0.key < $1.key }.map { key, value in
                var record = ClientQuotaRecord()
                record.entity = entity.map { name in
                    var data = ClientQuotaRecord.EntityData()
                    data.entityType = name.type
                    data.entityName = name.name
                    return data
                }
                record.key = key
                record.value = value
                return MetadataRecord(record)
            }
        }
    }

    private var producerIdRecords: [MetadataRecord] {
        guard nextProducerId > 0 else { return [] }
        var record = ProducerIdsRecord()
        // Which broker got the last block is not known any more, nor does it matter.
        record.brokerId = -1
        record.brokerEpoch = -1
        record.nextProducerId = nextProducerId
        return [MetadataRecord(record)]
    }

    private var securityRecords: [MetadataRecord] {
        let credentials = scramCredentials.sorted { ($0.key.mechanism, $0.key.user) < ($1.key.mechanism, $1.key.user) }
        return acls.sorted { $0.key < $1.key }.map { MetadataRecord($0.value) }
            + credentials.map { MetadataRecord($0.value) } + delegationTokens.sorted { $0.key < $1.key }.map { MetadataRecord($0.value) }
    }
}

extension PartitionImage {
    fileprivate func record(_ topicId: Uuid, _ index: Int32) -> PartitionRecord {
        var record = PartitionRecord()
        record.partitionId = index
        record.topicId = topicId
        record.replicas = replicas
        record.directories = directories
        record.isr = isr
        record.addingReplicas = addingReplicas
        record.removingReplicas = removingReplicas
        record.leader = leader
        record.leaderEpoch = leaderEpoch
        record.partitionEpoch = partitionEpoch
        record.leaderRecoveryState = leaderRecoveryState
        if !eligibleLeaderReplicas.isEmpty { record.eligibleLeaderReplicas = eligibleLeaderReplicas }
        if !lastKnownElr.isEmpty { record.lastKnownElr = lastKnownElr }
        return record
    }
}

extension BrokerImage {
    /// The record that registers the broker so.
    func record(version: Int16) -> MetadataRecord {
        var record = RegisterBrokerRecord()
        record.brokerId = id
        record.incarnationId = incarnationId
        record.brokerEpoch = epoch
        record.endPoints = endpoints.map { endpoint in
            var form = RegisterBrokerRecord.BrokerEndpoint()
            form.name = endpoint.listener
            form.host = endpoint.host
            form.port = endpoint.port
            form.securityProtocol = endpoint.securityProtocol
            return form
        }
        record.features = features.sorted { $0.key < $1.key }.map { name, levels in
            var feature = RegisterBrokerRecord.BrokerFeature()
            feature.name = name
            feature.minSupportedVersion = levels.lowerBound
            feature.maxSupportedVersion = levels.upperBound
            return feature
        }
        record.rack = rack
        record.fenced = isFenced
        record.inControlledShutdown = isInControlledShutdown
        record.logDirs = logDirs
        if version >= 4 { record.cordonedLogDirs = cordonedLogDirs }
        return MetadataRecord(record, version: version)
    }
}

extension QuotaEntity {
    /// A part of an entity; those without a name, the defaults, come first.
    fileprivate struct Name: Comparable {
        var type: String
        var name: String?

        static func < (left: Name, right: Name) -> Bool {
            (left.type, left.name == nil ? 0 : 1, left.name ?? "") < (right.type, right.name == nil ? 0 : 1, right.name ?? "")
        }
    }

    fileprivate var sortedNames: [Name] { names.map { Name(type: $0.key, name: $0.value) }.sorted() }
}
