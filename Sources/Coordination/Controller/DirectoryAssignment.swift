import KafkaProtocol

extension PartitionImage {
    /// In which log directory a broker has its replica; nil where directories are not assigned. May be one of the reserved ids (`Uuid.isReservedDirectory`).
    public func directory(of broker: Int32) -> Uuid? {
        guard let place = replicas.firstIndex(of: broker), place < directories.count else { return nil }
        return directories[place]
    }
}

extension BrokerImage {
    /// Whether the broker has a directory in use, as far as the controller knows: what is not known yet counts as in use, and so does everything where
    /// directories are not registered (KIP-858).
    public func hasOnline(_ directory: Uuid?) -> Bool {
        guard let directory, !logDirs.isEmpty, directory != .lostDirectory else { return directory != .lostDirectory }
        return directory == .zero || directory == .unassignedDirectory || logDirs.contains(directory)
    }
}

/// In which directories replicas are (KIP-858), as a node decides about it that is its own controller.
extension Controller {
    /// AssignReplicasToDirs: a broker says where its replicas are. One in a directory that has failed is led by nobody; one that is in use again is led.
    func assignReplicas(_ request: AssignReplicasToDirsRequest, image: MetadataImage) -> Decision<AssignReplicasToDirsResponse> {
        var response = AssignReplicasToDirsResponse()
        guard let broker = image.brokers[request.brokerId], broker.epoch == request.brokerEpoch else {
            response.errorCode = image.brokers[request.brokerId] == nil ? .brokerIdNotRegistered : .staleBrokerEpoch
            return Decision(response)
        }
        guard image.registersDirectories else {
            response.errorCode = .unsupportedVersion
            return Decision(response)
        }
        var records: [MetadataRecord] = []
        response.directories = request.answered { topicId, index, directory in
            do throws(ControllerError) {
                if let record = try assign(topicId, index, broker, to: directory, image: image) { records.append(record) }
                return .none
            } catch {
                return error.code
            }
        }
        return Decision(records, response)
    }

    /// Nil when the replica is there already, as far as the metadata knows.
    private func assign(
        _ topicId: Uuid, _ index: Int32, _ broker: BrokerImage, to directory: Uuid, image: MetadataImage
    ) throws(ControllerError) -> MetadataRecord? {
        guard let topic = image.topic(topicId) else { throw ControllerError(.unknownTopicId) }
        guard let partition = topic.partition(index) else { throw ControllerError(.unknownTopicOrPartition) }
        guard let place = partition.replicas.firstIndex(of: broker.id) else { throw ControllerError(.notLeaderOrFollower) }
        var directories = partition.directories
        while directories.count < partition.replicas.count { directories.append(.zero) }
        var change = PartitionChangeRecord()
        change.topicId = topicId
        change.partitionId = index
        if directories[place] != directory {
            directories[place] = directory
            change.directories = directories
        }
        let isOnline = broker.hasOnline(directory)
        if partition.leader == broker.id, !isOnline { change.leader = -1 }
        if partition.leader == -1, isOnline, !broker.isFenced, partition.isr.contains(broker.id) { change.leader = broker.id }
        guard change.directories != nil || change.leader != MetadataRecord.noLeaderChange else { return nil }
        return MetadataRecord(change, version: image.partitionRecordVersion)
    }

    /// The record with which a node notes which of its log directories take no new partitions (KIP-1066).
    public func cordonRecords(_ directories: Set<Uuid>, of id: Int32, image: MetadataImage) -> [MetadataRecord] {
        guard image.cordonsDirectories, let broker = image.brokers[id], Set(broker.cordonedLogDirs) != directories else { return [] }
        var change = BrokerRegistrationChangeRecord()
        change.brokerId = id
        change.brokerEpoch = broker.epoch
        change.cordonedLogDirs = directories.sorted()
        return [MetadataRecord(change, version: 3)]
    }

    /// The records with which a node notes that one of its log directories has failed: what is in it is led by nobody.
    public func directoryFailureRecords(_ directory: Uuid, of id: Int32, image: MetadataImage) -> [MetadataRecord] {
        guard let broker = image.brokers[id], broker.logDirs.contains(directory), broker.logDirs.count > 1 else { return [] }
        var registration = BrokerRegistrationChangeRecord()
        registration.brokerId = id
        registration.brokerEpoch = broker.epoch
        registration.logDirs = broker.logDirs.filter { $0 != directory }
        var records: [MetadataRecord] = []
        for topic in image.topicsByName.values.sorted(by: { $0.name < $1.name }) {
            for (index, partition) in topic.partitions.enumerated() where partition.leader == id && partition.directory(of: id) == directory {
                records.append(.partitionLeader(-1, topic.id, Int32(index), image: image))
            }
        }
        return records + [MetadataRecord(registration, version: 2)]
    }
}

extension AssignReplicasToDirsRequest {
    /// A row for each replica that is asked about, in the order of the request.
    public func answered(_ assign: (_ topicId: Uuid, _ partition: Int32, _ directory: Uuid) -> ErrorCode) -> [AssignReplicasToDirsResponse.DirectoryData] {
        directories.map { asked in
            var directory = AssignReplicasToDirsResponse.DirectoryData()
            directory.id = asked.id
            directory.topics = asked.topics.map { asked in
                var topic = AssignReplicasToDirsResponse.DirectoryData.TopicData()
                topic.topicId = asked.topicId
                topic.partitions = asked.partitions.map { asked in
                    var row = AssignReplicasToDirsResponse.DirectoryData.TopicData.PartitionData()
                    (row.partitionIndex, row.errorCode) = (asked.partitionIndex, assign(topic.topicId, asked.partitionIndex, directory.id))
                    return row
                }
                return topic
            }
            return directory
        }
    }
}

extension AssignReplicasToDirsRequest: ControllerRequest {
    public func decide(_ controller: Controller, on state: inout DecisionState) -> Controller.Decision<AssignReplicasToDirsResponse> {
        controller.assignReplicas(self, image: state.image)
    }
}
