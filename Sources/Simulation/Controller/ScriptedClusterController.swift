import Coordination
import KafkaProtocol
import Vocabulary

/// The active controller of a cluster, as far as its brokers see one: a log of committed metadata records, and the decisions that append to it, by the rules of
/// Kafka's controller. It never loses its place; what keeps brokers from it is the network's. The decisions about topics, configurations and producer ids
/// are our own controller's.
final class ScriptedClusterController {
    static let id: Int32 = 3000
    static let clusterId = "c2ltdWxhdGVkLWNsdXN0ZXI"
    /// `min.insync.replicas` of every topic.
    static let minInSync = 2

    /// What is known of a registered broker beside the metadata.
    private struct Session {
        var epoch: Int64
        var heardAt: Int64
        /// Up to where it has applied the metadata.
        var metadataOffset: Int64 = -1
        /// What all others must have applied before it may go.
        var shutdownOffset: Int64?
    }

    let world: World
    let controller: Controller
    private let sessionTimeoutMs: Int64
    let hasElr: Bool
    /// Against the rules, to see that it is found out.
    var sabotage: ReplicatedWorkload.Sabotage?
    private(set) var log: [CommittedMetadata.Record] = []
    /// Where batches end: what is decided together is told together.
    private var batchEnds: [Int64] = []
    private var fold = MetadataFold()
    private var sessions: [Int32: Session] = [:]
    /// Called with what has been committed.
    var onCommit: () -> Void = {}
    /// Called when somebody leads a partition who was not in sync: one of the eligible leaders, or the last one that is known.
    var onReturn: (_ topicId: Uuid, _ partition: Int32) -> Void = { _, _ in }
    /// What must not happen here.
    var failures: [String] = []

    /// - Parameter transactionVersion: the level of `transaction.version`
    init(_ world: World, hasElr: Bool, transactionVersion: Int16, sessionTimeoutMs: Int64) {
        self.world = world
        self.hasElr = hasElr
        self.sessionTimeoutMs = sessionTimeoutMs
        controller = Controller(
            nodeId: Self.id, properties: ["min.insync.replicas": "\(Self.minInSync)", "default.replication.factor": "3", "num.partitions": "3"])
        let features = FeatureName.newCluster.map { name, level in
            var record = FeatureLevelRecord()
            (record.name, record.featureLevel) = (name, level)
            switch name {
            case FeatureName.eligibleLeaderReplicas: record.featureLevel = hasElr ? level : 0
            case FeatureName.transaction: record.featureLevel = transactionVersion
            default: break
            }
            return MetadataRecord(record)
        }
        append(controller.bootstrapRecords(formatted: features))
        watchSessions()
    }

    var image: MetadataImage { fold.image }
    var endOffset: Int64 { Int64(log.count) }

    // MARK: The log

    func append(_ records: [MetadataRecord]) {
        guard !records.isEmpty else { return }
        for record in records {
            let value = record.encoded(), offset = endOffset
            world.note("metadata", offset, value)
            log.append(.init(offset: offset, value: value))
            tell(record)
            noteReturn(record)
            do { try fold.replay(record, offset: offset) } catch { failures.append("the controller's log cannot be folded: \(error)") }
        }
        batchEnds.append(endOffset)
        onCommit()
    }

    private func noteReturn(_ record: MetadataRecord) {
        guard let change = record.message as? PartitionChangeRecord, change.leader >= 0, change.isr == [change.leader],
            let old = image.topic(change.topicId)?.partition(change.partitionId), !old.isr.contains(change.leader),
            old.eligibleLeaderReplicas.contains(change.leader) || old.lastKnownElr.contains(change.leader)
        else { return }
        onReturn(change.topicId, change.partitionId)
    }

    private func tell(_ record: MetadataRecord) {
        switch record.message {
        case let change as PartitionChangeRecord:
            let name = image.topicNames[change.topicId] ?? ""
            world.tell(
                "\(endOffset - 1): \(name)-\(change.partitionId) leader \(change.leader), in sync \(change.isr ?? []), replicas \(change.replicas ?? []), "
                    + "eligible \(change.eligibleLeaderReplicas ?? []), last known \(change.lastKnownElr ?? [])")
        case let change as BrokerRegistrationChangeRecord:
            world.tell("\(endOffset - 1): broker \(change.brokerId) fencing \(change.fenced), shutdown \(change.inControlledShutdown)")
        default: world.tell("\(endOffset - 1): \(type(of: record.message).name)")
        }
    }

    /// A piece of the log for a broker that has applied all below an offset: so many records and what belongs to the last, or for one that begins perhaps a
    /// snapshot.
    func piece(from offset: Int64, count: Int, asSnapshot: Bool) -> CommittedMetadata? {
        guard offset < endOffset else { return nil }
        if asSnapshot, offset == 0, !fold.isInTransaction {
            return .snapshot(MetadataSnapshot(endOffset: endOffset, epoch: 1), values: image.records.map { $0.encoded() })
        }
        let end = batchEnds.first { $0 >= offset + Int64(count) } ?? endOffset
        return .records(Array(log[Int(offset)..<Int(end)]), nextOffset: end)
    }

    // MARK: Brokers

    /// May lead: it is there, and stays.
    private func isActive(_ id: Int32) -> Bool { image.brokers[id].map { !$0.isFenced && !$0.isInControlledShutdown } ?? false }

    private func hasSession(_ id: Int32, _ epoch: Int64) -> Bool {
        sessions[id].map { $0.epoch == epoch && world.now - $0.heardAt <= sessionTimeoutMs } ?? false
    }

    func answer(_ request: BrokerRegistrationRequest) -> BrokerRegistrationResponse {
        var response = BrokerRegistrationResponse()
        let existing = image.brokers[request.brokerId]
        let isSame = existing?.incarnationId == request.incarnationId
        if let existing, !isSame, hasSession(request.brokerId, existing.epoch) {
            response.errorCode = .duplicateBrokerRegistration
            return response
        }
        var record = RegisterBrokerRecord()
        (record.brokerId, record.incarnationId, record.rack, record.logDirs) = (request.brokerId, request.incarnationId, request.rack, request.logDirs)
        record.endPoints = request.listeners.map { listener in
            var row = RegisterBrokerRecord.BrokerEndpoint()
            (row.name, row.host, row.port, row.securityProtocol) = (listener.name, listener.host, listener.port, listener.securityProtocol)
            return row
        }
        record.features = request.features.map { feature in
            var row = RegisterBrokerRecord.BrokerFeature()
            (row.name, row.minSupportedVersion, row.maxSupportedVersion) = (feature.name, feature.minSupportedVersion, feature.maxSupportedVersion)
            return row
        }
        if let existing, isSame {
            (record.fenced, record.inControlledShutdown, record.brokerEpoch) = (existing.isFenced, existing.isInControlledShutdown, existing.epoch)
        } else {
            // Whoever stopped in order has lost nothing, and says so by the epoch that it noted then.
            let wasClean = existing.map { $0.epoch == request.previousBrokerEpoch } ?? false
            let changes =
                hasElr && !wasClean
                ? changes(of: { $0.isr.contains(request.brokerId) || $0.eligibleLeaderReplicas.contains(request.brokerId) }, unclean: request.brokerId)
                : changes(of: { $0.isr.contains(request.brokerId) }, without: request.brokerId)
            append(changes)
            record.brokerEpoch = endOffset
            sessions[request.brokerId] = Session(epoch: endOffset, heardAt: world.now)
        }
        append([MetadataRecord(record, version: 4)])
        response.brokerEpoch = record.brokerEpoch
        return response
    }

    func answer(_ request: BrokerHeartbeatRequest) -> BrokerHeartbeatResponse {
        var response = BrokerHeartbeatResponse()
        let id = request.brokerId
        guard let broker = image.brokers[id], broker.epoch == request.brokerEpoch else {
            response.errorCode = image.brokers[id] == nil ? .brokerIdNotRegistered : .staleBrokerEpoch
            return response
        }
        var session = sessions[id] ?? Session(epoch: broker.epoch, heardAt: 0)
        session.heardAt = world.now
        session.metadataOffset = request.currentMetadataOffset
        sessions[id] = session
        response.isCaughtUp = request.currentMetadataOffset >= broker.epoch
        noteOffline(request.offlineLogDirs, of: broker)
        if broker.isFenced {
            response.shouldShutDown = request.wantShutDown
            if !request.wantShutDown, !request.wantFence, response.isCaughtUp { unfence(broker) }
        } else if request.wantShutDown {
            response.shouldShutDown = mayGo(broker, session)
            if response.shouldShutDown { fence(broker) }
        } else if request.wantFence {
            fence(broker)
        }
        response.isFenced = image.brokers[id]?.isFenced ?? true
        return response
    }

    /// What is in directories that have failed is out of sync, and led by others.
    private func noteOffline(_ directories: [Uuid], of broker: BrokerImage) {
        let id = broker.id, gone = directories.filter(broker.logDirs.contains)
        guard !gone.isEmpty else { return }
        append(changes(of: { $0.isr.contains(id) && $0.directory(of: id).map(gone.contains) ?? false }, without: id))
        var change = BrokerRegistrationChangeRecord()
        (change.brokerId, change.brokerEpoch, change.logDirs) = (id, broker.epoch, broker.logDirs.filter { !gone.contains($0) })
        append([MetadataRecord(change, version: 2)])
    }

    /// Whether a broker that wants to stop may: it leads nothing, and all others know that.
    private func mayGo(_ broker: BrokerImage, _ session: Session) -> Bool {
        let leads = image.topicsByName.values.contains { $0.partitions.contains { $0.leader == broker.id } }
        guard broker.isInControlledShutdown else {
            if leads { beginShutdown(broker) }
            return !leads
        }
        // Other replicas may have come since.
        if leads {
            beginShutdown(broker)
            return false
        }
        let lowest = sessions.filter { isActive($0.key) }.map(\.value.metadataOffset).min() ?? .max
        return (session.shutdownOffset ?? 0) <= lowest
    }

    private func beginShutdown(_ broker: BrokerImage) {
        var records: [MetadataRecord] = []
        if !broker.isInControlledShutdown {
            var change = BrokerRegistrationChangeRecord()
            (change.brokerId, change.brokerEpoch, change.inControlledShutdown) = (broker.id, broker.epoch, 1)
            records.append(MetadataRecord(change, version: 1))
        }
        append(records + changes(of: { $0.isr.contains(broker.id) }, without: broker.id))
        if sessions[broker.id]?.shutdownOffset == nil { sessions[broker.id]?.shutdownOffset = endOffset - 1 }
    }

    private func unfence(_ broker: BrokerImage) {
        append([fencing(broker, -1)] + changes(of: { $0.leader < 0 }, with: broker.id))
    }

    private func fence(_ broker: BrokerImage) {
        append(changes(of: { $0.isr.contains(broker.id) }, without: broker.id) + [fencing(broker, 1)])
        sessions[broker.id]?.shutdownOffset = nil
    }

    private func fencing(_ broker: BrokerImage, _ change: Int8) -> MetadataRecord {
        var record = BrokerRegistrationChangeRecord()
        (record.brokerId, record.brokerEpoch, record.fenced) = (broker.id, broker.epoch, change)
        return MetadataRecord(record)
    }

    /// Fences whoever was not heard for longer than a session lasts.
    private func watchSessions() {
        world.after(100) { [weak self] in
            guard let self else { return }
            for broker in image.sortedBrokers where !broker.isFenced && !hasSession(broker.id, broker.epoch) { fence(broker) }
            watchSessions()
        }
    }

    // MARK: Partitions

    /// A change of a partition as its brokers are.
    /// - Parameters:
    ///   - added: counts as there already
    ///   - removed: counts as gone already
    func change(_ partition: PartitionImage, with added: Int32? = nil, without removed: Int32? = nil) -> PartitionChange {
        var change = PartitionChange(partition, hasElr: hasElr, minInSync: Self.minInSync) { [image] id in
            guard id != removed, let broker = image.brokers[id], broker.hasOnline(partition.directory(of: id)) else { return false }
            return id == added || !broker.isFenced && !broker.isInControlledShutdown
        }
        change.electsAnybody = sabotage == .electsAnybody
        return change
    }

    func changes(
        of isConcerned: (PartitionImage) -> Bool, with added: Int32? = nil, without removed: Int32? = nil, unclean: Int32? = nil
    ) -> [MetadataRecord] {
        image.topicsByName.values.sorted { $0.name < $1.name }.flatMap { topic in
            topic.partitions.enumerated().compactMap { index, partition in
                guard isConcerned(partition) else { return nil }
                var change = change(partition, with: added, without: removed ?? unclean)
                change.inSync.removeAll { $0 == removed || $0 == unclean }
                change.unclean = unclean
                return record(change, topic, Int32(index))
            }
        }
    }

    private func record(_ change: PartitionChange, _ topic: TopicImage, _ index: Int32) -> MetadataRecord? {
        change.record(topic.id, index) { [image] id in
            guard let directories = image.brokers[id]?.logDirs, directories.count == 1 else { return .unassignedDirectory }
            return directories[0]
        }
    }

    /// Has the first replica of a partition lead it if it can.
    func electPreferred(_ topic: TopicImage, _ index: Int32) {
        guard let partition = image.topic(topic.id)?.partition(index) else { return }
        var change = change(partition)
        change.election = .preferred
        append([record(change, topic, index)].compactMap { $0 })
    }

    /// Moves a partition to other replicas, or puts them in another order.
    func reassign(_ topic: TopicImage, _ index: Int32, to target: [Int32]) {
        guard let partition = image.topic(topic.id)?.partition(index) else { return }
        // A move that is under way is not changed here.
        guard partition.addingReplicas.isEmpty, partition.removingReplicas.isEmpty else { return }
        var change = change(partition)
        change.removing = partition.replicas.filter { !target.contains($0) }.sorted()
        change.adding = target.filter { !partition.replicas.contains($0) }.sorted()
        change.replicas = target + change.removing
        append([record(change, topic, index)].compactMap { $0 })
    }

    // MARK: Changes of replicas in sync

    func answer(_ request: AlterPartitionRequest) -> AlterPartitionResponse {
        var response = AlterPartitionResponse()
        guard image.brokers[request.brokerId]?.epoch == request.brokerEpoch else {
            response.errorCode = .staleBrokerEpoch
            return response
        }
        var records: [MetadataRecord] = []
        var after = fold
        response.topics = request.topics.map { asked in
            var topic = AlterPartitionResponse.TopicData()
            topic.topicId = asked.topicId
            topic.partitions = asked.partitions.map { row in
                var answer = AlterPartitionResponse.TopicData.PartitionData()
                answer.partitionIndex = row.partitionIndex
                answer.errorCode = refusal(asked.topicId, row, of: request.brokerId)
                guard answer.errorCode == .none, let known = image.topic(asked.topicId), let partition = known.partition(row.partitionIndex) else {
                    return answer
                }
                var change = change(partition)
                (change.inSync, change.recoveryState) = (row.newIsrWithEpochs.map(\.brokerId), row.leaderRecoveryState)
                if sabotage == .countsAnybodyIn { change.inSync = partition.replicas.filter(isActive) }
                if let record = record(change, known, row.partitionIndex) {
                    records.append(record)
                    try? after.replay(record, offset: endOffset + Int64(records.count) - 1)
                }
                guard let now = after.image.topic(asked.topicId)?.partition(row.partitionIndex) else { return answer }
                // A reassignment that this finishes may take the lead from who asked.
                if now.leader != request.brokerId { answer.errorCode = .newLeaderElected }
                (answer.leaderId, answer.leaderEpoch, answer.isr, answer.partitionEpoch) = (now.leader, now.leaderEpoch, now.isr, now.partitionEpoch)
                answer.leaderRecoveryState = now.leaderRecoveryState
                return answer
            }
            return topic
        }
        append(records)
        return response
    }

    private func refusal(_ topic: Uuid, _ row: AlterPartitionRequest.TopicData.PartitionData, of broker: Int32) -> ErrorCode {
        guard let topic = image.topic(topic) else { return .unknownTopicId }
        guard let partition = topic.partition(row.partitionIndex) else { return .unknownTopicOrPartition }
        // Who knows more than this controller has another one.
        if row.leaderEpoch > partition.leaderEpoch || row.partitionEpoch > partition.partitionEpoch { return .notController }
        if row.leaderEpoch < partition.leaderEpoch { return .fencedLeaderEpoch }
        if broker != partition.leader { return .invalidRequest }
        if row.partitionEpoch < partition.partitionEpoch { return .invalidUpdateVersion }
        let ids = row.newIsrWithEpochs.map(\.brokerId)
        guard Set(ids).count == ids.count, ids.allSatisfy(partition.replicas.contains), ids.contains(partition.leader) else { return .invalidRequest }
        if row.leaderRecoveryState == 1, ids.count > 1 || partition.leaderRecoveryState == 0 { return .invalidRequest }
        let isEligible = row.newIsrWithEpochs.allSatisfy { member in
            isActive(member.brokerId) && (member.brokerEpoch == -1 || member.brokerEpoch == image.brokers[member.brokerId]?.epoch)
        }
        return isEligible ? .none : .ineligibleReplica
    }
}
