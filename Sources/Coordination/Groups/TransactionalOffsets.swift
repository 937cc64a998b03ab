import KafkaProtocol
import Vocabulary

extension GroupShard {
    /// Serves TxnOffsetCommit, versions 0 to 5: 2 carries leader epochs, 3 the member and generation that commit (KIP-447), by which a member that was left
    /// behind by a rebalance is fenced. The records are to be appended in the producer's transaction, and count once that is committed.
    ///
    /// The caller has looked topics up; unknown ones are left out, and added to the answer.
    public mutating func commitOffsets(_ request: TxnOffsetCommitRequest, token: UInt64, context: GroupRequestContext, now: Int64) -> GroupOutcome {
        if let error = validate(request) { return GroupOutcome(token: token, .failed(error)) }
        var outcome = GroupOutcome()
        var response = TxnOffsetCommitResponse()
        response.topics = request.topics.map { topic in
            var answer = TxnOffsetCommitResponse.TxnOffsetCommitResponseTopic()
            answer.name = topic.name
            answer.partitions = topic.partitions.map { partition in
                var result = TxnOffsetCommitResponse.TxnOffsetCommitResponseTopic.TxnOffsetCommitResponsePartition()
                result.partitionIndex = partition.partitionIndex
                if (partition.committedMetadata ?? "").utf16.count > configuration.offsetMetadataMaxBytes {
                    result.errorCode = .offsetMetadataTooLarge
                } else {
                    let offset = CommittedOffset(
                        offset: partition.committedOffset, leaderEpoch: partition.committedLeaderEpoch, metadata: partition.committedMetadata ?? "",
                        commitTimestamp: now)
                    outcome.records.append(offset.record(group: request.groupId, partition: TopicPartition(topic.name, partition.partitionIndex)))
                }
                return result
            }
            return answer
        }
        outcome.replies.append((token, .txnOffsetCommit(response)))
        return outcome
    }

    /// A producer that says nothing of a member is let through: versions before 3 have no fields for it. The state of the group does not matter, because the
    /// transaction may well end after a rebalance that began while it was open.
    private func validate(_ request: TxnOffsetCommitRequest) -> ErrorCode? {
        let generation = request.generationId
        let isAnonymous = request.memberId.isEmpty && request.groupInstanceId == nil
        if let group = consumerGroup(request.groupId) {
            if generation < 0 && group.members.isEmpty || generation == -1 && isAnonymous { return nil }
            guard let member = group.members[request.memberId] else { return .unknownMemberId }
            return isCurrent(request, of: member) ? nil : .illegalGeneration
        }
        guard let group = classicGroup(request.groupId) else { return generation < 0 ? nil : .illegalGeneration }
        if generation < 0 && (group.state == .empty || isAnonymous) { return nil }
        return group.validate(request.memberId, request.groupInstanceId) ?? (generation == group.generation ? nil : .illegalGeneration)
    }

    /// As for commits outside of transactions: with an older epoch a member commits what it has had since then (KIP-1251).
    private func isCurrent(_ request: TxnOffsetCommitRequest, of member: ConsumerMember) -> Bool {
        let epoch = request.generationId
        if epoch >= member.epoch { return epoch == member.epoch }
        return request.topics.allSatisfy { topic in
            guard let id = image.topic(topic.name)?.id else { return false }
            return topic.partitions.allSatisfy { partition in member.assignmentEpoch(id, partition.partitionIndex).map { $0 <= epoch } ?? false }
        }
    }
}
