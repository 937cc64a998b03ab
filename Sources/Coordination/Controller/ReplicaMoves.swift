import KafkaProtocol

extension MetadataImage {
    /// The leader of a partition if it is there.
    public func liveLeader(of partition: PartitionImage) -> Int32? {
        guard let leader = brokers[partition.leader], !leader.isFenced else { return nil }
        return leader.id
    }

    /// Replicas on brokers that are not there, or in log directories that have failed.
    public func offlineReplicas(of partition: PartitionImage) -> [Int32] {
        partition.replicas.filter { id in
            guard let broker = brokers[id], !broker.isFenced else { return true }
            return !broker.hasOnline(partition.directory(of: id))
        }
    }
}

/// Where replicas are and who leads them. A node that holds every replica leads every partition already, so nothing of this changes anything yet.
extension Controller {
    /// ElectLeaders: no election is needed where a partition is led. Of all partitions only those are listed that an election changed.
    func electLeaders(_ request: ElectLeadersRequest, version: Int16, image: MetadataImage) -> Decision<ElectLeadersResponse> {
        typealias Result = ElectLeadersResponse.ReplicaElectionResult
        guard request.electionType == 0 || request.electionType == 1 else {
            let response = request.failure(.invalidRequest, message: "Unknown election type \(request.electionType)", version: version)
            return Decision(response ?? ElectLeadersResponse())
        }
        var response = ElectLeadersResponse()
        guard let asked = request.topicPartitions else {
            response.replicaElectionResults = image.topicsByName.keys.sorted().map { name in
                var result = Result()
                result.topic = name
                return result
            }
            return Decision(response)
        }
        response.replicaElectionResults = asked.map { topic in
            var result = Result()
            result.topic = topic.topic
            result.partitionResult = topic.partitions.map { index in
                var row = Result.PartitionResult()
                row.partitionId = index
                if image.topic(topic.topic) == nil {
                    (row.errorCode, row.errorMessage) = (.unknownTopicOrPartition, "No such topic as \(topic.topic)")
                } else if let partition = image.partition(topic.topic, index) {
                    let isLed = image.liveLeader(of: partition) != nil
                    row.errorCode = isLed ? .electionNotNeeded : request.electionType == 0 ? .preferredLeaderNotAvailable : .eligibleLeadersNotAvailable
                    row.errorMessage = row.errorCode.message
                } else {
                    (row.errorCode, row.errorMessage) = (.unknownTopicOrPartition, "No such partition as \(topic.topic)-\(index)")
                }
                return row
            }
            return result
        }
        return Decision(response)
    }

    /// AlterPartitionReassignments: what a valid request asks for is in force already, and there is nothing under way to cancel.
    func alterPartitionReassignments(
        _ request: AlterPartitionReassignmentsRequest, image: MetadataImage
    ) -> Decision<AlterPartitionReassignmentsResponse> {
        var response = AlterPartitionReassignmentsResponse()
        response.errorMessage = nil
        response.allowReplicationFactorChange = request.allowReplicationFactorChange
        response.responses = request.topics.map { topic in
            var row = AlterPartitionReassignmentsResponse.ReassignableTopicResponse()
            row.name = topic.name
            row.partitions = topic.partitions.map { asked in
                var form = AlterPartitionReassignmentsResponse.ReassignableTopicResponse.ReassignablePartitionResponse()
                form.partitionIndex = asked.partitionIndex
                form.errorMessage = nil
                do throws(ControllerError) {
                    try checkReassignment(topic.name, asked.partitionIndex, to: asked.replicas, image: image)
                } catch {
                    form.errorCode = error.code
                    form.errorMessage = error.message
                }
                return form
            }
            return row
        }
        return Decision(response)
    }

    /// What stands against moving a partition to other replicas, or with none given, against calling a move off. Only a move to where the replicas are already
    /// is possible yet.
    private func checkReassignment(_ topic: String, _ partition: Int32, to replicas: [Int32]?, image: MetadataImage) throws(ControllerError) {
        if image.topic(topic) == nil { throw ControllerError(.unknownTopicOrPartition, "Unable to find a topic named \(topic).") }
        guard let current = image.partition(topic, partition) else {
            throw ControllerError(.unknownTopicOrPartition, "Unable to find partition \(topic):\(partition).")
        }
        guard let replicas else { throw ControllerError(.noReassignmentInProgress) }
        try check(replicas, replicationFactor: nil, partition: partition, image: image)
        if Set(replicas) != Set(current.replicas) {
            throw ControllerError(.invalidReplicaAssignment, "Moving replicas between brokers is not supported.")
        }
    }

    /// ListPartitionReassignments: partitions whose replicas are being moved (KIP-455). No topics asked for means all.
    func listPartitionReassignments(
        _ request: ListPartitionReassignmentsRequest, image: MetadataImage
    ) -> Decision<ListPartitionReassignmentsResponse> {
        typealias Topic = ListPartitionReassignmentsResponse.OngoingTopicReassignment
        let wanted = request.topics.map { topics in
            Dictionary(topics.map { ($0.name, Set($0.partitionIndexes)) }, uniquingKeysWith: { $0.union($1) })
        }
        var response = ListPartitionReassignmentsResponse()
        response.errorMessage = nil
        for topic in image.topicsByName.values.sorted(by: { $0.name < $1.name }) {
            var row = Topic()
            row.name = topic.name
            for (index, partition) in topic.partitions.enumerated() where !partition.addingReplicas.isEmpty || !partition.removingReplicas.isEmpty {
                guard wanted == nil || wanted?[topic.name]?.contains(Int32(index)) == true else { continue }
                var form = Topic.OngoingPartitionReassignment()
                form.partitionIndex = Int32(index)
                form.replicas = partition.replicas
                form.addingReplicas = partition.addingReplicas
                form.removingReplicas = partition.removingReplicas
                row.partitions.append(form)
            }
            if !row.partitions.isEmpty { response.topics.append(row) }
        }
        return Decision(response)
    }
}
