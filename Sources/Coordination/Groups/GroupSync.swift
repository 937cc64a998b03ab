import KafkaProtocol

extension GroupShard {
    /// Serves SyncGroup, versions 0 to 5: 3 added static members, 5 the protocol type and name, which must be those of the group.
    ///
    /// Members wait until the leader's sync brings everyone's assignment.
    public mutating func sync(_ request: SyncGroupRequest, token: UInt64, context: GroupRequestContext, now: Int64) -> GroupOutcome {
        func refuse(_ error: ErrorCode) -> GroupOutcome { GroupOutcome(token: token, .failed(error)) }
        if request.groupId.isEmpty { return refuse(.invalidGroupId) }
        if context.apiVersion >= 5 && (request.protocolType == nil || request.protocolName == nil) { return refuse(.inconsistentGroupProtocol) }
        if let group = consumerGroup(request.groupId) { return syncConsumerGroup(request, group, token: token, now: now) }
        guard var group = takeClassicGroup(request.groupId) else { return refuse(.unknownMemberId) }
        defer { groups[request.groupId] = .classic(group) }
        if let error = validate(request, in: group) { return refuse(error) }
        guard var member = group.members[request.memberId] else { return refuse(.unknownMemberId) }
        switch group.state {
        case .empty: return refuse(.unknownMemberId)
        case .dead: return refuse(.coordinatorNotAvailable)
        case .preparingRebalance: return refuse(.rebalanceInProgress)
        case .stable:
            markSynced(member.memberId, in: &group)
            return GroupOutcome(token: token, .sync(syncResponse(in: group, assignment: member.assignment)))
        case .completingRebalance:
            var outcome = GroupOutcome()
            // A second sync while the first waits: the client gave up on that one.
            answerSync(of: member.memberId, in: &group, .failed(.rebalanceInProgress), &outcome)
            member.awaitingSync = .init(token: token)
            group.put(member)
            markSynced(member.memberId, in: &group)
            if group.isLeader(member.memberId) { assign(request.assignments, in: &group, now: now, &outcome) }
            return outcome
        }
    }

    private func validate(_ request: SyncGroupRequest, in group: ClassicGroup) -> ErrorCode? {
        func differs(_ asked: String?, _ actual: String?) -> Bool {
            guard let asked, let actual else { return false }
            return asked != actual
        }
        if let error = group.validate(request.memberId, request.groupInstanceId) { return error }
        if request.generationId != group.generation { return .illegalGeneration }
        let isInconsistent = differs(request.protocolType, group.protocolType) || differs(request.protocolName, group.protocolName)
        return isInconsistent ? .inconsistentGroupProtocol : nil
    }

    private mutating func markSynced(_ memberId: String, in group: inout ClassicGroup) {
        group.pendingSyncs.remove(memberId)
        if group.pendingSyncs.isEmpty { timers.cancel(.sync(group: group.groupId)) }
    }

    private func syncResponse(in group: ClassicGroup, assignment: Bytes) -> SyncGroupResponse {
        var response = SyncGroupResponse()
        response.protocolType = group.protocolType
        response.protocolName = group.protocolName
        response.assignment = assignment
        return response
    }

    /// Writes down what the leader decided. The group is stable, and the assignments hold, once that is replayed.
    private mutating func assign(
        _ assignments: [SyncGroupRequest.SyncGroupRequestAssignment], in group: inout ClassicGroup, now: Int64, _ outcome: inout GroupOutcome
    ) {
        let byMember = Dictionary(assignments.map { ($0.memberId, $0.assignment.compacted()) }, uniquingKeysWith: { $1 })
        var members = group.orderedMembers
        for index in members.indices {
            members[index].assignment = byMember[members[index].memberId] ?? .empty
            let member = members[index]
            if answerSync(of: member.memberId, in: &group, .sync(syncResponse(in: group, assignment: member.assignment)), &outcome) {
                startSession(member, in: group.groupId, now: now)
            }
        }
        outcome.records.append(
            group.record(
                members: members, generation: group.generation, protocolName: group.protocolName, leader: group.leaderId,
                timestamp: group.stateTimestamp ?? now))
    }

    /// Serves Heartbeat, versions 0 to 4: 3 added static members.
    public mutating func heartbeat(_ request: HeartbeatRequest, token: UInt64, now: Int64) -> GroupOutcome {
        func reply(_ error: ErrorCode) -> GroupOutcome { GroupOutcome(token: token, error == .none ? .heartbeat(HeartbeatResponse()) : .failed(error)) }
        if request.groupId.isEmpty { return reply(.invalidGroupId) }
        if let group = consumerGroup(request.groupId) { return heartbeatConsumerGroup(request, group, token: token, now: now) }
        guard let group = classicGroup(request.groupId) else { return reply(.unknownMemberId) }
        if let error = group.validate(request.memberId, request.groupInstanceId) { return reply(error) }
        if request.generationId != group.generation { return reply(.illegalGeneration) }
        guard let member = group.members[request.memberId] else { return reply(.unknownMemberId) }
        switch group.state {
        case .empty: return reply(.unknownMemberId)
        case .dead: return reply(.coordinatorNotAvailable)
        case .preparingRebalance, .completingRebalance, .stable:
            startSession(member, in: request.groupId, now: now)
            return reply(group.state == .preparingRebalance ? .rebalanceInProgress : .none)
        }
    }

    /// Serves LeaveGroup, versions 0 to 5: 3 made it a batch and lets an administrator name static members by their instance alone
    /// (with an empty member id), 5 added a reason.
    public mutating func leave(_ request: LeaveGroupRequest, token: UInt64, context: GroupRequestContext, now: Int64) -> GroupOutcome {
        if request.groupId.isEmpty { return GroupOutcome(token: token, .failed(.invalidGroupId)) }
        var identities = request.members
        if context.apiVersion < 3 {
            identities = [LeaveGroupRequest.MemberIdentity()]
            identities[0].memberId = request.memberId
        }
        var outcome = GroupOutcome()
        var response = LeaveGroupResponse()
        response.members = identities.map { identity in
            var member = LeaveGroupResponse.MemberResponse()
            member.memberId = identity.memberId
            member.groupInstanceId = identity.groupInstanceId
            member.errorCode = .unknownMemberId
            return member
        }
        if let group = consumerGroup(request.groupId) {
            for (index, error) in leaveConsumerGroup(identities, group, now: now, &outcome).enumerated() { response.members[index].errorCode = error }
        } else if var group = takeClassicGroup(request.groupId) {
            for (index, identity) in identities.enumerated() { response.members[index].errorCode = remove(identity, from: &group, &outcome) }
            if response.members.contains(where: { $0.errorCode == .none }) { rebalanceAfterLeaving(&group, now: now, &outcome) }
            groups[request.groupId] = .classic(group)
        }
        if context.apiVersion < 3 {
            response.errorCode = response.members.first?.errorCode ?? .none
            response.members = []
        }
        outcome.replies.append((token, .leave(response)))
        return outcome
    }

    private mutating func rebalanceAfterLeaving(_ group: inout ClassicGroup, now: Int64, _ outcome: inout GroupOutcome) {
        if group.state == .stable || group.state == .completingRebalance {
            prepareRebalance(&group, now: now, &outcome)
        } else {
            completeJoinIfAllJoined(&group, now: now, &outcome)
        }
    }

    private mutating func remove(
        _ identity: LeaveGroupRequest.MemberIdentity, from group: inout ClassicGroup, _ outcome: inout GroupOutcome
    ) -> ErrorCode {
        var memberId = identity.memberId
        if memberId.isEmpty {
            guard let instance = identity.groupInstanceId, let known = group.memberIdByInstance[instance] else { return .unknownMemberId }
            memberId = known
        } else if group.pendingJoins.contains(memberId) {
            group.remove(memberId)
            cancelSession(memberId, in: group.groupId)
            return .none
        } else if let error = group.validate(memberId, identity.groupInstanceId) {
            return error
        }
        removeMember(memberId, from: &group, &outcome)
        return .none
    }
}
