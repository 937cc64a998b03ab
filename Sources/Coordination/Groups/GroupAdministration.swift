import KafkaProtocol

extension GroupShard {
    /// Serves one group of DescribeGroups, versions 0 to 6: from 6 a group that does not exist is an error, before it is a dead group.
    public func describe(_ id: String, version: Int16) -> DescribeGroupsResponse.DescribedGroup {
        var described = DescribeGroupsResponse.DescribedGroup()
        described.groupId = id
        guard let group = groups[id] else {
            described.groupState = ClassicGroupState.dead.rawValue
            if version >= 6 {
                described.errorCode = .groupIdNotFound
                described.errorMessage = "Group \(id) not found."
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

    /// Serves one group of ConsumerGroupDescribe: no group here is of the consumer protocol, and the answer says which way.
    public func describeConsumerGroup(_ id: String) -> ConsumerGroupDescribeResponse.DescribedGroup {
        var described = ConsumerGroupDescribeResponse.DescribedGroup()
        described.groupId = id
        described.errorCode = .groupIdNotFound
        described.errorMessage = groups[id] == nil ? "Group \(id) not found." : "Group \(id) is not a consumer group."
        return described
    }

    /// Serves this shard's part of ListGroups, versions 0 to 5: 4 added states, 5 types. Filters that are empty let everything pass;
    /// unknown words match nothing.
    public func list(states: [String], types: [String]) -> [ListGroupsResponse.ListedGroup] {
        let states = Set(states.map { Self.trimmed($0).lowercased() })
        let types = Set(types.map { $0.lowercased() })
        guard types.isEmpty || types.contains("classic") else { return [] }
        return groupIds.compactMap { id in
            guard let group = groups[id], states.isEmpty || states.contains(group.state.rawValue.lowercased()) else { return nil }
            var listed = ListGroupsResponse.ListedGroup()
            listed.groupId = id
            listed.protocolType = group.protocolType ?? ""
            listed.groupState = group.state.rawValue
            listed.groupType = "classic"
            return listed
        }
    }

    private static func trimmed(_ text: String) -> String {
        String(text.drop { $0 <= " " }.reversed().drop { $0 <= " " }.reversed())
    }

    /// Serves this shard's part of DeleteGroups, versions 0 to 2: groups without members go, with their offsets.
    public mutating func deleteGroups(_ ids: [String], token: UInt64) -> GroupOutcome {
        var outcome = GroupOutcome()
        var results: [DeleteGroupsResponse.DeletableGroupResult] = []
        for id in ids where !results.contains(where: { $0.groupId == id }) {
            var result = DeleteGroupsResponse.DeletableGroupResult()
            result.groupId = id
            if let group = groups[id] {
                if group.state == .empty {
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
        var key = GroupMetadataKey()
        key.group = id
        return foreignTombstones(id) + [CoordinatorRecord(tombstone: key)]
    }

    /// What removes the records of other group protocols. Members and their assignments come before the group itself, as Kafka demands.
    func foreignTombstones(_ id: String) -> [CoordinatorRecord] {
        let last = [ConsumerGroupTargetAssignmentMetadataKey.recordType, ConsumerGroupPartitionMetadataKey.recordType, ConsumerGroupMetadataKey.recordType]
        func rank(_ key: Bytes) -> Int { last.firstIndex(of: key.load(0, as: Int16.self)).map { $0 + 1 } ?? 0 }
        let keys = (foreignKeys[id] ?? []).sorted { (rank($0), $0.array.description) < (rank($1), $1.array.description) }
        return keys.map { CoordinatorRecord(key: $0, value: nil) }
    }
}
