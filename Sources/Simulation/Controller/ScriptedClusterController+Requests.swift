import Coordination
import KafkaProtocol
import Vocabulary

// What brokers ask for, and pass on for clients.
extension ScriptedClusterController {
    /// What a broker's request is answered; UNSUPPORTED_VERSION for one that is not served.
    func answer<R: Request>(_ request: R) -> Result<R.Response, ErrorCode> {
        let answer: (any Response)?
        switch request {
        case let request as AlterPartitionRequest: answer = self.answer(request)
        case let request as AssignReplicasToDirsRequest: answer = self.answer(request)
        case let request as EnvelopeRequest: answer = self.answer(request)
        case let request as any ControllerRequest: answer = decided(request)
        default: answer = nil
        }
        return (answer as? R.Response).map { .success($0) } ?? .failure(.unsupportedVersion)
    }

    /// Notes where replicas are. One that is in a directory that has failed is out of sync; who is back in one that works may lead.
    private func answer(_ request: AssignReplicasToDirsRequest) -> AssignReplicasToDirsResponse {
        var response = AssignReplicasToDirsResponse()
        let id = request.brokerId
        guard let broker = image.brokers[id], broker.epoch == request.brokerEpoch else {
            response.errorCode = .staleBrokerEpoch
            return response
        }
        response.directories = request.answered { assign($0, $1, id, to: $2) }
        append(changes(of: { $0.isr.contains(id) && !broker.hasOnline($0.directory(of: id)) }, without: id))
        append(changes(of: { $0.leader < 0 }))
        return response
    }

    private func assign(_ topicId: Uuid, _ index: Int32, _ id: Int32, to directory: Uuid) -> ErrorCode {
        guard let partition = image.topic(topicId)?.partition(index) else { return .unknownTopicOrPartition }
        guard let place = partition.replicas.firstIndex(of: id) else { return .notLeaderOrFollower }
        var change = PartitionChangeRecord()
        (change.topicId, change.partitionId) = (topicId, index)
        var directories = partition.directories
        while directories.count < partition.replicas.count { directories.append(.unassignedDirectory) }
        guard directories[place] != directory else { return .none }
        directories[place] = directory
        change.directories = directories
        append([MetadataRecord(change, version: 2)])
        return .none
    }

    private func decided<R: ControllerRequest>(_ request: R) -> any Response { decide(request, version: R.versions.upperBound) }

    private func decide<R: ControllerRequest>(_ request: R, version: Int16) -> R.Response {
        var state = DecisionState(image: image, version: version, random: SeededGenerator(seed: world.random.next()))
        let decision = request.decide(controller, on: &state)
        append(decision.records)
        return decision.response
    }

    /// Opens an envelope (KIP-590), and answers what is in it.
    private func answer(_ envelope: EnvelopeRequest) -> EnvelopeResponse {
        var response = EnvelopeResponse()
        let frame = envelope.requestData
        guard frame.count > 8, let key = APIKey(rawValue: frame.load(0)), let data = answer(key, frame.load(2), frame) else {
            response.errorCode = .unsupportedVersion
            return response
        }
        response.responseData = data
        return response
    }

    private func answer(_ key: APIKey, _ version: Int16, _ frame: Bytes) -> Bytes? {
        switch key {
        case .createTopics: answer(CreateTopicsRequest.self, version, frame)
        case .deleteTopics: answer(DeleteTopicsRequest.self, version, frame)
        case .createPartitions: answer(CreatePartitionsRequest.self, version, frame)
        case .incrementalAlterConfigs: answer(IncrementalAlterConfigsRequest.self, version, frame)
        default: nil
        }
    }

    /// What clients may ask for in an envelope, and brokers themselves.
    static func versions(_ key: APIKey) -> ClosedRange<Int16>? {
        switch key {
        case .createTopics: CreateTopicsRequest.versions
        case .deleteTopics: DeleteTopicsRequest.versions
        case .createPartitions: CreatePartitionsRequest.versions
        case .incrementalAlterConfigs: IncrementalAlterConfigsRequest.versions
        case .allocateProducerIds: AllocateProducerIdsRequest.versions
        case .alterPartition: AlterPartitionRequest.versions
        case .assignReplicasToDirs: AssignReplicasToDirsRequest.versions
        case .envelope: EnvelopeRequest.versions
        default: nil
        }
    }

    private func answer<R: ControllerRequest>(_ type: R.Type, _ version: Int16, _ frame: Bytes) -> Bytes? {
        let isFlexible = version >= type.flexibleFrom
        var reader = WireReader(frame, version: isFlexible ? 2 : 1, isFlexible: isFlexible)
        var header = RequestHeader()
        do {
            try reader.value(&header)
            let request = try R.decode(frame.dropFirst(reader.position), version: version)
            var writer = WireWriter()
            ResponseHeader(correlationId: header.correlationId).encode(into: &writer, version: ResponseHeader.version(for: type, version: version))
            decide(request, version: version).encode(into: &writer, version: version)
            return writer.finishedBytes()
        } catch {
            failures.append("what was passed on cannot be read: \(error)")
            return nil
        }
    }
}
