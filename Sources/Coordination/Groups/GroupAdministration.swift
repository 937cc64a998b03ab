import KafkaProtocol
import Vocabulary

extension GroupShard {
    /// Serves one group of DescribeGroups, versions 0 to 6: from 6 a group that does not exist is an error, before it is a dead group.
    public func describe(_ id: String, version: Int16) -> DescribeGroupsResponse.DescribedGroup {
        var described = DescribeGroupsResponse.DescribedGroup()
        described.groupId = id
        guard let group = classicGroup(id) else {
            described.groupState = ClassicGroupState.dead.rawValue
            if version >= 6 {
                described.errorCode = .groupIdNotFound
                described.errorMessage = groups[id] == nil ? "Group \(id) not found." : "Group \(id) is not a classic group."
            }
            return described
        }
        described.groupState = group.state.rawValue
        described.protocolType = group.protocolType ?? ""
        // Metadata and protocol are only certain once the group is stable.
        let isStable = group.state == .stable
        if isStable { described.protocolData = group.protocolName ?? "" }
        described.members = group.orderedMembers.map { member in
            var result = DescribeGroupsResponse.DescribedGroup.DescribedGroupMember()
            result.memberId = member.memberId
            result.groupInstanceId = member.groupInstanceId
            result.clientId = member.clientId
            result.clientHost = member.clientHost
            result.memberAssignment = member.assignment
            if isStable { result.memberMetadata = member.metadata(for: group.protocolName) }
            return result
        }
        return described
    }

    /// Serves one group of ConsumerGroupDescribe, versions 0 to 1: 1 tells members of the two protocols apart.
    public func describeConsumerGroup(_ id: String) -> ConsumerGroupDescribeResponse.DescribedGroup {
        var described = ConsumerGroupDescribeResponse.DescribedGroup()
        described.groupId = id
        guard let group = consumerGroup(id) else {
            let error = notAConsumerGroup(id)
            described.errorCode = error.code
            described.errorMessage = error.message
            return described
        }
        described.groupState = group.state.rawValue
        described.groupEpoch = group.epoch
        described.assignmentEpoch = group.assignmentEpoch
        described.assignorName = group.preferredAssignor ?? (configuration.consumerAssignors.first ?? .uniform).rawValue
        described.members = group.orderedMembers.map { member in
            var result = ConsumerGroupDescribeResponse.DescribedGroup.Member()
            result.memberId = member.memberId
            result.instanceId = member.groupInstanceId
            result.rackId = member.rackId
            result.memberEpoch = member.epoch
            result.clientId = member.clientId
            result.clientHost = member.clientHost
            result.subscribedTopicNames = member.topicNames
            result.subscribedTopicRegex = member.topicRegex
            let owned = member.assigned.merging(member.pendingRevocation) { $0.merging($1) { $1 } }
            result.assignment.topicPartitions = rows(owned.mapValues { Set($0.keys) })
            result.targetAssignment.topicPartitions = rows(group.target(of: member.memberId))
            result.memberType = member.usesClassicProtocol ? 0 : 1
            return result
        }
        return described
    }

    /// Partitions by topic, in the order of names; topics that are gone are left out.
    private func rows(_ partitions: AssignedPartitions) -> [ConsumerGroupDescribeResponse.TopicPartitions] {
        partitions.compactMap { topicId, indexes in
            guard let name = image.topicNames[topicId], !indexes.isEmpty else { return nil }
            var row = ConsumerGroupDescribeResponse.TopicPartitions()
            row.topicId = topicId
            row.topicName = name
            row.partitions = indexes.sorted()
            return row
        }.sorted { $0.topicName < $1.topicName }
    }

    /// Serves this shard's part of ListGroups, versions 0 to 5: 4 added states, 5 types. Filters that are empty let everything pass;
    /// unknown words match nothing.
    public func list(states: [String], types: [String]) -> [ListGroupsResponse.ListedGroup] {
        let states = Set(states.map { JavaText.trim($0).lowercased() })
        let types = Set(types.map { $0.lowercased() })
        return groupIds.compactMap { id in
            guard let group = groups[id] else { return nil }
            guard types.isEmpty || types.contains(group.typeName), states.isEmpty || states.contains(group.stateName.lowercased()) else { return nil }
            var listed = ListGroupsResponse.ListedGroup()
            listed.groupId = id
            listed.protocolType = group.protocolType
            listed.groupState = group.stateName
            listed.groupType = group.typeName
            return listed
        }
    }

    /// Serves this shard's part of DeleteGroups, versions 0 to 2: groups without members go, with their offsets.
    public mutating func deleteGroups(_ ids: [String], token: UInt64) -> GroupOutcome {
        var outcome = GroupOutcome()
        var results: [DeleteGroupsResponse.DeletableGroupResult] = []
        var seen: Set<String> = []
        for id in ids where seen.insert(id).inserted {
            var result = DeleteGroupsResponse.DeletableGroupResult()
            result.groupId = id
            if let group = groups[id] {
                if group.isEmpty {
                    outcome.records += offsets.partitions(of: id).map { tombstone(id, $0) }
                    outcome.records += groupTombstones(id)
                } else {
                    result.errorCode = .nonEmptyGroup
                }
            } else {
                result.errorCode = .groupIdNotFound
            }
            results.append(result)
        }
        outcome.replies.append((token, .deleteGroups(results)))
        return outcome
    }

    /// What removes a group from the log, its offsets aside.
    func groupTombstones(_ id: String) -> [CoordinatorRecord] {
        let own = consumerGroup(id).map(ConsumerGroupDraft.tombstones) ?? [ClassicGroup(groupId: id).tombstone]
        return foreignTombstones(id) + own
    }

    /// What removes the records of other group protocols. Members and their assignments come before the group itself, as Kafka demands.
    func foreignTombstones(_ id: String) -> [CoordinatorRecord] {
        let last = [ShareGroupTargetAssignmentMetadataKey.recordType, ShareGroupMetadataKey.recordType, StreamsGroupMetadataKey.recordType]
        func rank(_ key: Bytes) -> Int { last.firstIndex(of: key.load(0, as: Int16.self)).map { $0 + 1 } ?? 0 }
        let keys = (foreignKeys[id] ?? []).sorted { (rank($0), $0.array.description) < (rank($1), $1.array.description) }
        return keys.map { CoordinatorRecord(key: $0, value: nil) }
    }
}
