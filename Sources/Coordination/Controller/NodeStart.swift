import KafkaProtocol

/// What a broker tells about itself when it starts.
public struct BrokerIdentity: Sendable {
    public var id: Int32
    /// New at every start.
    public var incarnationId: Uuid
    public var endpoints: [Endpoint]
    public var rack: String?
    /// The `directory.id` of each log directory.
    public var logDirs: [Uuid]

    public init(id: Int32, incarnationId: Uuid, endpoints: [Endpoint], rack: String? = nil, logDirs: [Uuid] = []) {
        self.id = id
        self.incarnationId = incarnationId
        self.endpoints = endpoints
        self.rack = rack
        self.logDirs = logDirs
    }
}

extension Controller {
    /// The first records of a new cluster, as the first controller of 4.3 leaves them: feature levels, and the cluster-wide minimum of in-sync replicas that
    /// eligible leader replicas need.
    /// - Parameter formatted: what `kafka-storage format` left for it; without any, the features of a new 4.3 cluster
    public func bootstrapRecords(formatted: [MetadataRecord] = []) -> [MetadataRecord] {
        var begin = BeginTransactionRecord()
        begin.name = "Bootstrap records"
        let first = formatted.isEmpty ? FeatureName.newCluster.map { MetadataRecord.feature($0.name, $0.level) } : formatted
        var records = [MetadataRecord(begin)] + first
        let hasElr = first.contains { record in
            guard let feature = record.message as? FeatureLevelRecord else { return false }
            return feature.name == FeatureName.eligibleLeaderReplicas && feature.featureLevel > 0
        }
        if hasElr { records.append(.config(.brokerDefault, ConfigName.minInsyncReplicas, properties[ConfigName.minInsyncReplicas] ?? "1")) }
        return records + [MetadataRecord(EndTransactionRecord())]
    }

    /// The record with which a node that stops takes itself out of sight; none when it is out already.
    public func stopRecords(_ id: Int32, image: MetadataImage) -> [MetadataRecord] {
        guard let broker = image.brokers[id], !broker.isFenced else { return [] }
        var change = BrokerRegistrationChangeRecord()
        change.brokerId = id
        change.brokerEpoch = broker.epoch
        change.fenced = 1
        return [MetadataRecord(change)]
    }

    /// The records with which a node that is its own controller takes up its place: it registers, is unfenced, and leads again every partition that it alone
    /// can lead. After an unclean stop each gets a new leader epoch, so that clients notice what it may have cut off; after a clean one those that it leads
    /// as they should be led go on, so a stop and a start cost the log a few records, however many partitions there are.
    /// - Parameters:
    ///   - offset: where the first record will stand; it becomes the broker's epoch
    ///   - wasClean: the node stopped in order, and lost nothing
    public func startRecords(_ broker: BrokerIdentity, offset: Int64, image: MetadataImage, wasClean: Bool = false) -> [MetadataRecord] {
        var records: [MetadataRecord] = [register(broker, epoch: offset, image: image)]
        for topic in image.topicsByName.values.sorted(by: { $0.name < $1.name }) {
            for (index, partition) in topic.partitions.enumerated() {
                guard isHere(partition, broker) else {
                    if partition.leader == broker.id { records.append(.partitionLeader(-1, topic.id, Int32(index), image: image)) }
                    continue
                }
                guard canLead(partition, broker.id, image: image) else { continue }
                if wasClean, partition.isLedAlone(by: broker.id) { continue }
                var change = PartitionChangeRecord()
                change.topicId = topic.id
                change.partitionId = Int32(index)
                change.leader = broker.id
                if partition.isr != [broker.id] { change.isr = [broker.id] }
                if !partition.eligibleLeaderReplicas.isEmpty { change.eligibleLeaderReplicas = partition.eligibleLeaderReplicas.filter { $0 != broker.id } }
                if !partition.lastKnownElr.isEmpty { change.lastKnownElr = [] }
                if partition.leaderRecoveryState != 0 { change.leaderRecoveryState = 0 }
                records.append(MetadataRecord(change, version: image.partitionRecordVersion))
            }
        }
        return records
    }

    private func register(_ broker: BrokerIdentity, epoch: Int64, image: MetadataImage) -> MetadataRecord {
        // The node hears itself: there is nothing to wait for before it may lead.
        let registered = BrokerImage(
            id: broker.id, incarnationId: broker.incarnationId, epoch: epoch, endpoints: broker.endpoints, rack: broker.rack, isFenced: false,
            isInControlledShutdown: false, logDirs: broker.logDirs, cordonedLogDirs: [], features: FeatureName.supported)
        return registered.record(version: image.registerBrokerRecordVersion)
    }

    /// Whether the broker has the log directory that it was last said to have its replica in. What it finds elsewhere it tells of.
    private func isHere(_ partition: PartitionImage, _ broker: BrokerIdentity) -> Bool {
        guard let directory = partition.directory(of: broker.id), !directory.isReservedDirectory else { return true }
        return broker.logDirs.contains(directory)
    }

    /// Whether the broker is the only live replica that may hold every committed record.
    private func canLead(_ partition: PartitionImage, _ id: Int32, image: MetadataImage) -> Bool {
        guard partition.replicas.contains(id) else { return false }
        if partition.leader == id { return true }
        let othersLive = partition.isr.contains { $0 != id && image.brokers[$0]?.isFenced == false }
        if partition.leader >= 0 && othersLive { return false }
        return partition.isr.contains(id) || partition.eligibleLeaderReplicas.contains(id) || partition.lastKnownElr.contains(id)
            || partition.replicas == [id]
    }
}

extension PartitionImage {
    /// Whether the broker leads it already, with nobody else in sync, nothing to recover and no candidates to forget.
    fileprivate func isLedAlone(by id: Int32) -> Bool {
        leader == id && isr == [id] && leaderRecoveryState == 0 && eligibleLeaderReplicas.isEmpty && lastKnownElr.isEmpty
    }
}
