import KafkaProtocol
import Vocabulary

/// An offset to commit: of the next record to read.
public struct CommitOffset: Sendable, Equatable {
    public var offset: Int64
    /// The leader epoch of the last record read; -1 when unknown.
    public var leaderEpoch: Int32
    public var metadata: String

    public init(_ offset: Int64, leaderEpoch: Int32 = -1, metadata: String = "") {
        self.offset = offset
        self.leaderEpoch = leaderEpoch
        self.metadata = metadata
    }
}

extension Consumer {
    var commitsAutomatically: Bool { config.enableAutoCommit && config.groupId != nil }

    /// The positions of all partitions whose position is known.
    public var positions: [TopicPartition: CommitOffset] {
        states.compactMapValues { state in state.position.map { CommitOffset($0, leaderEpoch: state.positionEpoch) } }
    }

    /// What a commit that nobody asked for covers: the positions, without the records in hand.
    var automaticOffsets: [TopicPartition: CommitOffset] {
        var offsets = positions
        if let inHand, let entry = offsets[inHand.partition], inHand.from < entry.offset { offsets[inHand.partition] = CommitOffset(inHand.from) }
        return uncommitted(offsets)
    }

    private func uncommitted(_ offsets: [TopicPartition: CommitOffset]) -> [TopicPartition: CommitOffset] {
        offsets.filter { partition, entry in states[partition]?.committedPosition != entry.offset }
    }

    func autoCommitIfDue(_ now: Int64) {
        guard commitsAutomatically, autoCommitDueAt > 0, now >= autoCommitDueAt else { return }
        autoCommitDueAt = now + Int64(config.autoCommitIntervalMs)
        if commitsInFlight == 0, member?.isMember ?? true { commit(automaticOffsets, timeoutMs: config.autoCommitIntervalMs + 1_000) { _ in } }
    }

    /// Commits offsets for the group; nil for the current positions. `completion` is called once, also when there is nothing to commit.
    public func commit(_ offsets: [TopicPartition: CommitOffset]?, timeoutMs: Int? = nil, completion: @escaping (ClientError?) -> Void) {
        let changed = offsets ?? uncommitted(positions)
        guard !changed.isEmpty else { return completion(nil) }
        guard let groupId = config.groupId else {
            return completion(
                ClientError(
                    code: .invalidGroupId,
                    message: "To use the group management or offset commit APIs, you must provide a valid group.id in the consumer configuration."))
        }
        if let member, !member.isMember {
            return completion(
                ClientError(
                    .broker, code: .rebalanceInProgress,
                    message: "Offset commit cannot be completed since the consumer is not part of an active group for auto partition assignment"))
        }
        commitsInFlight += 1
        let request = commitRequest(groupId, changed)
        let (instance, generation) = (config.groupInstanceId, request.generationIdOrMemberEpoch)
        _ = port.submit(
            to: .groupCoordinator(groupId), options: RequestOptions(timeoutMs: timeoutMs, versions: 2...9),
            build: { version in
                var request = request
                if version >= 7 { request.groupInstanceId = instance }
                return request
            }, retryCode: { answer in Self.codes(answer).first { $0.isRetriable && $0 != .rebalanceInProgress } ?? .none }
        ) { [weak self] (result: Result<OffsetCommitResponse, ClientError>) in
            self?.commitsInFlight -= 1
            switch result {
            case .failure(let error): completion(error)
            case .success(let answer): completion(self?.committed(answer, changed, generation: generation))
            }
        }
    }

    private static func codes(_ answer: OffsetCommitResponse) -> [ErrorCode] { answer.topics.flatMap { $0.partitions.map(\.errorCode) } }

    private func commitRequest(_ groupId: String, _ offsets: [TopicPartition: CommitOffset]) -> OffsetCommitRequest {
        var request = OffsetCommitRequest()
        request.groupId = groupId
        if let generation = member?.generation { (request.generationIdOrMemberEpoch, request.memberId) = generation }
        for (topic, group) in Dictionary(grouping: offsets, by: \.key.topic).sorted(by: { $0.key < $1.key }) {
            var entry = OffsetCommitRequest.OffsetCommitRequestTopic()
            entry.name = topic
            for (partition, offset) in group.sorted(by: { $0.key < $1.key }) {
                var field = OffsetCommitRequest.OffsetCommitRequestTopic.OffsetCommitRequestPartition()
                field.partitionIndex = partition.partition
                field.committedOffset = offset.offset
                field.committedLeaderEpoch = offset.leaderEpoch
                field.committedMetadata = offset.metadata
                entry.partitions.append(field)
            }
            request.topics.append(entry)
        }
        return request
    }

    private func committed(_ answer: OffsetCommitResponse, _ offsets: [TopicPartition: CommitOffset], generation: Int32) -> ClientError? {
        var error: ClientError?
        for topic in answer.topics {
            for field in topic.partitions {
                let partition = TopicPartition(topic.name, field.partitionIndex)
                switch field.errorCode {
                case .none: states[partition]?.committedPosition = offsets[partition]?.offset
                case .topicAuthorizationFailed:
                    error = ClientError(code: field.errorCode, message: "Not authorized to access topics: [\(topic.name)]")
                default: error = error ?? ClientError(code: field.errorCode, message: groupMessage(field.errorCode))
                }
            }
        }
        if let code = error?.code, member?.generation.id == generation { member?.commitWasRefused(code) }
        return error
    }
}
