import KafkaProtocol

/// The classic protocol's requests from members of a group of the consumer protocol: a generation is the member's epoch, and nobody leads,
/// because the coordinator assigns.
extension GroupShard {
    mutating func joinConsumerGroup(_ call: inout JoinCall, _ group: ConsumerGroup, newMemberId: String, now: Int64) throws(GroupError) {
        let request = call.request
        let isNewMember = request.memberId.isEmpty
        let memberId = isNewMember ? newMemberId : request.memberId
        if configuration.migrationPolicy == .disabled { throw GroupError(.inconsistentGroupProtocol, "") }
        if group.members[memberId] == nil && group.members.count >= configuration.consumerMaxGroupSize { throw GroupError(.groupMaxSizeReached, "") }
        guard group.supports(protocolType: request.protocolType, protocols: call.protocols) else { throw GroupError(.inconsistentGroupProtocol, "") }
        if isNewMember && request.groupInstanceId == nil && call.context.apiVersion >= 4 {
            return call.refuse(.memberIdRequired, memberId: memberId)
        }
        guard let subscription = call.protocols.first.flatMap({ ConsumerProtocolSubscription.decodeVersioned($0.metadata) }) else {
            throw GroupError(.inconsistentGroupProtocol, "")
        }
        var draft = ConsumerGroupDraft(group, image: image, now: now)
        let replaced = request.groupInstanceId.flatMap { group.member(ofInstance: $0) }
        let known = try knownClassicMember(memberId, request, isNewMember: isNewMember, &draft)
        var updated = known ?? ConsumerMember(memberId: memberId)
        updated.groupInstanceId = request.groupInstanceId ?? updated.groupInstanceId
        updated.rackId = subscription.rackId.flatMap { $0.isEmpty ? nil : $0 } ?? updated.rackId
        updated.rebalanceTimeoutMs = request.rebalanceTimeoutMs
        updated.topicNames = Set(subscription.topics).sorted()
        updated.topicRegex = ""
        updated.clientId = call.context.clientId
        updated.clientHost = call.context.clientHost
        updated.classic = .init(sessionTimeoutMs: request.sessionTimeoutMs, protocols: call.protocols)
        let hasSubscriptionChanged = updated.topicNames != (known?.topicNames ?? []) || known?.topicRegex.isEmpty == false
        if known.map({ !updated.hasSameMetadata(as: $0) }) ?? true { draft.putMetadata(of: updated) }
        refreshEpoch(&draft, hasSubscriptionChanged: hasSubscriptionChanged)
        assignIfDue(&draft)
        var owned: AssignedPartitions = [:]
        for row in subscription.ownedPartitions {
            if let topic = image.topic(row.topic) { owned[topic.id, default: []].formUnion(row.partitions) }
        }
        let member = try draft.reconcile(memberId, hasSubscriptionChanged: hasSubscriptionChanged, owned: owned)

        checkedImages[group.groupId] = image.offset
        timers.cancel(.consumerJoin(group: group.groupId, member: memberId))
        call.outcome.records = draft.records
        if let replaced, replaced.memberId != memberId, canDowngradeReplacing(replaced, in: group),
            let records = downgrade(draft.group, without: [replaced.memberId], joining: member, now: now)
        {
            call.outcome.records += records
        } else {
            startSession(member, in: group.groupId, now: now)
            timers.schedule(.consumerSync(group: group.groupId, member: memberId), at: now + Int64(max(0, request.rebalanceTimeoutMs)))
        }
        var response = JoinGroupResponse()
        response.memberId = memberId
        response.generationId = member.epoch
        response.protocolType = ClassicGroup.consumerProtocolType
        response.protocolName = member.classicProtocol?.name ?? ""
        call.reply(response)
    }

    private func canDowngradeReplacing(_ replaced: ConsumerMember, in group: ConsumerGroup) -> Bool {
        configuration.migrationPolicy.allowsDowngrade && group.isClassic(without: [replaced.memberId]) && group.members.count <= configuration.maxGroupSize
    }

    private func knownClassicMember(
        _ memberId: String, _ request: JoinGroupRequest, isNewMember: Bool, _ draft: inout ConsumerGroupDraft
    ) throws(GroupError) -> ConsumerMember? {
        guard let instance = request.groupInstanceId else { return draft.group.members[memberId] }
        if !isNewMember { return try staticMember(memberId, instance, in: draft.group) }
        return draft.group.member(ofInstance: instance).map { draft.replace($0, by: memberId) }
    }

    /// The classic member that a request of the classic protocol names.
    private func classicMember(_ memberId: String, _ instance: String?, in group: ConsumerGroup) -> Result<ConsumerMember, ErrorCode> {
        if let instance {
            guard let member = group.member(ofInstance: instance) else { return .failure(.unknownMemberId) }
            if member.memberId != memberId { return .failure(.fencedInstanceId) }
        }
        guard let member = group.members[memberId], member.usesClassicProtocol else { return .failure(.unknownMemberId) }
        return .success(member)
    }

    mutating func syncConsumerGroup(_ request: SyncGroupRequest, _ group: ConsumerGroup, token: UInt64, now: Int64) -> GroupOutcome {
        func refuse(_ error: ErrorCode) -> GroupOutcome { GroupOutcome(token: token, .failed(error)) }
        let member: ConsumerMember
        switch classicMember(request.memberId, request.groupInstanceId, in: group) {
        case .failure(let error): return refuse(error)
        case .success(let found): member = found
        }
        if member.epoch != request.generationId { return refuse(.illegalGeneration) }
        if request.protocolType.map({ $0 != ClassicGroup.consumerProtocolType }) ?? false { return refuse(.inconsistentGroupProtocol) }
        if request.protocolName.map({ $0 != member.classicProtocol?.name }) ?? false { return refuse(.inconsistentGroupProtocol) }
        if group.assignmentEpoch > member.epoch && member.state != .unrevokedPartitions {
            awaitJoin(of: member, in: group.groupId, now: now)
            return refuse(.rebalanceInProgress)
        }
        timers.cancel(.consumerSync(group: group.groupId, member: member.memberId))
        startSession(member, in: group.groupId, now: now)
        var response = SyncGroupResponse()
        response.protocolType = request.protocolType
        response.protocolName = request.protocolName
        response.assignment = classicAssignment(of: member)
        return GroupOutcome(token: token, .sync(response))
    }

    mutating func heartbeatConsumerGroup(_ request: HeartbeatRequest, _ group: ConsumerGroup, token: UInt64, now: Int64) -> GroupOutcome {
        func reply(_ error: ErrorCode) -> GroupOutcome { GroupOutcome(token: token, error == .none ? .heartbeat(HeartbeatResponse()) : .failed(error)) }
        let member: ConsumerMember
        switch classicMember(request.memberId, request.groupInstanceId, in: group) {
        case .failure(let error): return reply(error)
        case .success(let found): member = found
        }
        if member.epoch != request.generationId { return reply(.illegalGeneration) }
        startSession(member, in: group.groupId, now: now)
        let mustJoin =
            member.epoch < group.assignmentEpoch || member.state == .unrevokedPartitions
            || (member.state == .unreleasedPartitions && !group.isWaitingForOthers(member))
        guard mustJoin else { return reply(.none) }
        awaitJoin(of: member, in: group.groupId, now: now)
        return reply(.rebalanceInProgress)
    }

    private mutating func awaitJoin(of member: ConsumerMember, in id: String, now: Int64) {
        let join = Timer.consumerJoin(group: id, member: member.memberId)
        if timers.deadline(join) == nil { timers.schedule(join, at: now + Int64(max(0, member.rebalanceTimeoutMs))) }
    }

    /// Members of either protocol may be named: an administrator removes them so.
    mutating func leaveConsumerGroup(
        _ identities: [LeaveGroupRequest.MemberIdentity], _ group: ConsumerGroup, now: Int64, _ outcome: inout GroupOutcome
    ) -> [ErrorCode] {
        var leaving: [String: ConsumerMember] = [:]
        let errors = identities.map { identity -> ErrorCode in
            let member: ConsumerMember?
            if let instance = identity.groupInstanceId {
                member = group.member(ofInstance: instance)
                if let member, !identity.memberId.isEmpty, member.memberId != identity.memberId { return .fencedInstanceId }
            } else {
                member = group.members[identity.memberId]
            }
            guard let member else { return .unknownMemberId }
            leaving[member.memberId] = member
            return .none
        }
        if !leaving.isEmpty { outcome.records += removeFromConsumerGroup(Set(leaving.keys), group, now: now) }
        return errors
    }
}
