import KafkaProtocol

extension Controller {
    /// DeleteTopics, by name up to version 5, by name or id from version 6 on. The caller has turned the names of older versions into `topics`.
    public func deleteTopics(_ request: DeleteTopicsRequest, version: Int16, image: MetadataImage) -> Decision<DeleteTopicsResponse> {
        typealias Result = DeleteTopicsResponse.DeletableTopicResult
        var response = DeleteTopicsResponse()
        var records: [MetadataRecord] = []
        var asked = request.topics
        for name in request.topicNames {
            var state = DeleteTopicsRequest.DeleteTopicState()
            state.name = name
            asked.append(state)
        }
        let isDisabled = view(image).broker("delete.topic.enable").bool == false
        let nameCounts = Dictionary(asked.compactMap(\.name).map { ($0, 1) }, uniquingKeysWith: +)
        let idCounts = Dictionary(asked.map(\.topicId).filter { $0 != .zero }.map { ($0, 1) }, uniquingKeysWith: +)
        var answered: Set<String> = []
        var removed: Set<Uuid> = []
        for state in asked {
            var result = Result()
            result.name = state.name
            result.topicId = state.topicId
            do throws(ControllerError) {
                if isDisabled {
                    throw ControllerError(version < 3 ? .invalidRequest : .topicDeletionDisabled, "Topic deletion is disabled.")
                }
                let topic = try topicToDelete(state, nameCounts: nameCounts, idCounts: idCounts, image: image)
                result.name = topic.name
                result.topicId = topic.id
                guard removed.insert(topic.id).inserted else { throw ControllerError(.invalidRequest, "Duplicate topic name.") }
                var record = RemoveTopicRecord()
                record.topicId = topic.id
                records.append(MetadataRecord(record))
            } catch {
                result.errorCode = error.code
                result.errorMessage = error.message
            }
            // A name or an id that was given twice is answered once.
            if answered.insert("\(state.name ?? "") \(state.topicId)").inserted { response.responses.append(result) }
        }
        return Decision(records, response)
    }

    private func topicToDelete(
        _ state: DeleteTopicsRequest.DeleteTopicState, nameCounts: [String: Int], idCounts: [Uuid: Int], image: MetadataImage
    ) throws(ControllerError) -> TopicImage {
        guard let name = state.name else {
            if state.topicId == .zero { throw ControllerError(.invalidRequest, "Neither topic name nor id were specified.") }
            if idCounts[state.topicId] ?? 0 > 1 { throw ControllerError(.invalidRequest, "Duplicate topic id.") }
            guard let topic = image.topic(state.topicId) else { throw ControllerError(.unknownTopicId, ErrorCode.unknownTopicId.message) }
            return topic
        }
        if state.topicId != .zero { throw ControllerError(.invalidRequest, "You may not specify both topic name and topic id.") }
        if nameCounts[name] ?? 0 > 1 { throw ControllerError(.invalidRequest, "Duplicate topic name.") }
        guard let topic = image.topic(name) else { throw ControllerError(.unknownTopicOrPartition, ErrorCode.unknownTopicOrPartition.message) }
        return topic
    }

    /// CreatePartitions: adds partitions to topics, placed as asked or over the live brokers.
    public func createPartitions(
        _ request: CreatePartitionsRequest, image: MetadataImage, random: inout some RandomNumberGenerator
    ) -> Decision<CreatePartitionsResponse> {
        var response = CreatePartitionsResponse()
        var records: [MetadataRecord] = []
        let counts = Dictionary(request.topics.map { ($0.name, 1) }, uniquingKeysWith: +)
        var answered: Set<String> = []
        for topic in request.topics where answered.insert(topic.name).inserted {
            var result = CreatePartitionsResponse.CreatePartitionsTopicResult()
            result.name = topic.name
            do throws(ControllerError) {
                if counts[topic.name] ?? 0 > 1 { throw ControllerError(.invalidRequest, "Duplicate topic name.") }
                let added = try newPartitions(topic, image: image, random: &random)
                if records.count + added.count > Self.maximumPartitionsPerRequest {
                    throw ControllerError(.policyViolation, "Excessively large number of partitions per request.")
                }
                if !request.validateOnly { records += added }
            } catch {
                result.errorCode = error.code
                result.errorMessage = error.message
            }
            response.results.append(result)
        }
        return Decision(records, response)
    }

    private func newPartitions(
        _ request: CreatePartitionsRequest.CreatePartitionsTopic, image: MetadataImage, random: inout some RandomNumberGenerator
    ) throws(ControllerError) -> [MetadataRecord] {
        guard let topic = image.topic(request.name) else { throw ControllerError(.unknownTopicOrPartition) }
        let current = topic.partitions.count
        if request.count == current { throw ControllerError(.invalidPartitions, "Topic already has \(current) partition(s).") }
        if request.count < current {
            throw ControllerError(
                .invalidPartitions, "The topic \(request.name) currently has \(current) partition(s); \(request.count) would not be an increase.")
        }
        let count = Int(request.count) - current
        let factor = topic.partitions.first?.replicas.count ?? 1
        let replicas: [[Int32]]
        if let assignments = request.assignments {
            guard assignments.count == count else {
                throw ControllerError(
                    .invalidReplicaAssignment,
                    "Attempted to add \(count) additional partition(s), but only \(assignments.count) assignment(s) were specified.")
            }
            for (index, assignment) in assignments.enumerated() {
                try check(assignment.brokerIds, replicationFactor: factor, partition: Int32(current + index), image: image)
            }
            replicas = assignments.map(\.brokerIds)
        } else {
            guard count <= Self.maximumPartitionsPerRequest else {
                throw ControllerError(.policyViolation, "Excessively large number of partitions per request.")
            }
            replicas = try place(count: count, replicationFactor: factor, firstPartition: current, image: image, random: &random)
        }
        return replicas.enumerated().map { partitionRecord(topic.id, Int32(current + $0), replicas: $1, image: image) }
    }

    /// Reserves the next block of producer ids for a broker; the record makes it the broker's for good (KIP-730).
    public func allocateProducerIds(_ request: AllocateProducerIdsRequest, image: MetadataImage) -> Decision<AllocateProducerIdsResponse> {
        var response = AllocateProducerIdsResponse()
        guard let broker = image.brokers[request.brokerId] else {
            response.errorCode = .brokerIdNotRegistered
            return Decision(response)
        }
        guard broker.epoch == request.brokerEpoch else {
            response.errorCode = .staleBrokerEpoch
            return Decision(response)
        }
        guard image.nextProducerId <= Int64.max - Int64(Self.producerIdBlock) else {
            response.errorCode = .unknownServerError
            return Decision(response)
        }
        response.producerIdStart = image.nextProducerId
        response.producerIdLen = Self.producerIdBlock
        var record = ProducerIdsRecord()
        record.brokerId = request.brokerId
        record.brokerEpoch = request.brokerEpoch
        record.nextProducerId = image.nextProducerId + Int64(Self.producerIdBlock)
        return Decision([MetadataRecord(record)], response)
    }

    /// How many producer ids a broker gets at a time.
    static let producerIdBlock: Int32 = 1000
}
