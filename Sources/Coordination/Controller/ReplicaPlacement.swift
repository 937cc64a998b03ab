import KafkaProtocol

extension Controller {
    /// The replicas of each partition of a topic to be made: those asked for, or placed over the live brokers.
    func partitions(
        of topic: CreateTopicsRequest.CreatableTopic, image: MetadataImage, random: inout some RandomNumberGenerator
    ) throws(ControllerError) -> [[Int32]] {
        if !topic.assignments.isEmpty { return try manualPartitions(of: topic, image: image) }
        if topic.replicationFactor < -1 || topic.replicationFactor == 0 {
            throw ControllerError(.invalidReplicationFactor, "Replication factor must be larger than 0, or -1 to use the default value.")
        }
        if topic.numPartitions < -1 || topic.numPartitions == 0 {
            throw ControllerError(.invalidPartitions, "Number of partitions was set to an invalid non-positive value.")
        }
        let config = view(image)
        let count = topic.numPartitions == -1 ? Int(config.broker("num.partitions").int ?? 1) : Int(topic.numPartitions)
        let factor = topic.replicationFactor == -1 ? Int(config.broker("default.replication.factor").int ?? 1) : Int(topic.replicationFactor)
        return try place(count: count, replicationFactor: factor, firstPartition: 0, image: image, random: &random)
    }

    private func manualPartitions(of topic: CreateTopicsRequest.CreatableTopic, image: MetadataImage) throws(ControllerError) -> [[Int32]] {
        if topic.replicationFactor != -1 {
            throw ControllerError(.invalidRequest, "A manual partition assignment was specified, but replication factor was not set to -1.")
        }
        if topic.numPartitions != -1 {
            throw ControllerError(.invalidRequest, "A manual partition assignment was specified, but numPartitions was not set to -1.")
        }
        var found: [Int32: [Int32]] = [:]
        var factor: Int?
        for assignment in topic.assignments {
            if found[assignment.partitionIndex] != nil {
                let text = "Found multiple manual partition assignments for partition \(assignment.partitionIndex)"
                throw ControllerError(.invalidReplicaAssignment, text)
            }
            try check(assignment.brokerIds, replicationFactor: factor, partition: assignment.partitionIndex, image: image)
            factor = assignment.brokerIds.count
            found[assignment.partitionIndex] = assignment.brokerIds
        }
        let inOrder = (0..<Int32(found.count)).compactMap { found[$0] }
        guard inOrder.count == found.count else {
            throw ControllerError(.invalidReplicaAssignment, "partitions should be a consecutive 0-based integer sequence")
        }
        return inOrder
    }

    /// Checks a replica list that a client asks for.
    func check(_ replicas: [Int32], replicationFactor: Int?, partition: Int32, image: MetadataImage) throws(ControllerError) {
        let fault = "The manual partition assignment includes"
        if replicas.isEmpty { throw ControllerError(.invalidReplicaAssignment, "\(fault) an empty replica list.") }
        var previous: Int32?
        for id in replicas.sorted() {
            if image.brokers[id] == nil { throw ControllerError(.invalidReplicaAssignment, "\(fault) broker \(id), but no such broker is registered.") }
            if id == previous { throw ControllerError(.invalidReplicaAssignment, "\(fault) the broker \(id) more than once.") }
            previous = id
        }
        if let replicationFactor, replicationFactor != replicas.count {
            throw ControllerError(
                .invalidReplicaAssignment,
                "\(fault) a partition with \(replicas.count) replica(s), but this is not consistent with previous partitions, which have "
                    + "\(replicationFactor) replica(s).")
        }
        if !replicas.contains(where: { Self.isActive($0, image) }) {
            throw ControllerError(
                .invalidReplicaAssignment,
                "All brokers specified in the manual partition assignment for partition \(partition) are fenced or in controlled shutdown.")
        }
    }

    /// Spreads partitions over brokers round robin from a random one, so leaders and replicas are even; live brokers come first.
    func place(
        count: Int, replicationFactor: Int, firstPartition: Int, image: MetadataImage, random: inout some RandomNumberGenerator
    ) throws(ControllerError) -> [[Int32]] {
        let fault = "Unable to replicate the partition \(replicationFactor) time(s):"
        let brokers = image.sortedBrokers.filter { $0.logDirs.isEmpty || Set($0.logDirs) != Set($0.cordonedLogDirs) }
        let live = brokers.filter { !$0.isFenced }.map(\.id), fenced = brokers.filter(\.isFenced).map(\.id)
        if live.isEmpty { throw ControllerError(.invalidReplicationFactor, "\(fault) All brokers are currently fenced.") }
        if replicationFactor > brokers.count {
            throw ControllerError(
                .invalidReplicationFactor,
                "\(fault) The target replication factor of \(replicationFactor) cannot be reached because only \(image.brokers.count) broker(s) are "
                    + "registered or some brokers have all their log directories cordoned.")
        }
        let start = Int.random(in: 0..<live.count, using: &random)
        let places = (0..<count).map { index in
            let turn = start + firstPartition + index
            // The distance between leader and followers grows with every full turn, so not every broker has the same neighbours.
            let shift = turn / live.count % max(live.count - 1, 1)
            let ring = (0..<live.count).map { live[($0 == 0 ? turn : turn + 1 + (shift + $0 - 1) % max(live.count - 1, 1)) % live.count] }
            return Array((ring + fenced).prefix(replicationFactor))
        }
        // Nobody would ever be in sync, and so nobody could be elected.
        guard places.allSatisfy({ $0.contains { Self.isActive($0, image) } }) else {
            throw ControllerError(.invalidReplicationFactor, "\(fault) All brokers are currently fenced or in controlled shutdown.")
        }
        return places
    }

    /// Whether a broker may be in sync from the start: it is there, and stays.
    static func isActive(_ id: Int32, _ image: MetadataImage) -> Bool { image.brokers[id].map { !$0.isFenced && !$0.isInControlledShutdown } ?? false }
}
