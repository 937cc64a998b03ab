import KafkaProtocol
import Pattern

/// ConsumerGroupHeartbeat (KIP-848): the one request with which a member joins, stays, learns what to own, says what it owns, and leaves.
extension GroupShard {
    typealias ConsumerHeartbeatReply = ConsumerGroupHeartbeatResponse

    /// Serves ConsumerGroupHeartbeat, versions 0 to 1: in 1 the member makes its own id, and may subscribe with a regular expression.
    /// - Parameter newMemberId: the id of a member that comes without one, which only version 0 allows.
    public mutating func consumerHeartbeat(
        _ request: ConsumerGroupHeartbeatRequest, token: UInt64, context: GroupRequestContext, newMemberId: String, now: Int64
    ) -> GroupOutcome {
        do throws(GroupError) {
            try check(request, version: context.apiVersion)
            switch request.memberEpoch {
            case ConsumerMember.leaveEpoch, ConsumerMember.staticLeaveEpoch: return try leaveConsumerGroup(request, token: token, now: now)
            default: return try stayInConsumerGroup(request, token: token, context: context, newMemberId: newMemberId, now: now)
            }
        } catch {
            return GroupOutcome(token: token, .failed(error.code, message: error.message))
        }
    }

    private func check(_ request: ConsumerGroupHeartbeatRequest, version: Int16) throws(GroupError) {
        func isBlank(_ text: String?) -> Bool { text?.allSatisfy { $0 <= " " } ?? false }
        func refuse(_ message: String) -> GroupError { GroupError(.invalidRequest, message) }
        let joins = request.memberEpoch == 0
        let namesItself = version >= 1 || request.memberEpoch > 0 || request.memberEpoch == ConsumerMember.leaveEpoch
        if namesItself && isBlank(request.memberId) { throw refuse("MemberId can't be empty.") }
        if isBlank(request.groupId) { throw refuse("GroupId can't be empty.") }
        if isBlank(request.instanceId) { throw refuse("InstanceId can't be empty.") }
        if isBlank(request.rackId) { throw refuse("RackId can't be empty.") }
        if request.memberEpoch < ConsumerMember.staticLeaveEpoch { throw refuse("MemberEpoch is invalid.") }
        if request.memberEpoch == ConsumerMember.staticLeaveEpoch && request.instanceId == nil { throw refuse("InstanceId can't be null.") }
        if joins {
            if request.rebalanceTimeoutMs == -1 { throw refuse("RebalanceTimeoutMs must be provided in first request.") }
            if request.topicPartitions?.isEmpty != true { throw refuse("TopicPartitions must be empty when (re-)joining.") }
            if request.subscribedTopicNames == nil && request.subscribedTopicRegex == nil {
                throw refuse("Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.")
            }
        }
        if let name = request.serverAssignor, !configuration.consumerAssignors.contains(where: { $0.rawValue == name }) {
            let known = configuration.consumerAssignors.map(\.rawValue).joined(separator: ", ")
            throw GroupError(.unsupportedAssignor, "ServerAssignor \(name) is not supported. Supported assignors: \(known).")
        }
        if let regex = request.subscribedTopicRegex, !regex.isEmpty, request.memberEpoch >= 0 {
            do throws(PatternError) {
                _ = try Pattern(regex, syntax: .re2)
            } catch {
                throw GroupError(.invalidRegularExpression, "SubscribedTopicRegex `\(regex)` is not a valid regular expression: \(error.reason).")
            }
        }
    }

    // MARK: Joining and staying

    private mutating func stayInConsumerGroup(
        _ request: ConsumerGroupHeartbeatRequest, token: UInt64, context: GroupRequestContext, newMemberId: String, now: Int64
    ) throws(GroupError) -> GroupOutcome {
        let joins = request.memberEpoch == 0
        let memberId = request.memberId.isEmpty ? newMemberId : request.memberId
        let owned = request.topicPartitions.map { rows in
            rows.reduce(into: AssignedPartitions()) { $0[$1.topicId, default: []].formUnion($1.partitions) }
        }
        var outcome = GroupOutcome()
        let isNewGroup = consumerGroup(request.groupId) == nil
        var draft = try draft(of: request.groupId, creates: joins, now: now, &outcome)
        if draft.group.members[memberId] == nil && draft.group.members.count >= configuration.consumerMaxGroupSize {
            throw GroupError(
                .groupMaxSizeReached, "The consumer group has reached its maximum capacity of \(configuration.consumerMaxGroupSize) members.")
        }
        let known = try knownMember(memberId, request, owned: owned, &draft)
        let updated = Self.updated(known ?? ConsumerMember(memberId: memberId), by: request, context: context)
        let hasSubscriptionChanged = updated.topicNames != (known?.topicNames ?? []) || updated.topicRegex != (known?.topicRegex ?? "")
        if known.map({ !updated.hasSameMetadata(as: $0) }) ?? true { draft.putMetadata(of: updated) }
        refreshEpoch(&draft, hasSubscriptionChanged: hasSubscriptionChanged)
        if isNewGroup && !draft.hasEpoch { draft.putEpoch(draft.group.epoch, metadataHash: draft.group.metadataHash) }
        assignIfDue(&draft)
        let member = try draft.reconcile(memberId, hasSubscriptionChanged: hasSubscriptionChanged, owned: owned)

        checkedImages[request.groupId] = image.offset
        scheduleTimers(of: member, isNewStep: !member.hasSameAssignment(as: known), in: request.groupId, now: now)
        var response = ConsumerHeartbeatReply()
        response.memberId = memberId
        response.memberEpoch = member.epoch
        response.heartbeatIntervalMs = groupSetting(request.groupId, "consumer.heartbeat.interval.ms", configuration.consumerHeartbeatIntervalMs)
        let saysAll =
            request.rebalanceTimeoutMs != -1 && (request.subscribedTopicNames != nil || request.subscribedTopicRegex != nil) && owned != nil
        if joins || saysAll || member.assigned.mapValues({ Set($0.keys) }) != known?.assigned.mapValues({ Set($0.keys) }) {
            response.assignment = Self.assignment(of: member)
        }
        outcome.records = draft.records
        outcome.replies.append((token, .consumerHeartbeat(response)))
        return outcome
    }

    /// The member that a heartbeat comes from, nil for a new one. A static member that comes back takes its old self's place in the draft.
    private func knownMember(
        _ memberId: String, _ request: ConsumerGroupHeartbeatRequest, owned: AssignedPartitions?, _ draft: inout ConsumerGroupDraft
    ) throws(GroupError) -> ConsumerMember? {
        let group = draft.group
        let joins = request.memberEpoch == 0
        guard let instance = request.instanceId else {
            guard let member = group.members[memberId] else {
                if joins { return nil }
                throw GroupError(.unknownMemberId, "Member \(memberId) is not a member of group \(group.groupId).")
            }
            if !joins { try checkEpoch(request.memberEpoch, of: member, owned: owned) }
            return member
        }
        let old = group.member(ofInstance: instance)
        if joins {
            guard let old else { return group.members[memberId] }
            if !old.usesClassicProtocol && old.epoch != ConsumerMember.staticLeaveEpoch {
                throw GroupError(
                    .unreleasedInstanceId,
                    "Static member \(memberId) with instance id \(instance) cannot join the group because the instance id is owned by \(old.memberId) member.")
            }
            return draft.replace(old, by: memberId)
        }
        let member = try staticMember(memberId, instance, in: group)
        try checkEpoch(request.memberEpoch, of: member, owned: owned)
        return member
    }

    func staticMember(_ memberId: String, _ instance: String, in group: ConsumerGroup) throws(GroupError) -> ConsumerMember {
        guard let member = group.member(ofInstance: instance) else { throw GroupError(.unknownMemberId, "Instance id \(instance) is unknown.") }
        if member.memberId != memberId {
            throw GroupError(.fencedInstanceId, "Static member \(memberId) with instance id \(instance) was fenced by member \(member.memberId).")
        }
        return member
    }

    /// A member may be one epoch behind: the answer that told it of the new one got lost. It must not own more than it was given then.
    private func checkEpoch(_ epoch: Int32, of member: ConsumerMember, owned: AssignedPartitions?) throws(GroupError) {
        func fenced(_ how: String) -> GroupError {
            GroupError(
                .fencedMemberEpoch,
                "The consumer group member has a \(how) member epoch (\(epoch)) than the one known by the group coordinator (\(member.epoch)). "
                    + "The member must abandon all its partitions and rejoin.")
        }
        if epoch > member.epoch { throw fenced("greater") }
        if epoch == member.epoch { return }
        let isSubset = owned?.allSatisfy { topicId, partitions in partitions.allSatisfy { member.assigned[topicId]?[$0] != nil } } ?? false
        if epoch != member.previousEpoch || !isSubset { throw fenced("smaller") }
    }

    /// The member with what a heartbeat says of it; what it leaves out stays.
    private static func updated(
        _ member: ConsumerMember, by request: ConsumerGroupHeartbeatRequest, context: GroupRequestContext
    ) -> ConsumerMember {
        var member = member
        member.groupInstanceId = request.instanceId ?? member.groupInstanceId
        member.rackId = request.rackId ?? member.rackId
        if request.rebalanceTimeoutMs != -1 { member.rebalanceTimeoutMs = request.rebalanceTimeoutMs }
        member.serverAssignor = request.serverAssignor ?? member.serverAssignor
        if let names = request.subscribedTopicNames { member.topicNames = Set(names).sorted() }
        member.topicRegex = request.subscribedTopicRegex ?? member.topicRegex
        member.clientId = context.clientId
        member.clientHost = context.clientHost
        member.classic = nil
        return member
    }

    static func assignment(of member: ConsumerMember) -> ConsumerHeartbeatReply.Assignment {
        var assignment = ConsumerHeartbeatReply.Assignment()
        assignment.topicPartitions = member.assigned.sorted { $0.key < $1.key }.map { topicId, partitions in
            var row = ConsumerHeartbeatReply.TopicPartitions()
            row.topicId = topicId
            row.partitions = partitions.keys.sorted()
            return row
        }
        return assignment
    }

    // MARK: Leaving

    private mutating func leaveConsumerGroup(_ request: ConsumerGroupHeartbeatRequest, token: UInt64, now: Int64) throws(GroupError) -> GroupOutcome {
        guard let group = consumerGroup(request.groupId) else { throw notAConsumerGroup(request.groupId) }
        var response = ConsumerHeartbeatReply()
        response.memberId = request.memberId
        response.memberEpoch = request.memberEpoch
        var outcome = GroupOutcome(token: token, .consumerHeartbeat(response))
        guard let instance = request.instanceId else {
            guard let member = group.members[request.memberId] else {
                throw GroupError(.unknownMemberId, "Member \(request.memberId) is not a member of group \(group.groupId).")
            }
            outcome.records = removeFromConsumerGroup([member.memberId], group, now: now)
            return outcome
        }
        var member = try staticMember(request.memberId, instance, in: group)
        if request.memberEpoch == ConsumerMember.leaveEpoch {
            outcome.records = removeFromConsumerGroup([member.memberId], group, now: now)
        } else {
            // It keeps its partitions until it comes back or its session ends.
            timers.cancel(.consumerRebalance(group: group.groupId, member: member.memberId))
            member.epoch = ConsumerMember.staticLeaveEpoch
            member.pendingRevocation = [:]
            var draft = ConsumerGroupDraft(group, image: image, now: now)
            draft.putAssignment(of: member)
            outcome.records = draft.records
        }
        return outcome
    }

    func notAConsumerGroup(_ id: String) -> GroupError {
        GroupError(.groupIdNotFound, groups[id] == nil ? "Group \(id) not found." : "Group \(id) is not a consumer group.")
    }
}
