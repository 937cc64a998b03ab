import KafkaProtocol
import Vocabulary

extension GroupShard {
    /// Serves OffsetCommit, versions 2 to 10: 2 to 4 carry a retention of their own, 6 the leader epoch, 7 static members, 9 answers
    /// GROUP_ID_NOT_FOUND for an unknown group, 10 names topics by id.
    ///
    /// The caller has looked topics up: each has its name and, where it exists, its id; unknown ones are left out, and added to the answer.
    public mutating func commitOffsets(_ request: OffsetCommitRequest, token: UInt64, context: GroupRequestContext, now: Int64) -> GroupOutcome {
        if let error = validate(request, context: context) { return GroupOutcome(token: token, .failed(error)) }
        if let group = classicGroup(request.groupId), group.state == .stable || group.state == .preparingRebalance,
            let member = group.members[request.memberId]
        {
            startSession(member, in: request.groupId, now: now)
        }
        var outcome = GroupOutcome()
        var response = OffsetCommitResponse()
        for topic in request.topics {
            var answer = OffsetCommitResponse.OffsetCommitResponseTopic()
            answer.name = topic.name
            answer.topicId = topic.topicId
            for partition in topic.partitions {
                var result = OffsetCommitResponse.OffsetCommitResponseTopic.OffsetCommitResponsePartition()
                result.partitionIndex = partition.partitionIndex
                if (partition.committedMetadata ?? "").utf16.count > configuration.offsetMetadataMaxBytes {
                    result.errorCode = .offsetMetadataTooLarge
                } else {
                    let offset = CommittedOffset(
                        offset: partition.committedOffset, leaderEpoch: partition.committedLeaderEpoch, metadata: partition.committedMetadata ?? "",
                        commitTimestamp: now, expireTimestamp: request.retentionTimeMs == -1 ? nil : now &+ request.retentionTimeMs,
                        topicId: topic.topicId)
                    outcome.records.append(
                        offset.record(group: request.groupId, partition: TopicPartition(topic.name, partition.partitionIndex)))
                }
                answer.partitions.append(result)
            }
            response.topics.append(answer)
        }
        outcome.replies.append((token, .offsetCommit(response)))
        return outcome
    }

    private func validate(_ request: OffsetCommitRequest, context: GroupRequestContext) -> ErrorCode? {
        let generation = request.generationIdOrMemberEpoch
        if let group = consumerGroup(request.groupId) {
            if generation < 0 && group.members.isEmpty { return nil }
            guard let member = group.members[request.memberId] else { return .unknownMemberId }
            if !member.usesClassicProtocol && context.apiVersion < 9 { return .unsupportedVersion }
            return isCurrent(request, of: member) ? nil : member.usesClassicProtocol ? .illegalGeneration : .staleMemberEpoch
        }
        guard let group = classicGroup(request.groupId) else {
            // Without a generation it comes from a consumer that only stores offsets, or from a tool; such a group needs no members.
            if generation < 0 { return nil }
            return context.apiVersion >= 9 ? .groupIdNotFound : .illegalGeneration
        }
        if generation < 0 && group.state == .empty { return nil }
        if generation >= 0 || !request.memberId.isEmpty || request.groupInstanceId != nil {
            if let error = group.validate(request.memberId, request.groupInstanceId) { return error }
            if generation != group.generation { return .illegalGeneration }
        } else {
            return .unknownMemberId
        }
        // The member knows its generation but not yet what it owns in it.
        return group.state == .completingRebalance ? .rebalanceInProgress : nil
    }

    /// A member may still commit with an older epoch what it has had since then (KIP-1251); one partition that it has not refuses the request.
    private func isCurrent(_ request: OffsetCommitRequest, of member: ConsumerMember) -> Bool {
        let epoch = request.generationIdOrMemberEpoch
        if epoch >= member.epoch { return epoch == member.epoch }
        return request.topics.allSatisfy { topic in
            topic.partitions.allSatisfy { partition in member.assignmentEpoch(topic.topicId, partition.partitionIndex).map { $0 <= epoch } ?? false }
        }
    }

    /// Serves one group of OffsetFetch, versions 1 to 10: 2 fetches all topics when none are named, 7 added `requireStable`, 8 several groups,
    /// 9 the member's id and epoch (which must be right in a group of the consumer protocol, where they are given), 10 topic ids.
    /// - Parameters:
    ///   - topics: name, id and partitions of what is asked for; nil for everything the group has. Ids are given back as they come.
    ///   - topicId: looks up the id of a topic by name, for the answer to a fetch of everything.
    ///   - member: who asks, with the epoch it knows; nil for tools.
    ///   - requireStable: an offset that an open transaction may change is refused with UNSTABLE_OFFSET_COMMIT.
    public func fetchOffsets(
        group id: String, topics: [OffsetFetchRequest.OffsetFetchRequestGroup.OffsetFetchRequestTopics]?, requireStable: Bool,
        member: (id: String, epoch: Int32)? = nil, topicId: (String) -> Uuid = { _ in .zero }
    ) -> OffsetFetchResponse.OffsetFetchResponseGroup {
        typealias Topic = OffsetFetchResponse.OffsetFetchResponseGroup.OffsetFetchResponseTopics
        let known = groups[id] == nil ? [:] : offsets.offsets(of: id)
        func answer(_ partition: TopicPartition) -> Topic.OffsetFetchResponsePartitions {
            var result = Topic.OffsetFetchResponsePartitions()
            result.partitionIndex = partition.partition
            result.committedOffset = -1
            if requireStable && offsets.hasPending(id, partition) {
                result.errorCode = .unstableOffsetCommit
            } else if let offset = known[partition] {
                result.committedOffset = offset.offset
                result.committedLeaderEpoch = offset.leaderEpoch
                result.metadata = offset.metadata
            }
            return result
        }
        var response = OffsetFetchResponse.OffsetFetchResponseGroup()
        response.groupId = id
        if let group = consumerGroup(id), let member, !(group.members.isEmpty && member.epoch < 0) {
            guard let known = group.members[member.id] else {
                response.errorCode = .unknownMemberId
                return response
            }
            if known.epoch != member.epoch {
                response.errorCode = known.usesClassicProtocol ? .illegalGeneration : .staleMemberEpoch
                return response
            }
        }
        if let topics {
            response.topics = topics.map { asked in
                var topic = Topic()
                topic.name = asked.name
                topic.topicId = asked.topicId
                topic.partitions = asked.partitionIndexes.map { answer(TopicPartition(asked.name, $0)) }
                return topic
            }
            return response
        }
        for partition in known.keys.sorted() {
            if response.topics.last?.name != partition.topic {
                var topic = Topic()
                topic.name = partition.topic
                topic.topicId = topicId(partition.topic)
                response.topics.append(topic)
            }
            response.topics[response.topics.count - 1].partitions.append(answer(partition))
        }
        return response
    }

    /// Serves OffsetDelete, version 0. Topics that a live consumer subscribes to are refused.
    public mutating func deleteOffsets(_ request: OffsetDeleteRequest, token: UInt64) -> GroupOutcome {
        func refuse(_ error: ErrorCode) -> GroupOutcome { GroupOutcome(token: token, .failed(error)) }
        if request.groupId.isEmpty { return refuse(.invalidGroupId) }
        guard let group = groups[request.groupId] else { return refuse(.groupIdNotFound) }
        if case .classic(let classic) = group, classic.state != .empty && !classic.usesConsumerProtocol { return refuse(.nonEmptyGroup) }
        var outcome = GroupOutcome()
        var response = OffsetDeleteResponse()
        for topic in request.topics {
            var answer = OffsetDeleteResponse.OffsetDeleteResponseTopic()
            answer.name = topic.name
            let isSubscribed = group.isSubscribed(to: topic.name)
            for asked in topic.partitions {
                var result = OffsetDeleteResponse.OffsetDeleteResponseTopic.OffsetDeleteResponsePartition()
                result.partitionIndex = asked.partitionIndex
                result.errorCode = isSubscribed ? .groupSubscribedToTopic : .none
                answer.partitions.append(result)
                let partition = TopicPartition(topic.name, asked.partitionIndex)
                let exists = offsets.offsets(of: request.groupId)[partition] != nil || offsets.hasPending(request.groupId, partition)
                if !isSubscribed && exists { outcome.records.append(tombstone(request.groupId, partition)) }
            }
            response.topics.append(answer)
        }
        outcome.replies.append((token, .offsetDelete(response)))
        return outcome
    }

    /// Forgets the offsets of topics that were deleted.
    public mutating func topicsDeleted(_ names: Set<String>) -> GroupOutcome {
        var outcome = GroupOutcome()
        for id in groupIds {
            outcome.records += offsets.partitions(of: id) { names.contains($0.topic) }.map { tombstone(id, $0) }
        }
        return outcome
    }

    func tombstone(_ group: String, _ partition: TopicPartition) -> CoordinatorRecord {
        CoordinatorRecord(tombstone: OffsetCommitKey(group, partition))
    }

    /// Removes offsets that nobody has needed for the retention, and groups that are left without members and offsets.
    func expireOffsets(now: Int64, _ outcome: inout GroupOutcome) {
        for id in groupIds {
            guard let group = groups[id] else { continue }
            var keepsOffsets = false
            for (partition, offset) in offsets.offsets(of: id).sorted(by: { $0.key < $1.key }) {
                if isExpired(offset, partition, of: group, now: now) && !offsets.hasPending(id, partition) {
                    outcome.records.append(tombstone(id, partition))
                } else {
                    keepsOffsets = true
                }
            }
            var isEmpty = group.isEmpty
            if case .classic(let classic) = group, !classic.pendingJoins.isEmpty { isEmpty = false }
            if !keepsOffsets && isEmpty && !offsets.hasOpenTransactions(id) {
                outcome.records += groupTombstones(id)
            }
        }
    }

    private func isExpired(_ offset: CommittedOffset, _ partition: TopicPartition, of group: Group, now: Int64) -> Bool {
        switch group {
        case .classic(let group): isExpired(offset, partition, of: group, now: now)
        case .consumer(let group): isExpired(offset, partition, of: group, now: now)
        }
    }

    private func isExpired(_ offset: CommittedOffset, _ partition: TopicPartition, of group: ConsumerGroup, now: Int64) -> Bool {
        if group.isSubscribed(to: partition.topic) { return false }
        if let expire = offset.expireTimestamp { return now >= expire }
        return now - offset.commitTimestamp >= configuration.offsetsRetentionMs
    }

    /// Counts from when the group became empty; for live consumers and for groups that only store offsets, from the commit.
    private func isExpired(_ offset: CommittedOffset, _ partition: TopicPartition, of group: ClassicGroup, now: Int64) -> Bool {
        let base: Int64
        if group.protocolType == nil {
            base = offset.commitTimestamp
        } else if group.state == .empty {
            base = group.stateTimestamp ?? offset.commitTimestamp
        } else if group.usesConsumerProtocol && group.knowsSubscribedTopics && group.state == .stable {
            base = offset.commitTimestamp
        } else {
            return false
        }
        if group.isSubscribed(to: partition.topic) { return false }
        if let expire = offset.expireTimestamp { return now >= expire }
        return now - base >= configuration.offsetsRetentionMs
    }
}
