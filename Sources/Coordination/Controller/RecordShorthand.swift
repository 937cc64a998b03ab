import KafkaProtocol
import Vocabulary

// The records that several decisions write.
extension MetadataRecord {
    /// Sets a key of a resource, or with no value deletes it.
    static func config(_ resource: ConfigResource, _ name: String, _ value: String?) -> MetadataRecord {
        var record = ConfigRecord()
        record.resourceType = resource.kind.rawValue
        record.resourceName = resource.name
        record.name = name
        record.value = value
        return MetadataRecord(record)
    }

    /// An empty name means every topic.
    static func clearElr(_ topic: String) -> MetadataRecord {
        var record = ClearElrRecord()
        record.topicName = topic
        return MetadataRecord(record)
    }

    /// Another leader, or with -1 none; the epoch goes up with it.
    static func partitionLeader(_ leader: Int32, _ topicId: Uuid, _ partition: Int32, image: MetadataImage) -> MetadataRecord {
        var change = PartitionChangeRecord()
        change.topicId = topicId
        change.partitionId = partition
        change.leader = leader
        return MetadataRecord(change, version: image.partitionRecordVersion)
    }

    static func feature(_ name: String, _ level: Int16) -> MetadataRecord {
        var record = FeatureLevelRecord()
        record.name = name
        record.featureLevel = level
        return MetadataRecord(record)
    }
}

/// Keys that the controller treats apart.
enum ConfigName {
    static let minInsyncReplicas = "min.insync.replicas"
}
