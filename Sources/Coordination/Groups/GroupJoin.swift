import KafkaProtocol

extension GroupShard {
    /// Serves JoinGroup, versions 0 to 9: 1 added the rebalance timeout, 4 asks new members to come back with the id they are given
    /// (KIP-394), 5 static members (KIP-345), 7 the protocol type in the answer, 8 a reason, 9 tells a static leader to skip its assignment.
    ///
    /// The answer waits for the rebalance, unless it is an error or the member knows everything already.
    /// - Parameters:
    ///   - memberIdSuffix: makes a new member's id unique: Kafka uses a random UUID's text.
    ///   - newMemberId: the whole id of a new member of a group of the consumer protocol.
    public mutating func join(
        _ request: JoinGroupRequest, token: UInt64, context: GroupRequestContext, memberIdSuffix: String, newMemberId: String, now: Int64
    ) -> GroupOutcome {
        func refuse(_ error: ErrorCode, memberId: String) -> GroupOutcome {
            var response = JoinGroupResponse(error, memberId: memberId)
            response.protocolName = context.apiVersion >= 7 ? nil : ""
            return GroupOutcome(token: token, .join(response))
        }
        if request.groupId.isEmpty { return refuse(.invalidGroupId, memberId: request.memberId) }
        guard configuration.minSessionTimeoutMs <= request.sessionTimeoutMs, request.sessionTimeoutMs <= configuration.maxSessionTimeoutMs else {
            return refuse(.invalidSessionTimeout, memberId: request.memberId)
        }
        let id = request.groupId
        let longestPrefix = max(request.groupInstanceId?.utf8.count ?? 0, context.clientId.utf8.count)
        if longestPrefix + memberIdSuffix.utf8.count + 1 > WireWriter.maxStringBytes { return refuse(.unknownServerError, memberId: request.memberId) }
        let consumerGroup = consumerGroup(id)
        if let group = consumerGroup, !group.members.isEmpty {
            var call = JoinCall(request, token: token, context: context)
            do throws(GroupError) { try joinConsumerGroup(&call, group, newMemberId: newMemberId, now: now) } catch {
                call.refuse(error.code, memberId: error.code == .groupMaxSizeReached ? "" : call.memberId)
            }
            return call.outcome
        }
        let isNewMember = request.memberId.isEmpty
        let isNewGroup = classicGroup(id) == nil
        if isNewGroup && !isNewMember { return refuse(.unknownMemberId, memberId: request.memberId) }
        // From here on it is a classic group, whatever it was before.
        let tombstones = consumerGroup == nil ? foreignTombstones(id) : groupTombstones(id)
        var group = takeClassicGroup(id) ?? ClassicGroup(groupId: id)
        if isNewGroup { group.replaced = consumerGroup }
        var call = JoinCall(request, token: token, context: context)
        if !accepts(call.memberId, in: group) {
            group.remove(call.memberId)
            call.refuse(.groupMaxSizeReached, memberId: "")
        } else if !group.supports(protocolType: call.request.protocolType, protocols: call.protocols) {
            call.refuse(.inconsistentGroupProtocol, memberId: call.memberId)
        } else if isNewMember {
            joinNew(&call, &group, suffix: memberIdSuffix, now: now)
        } else {
            rejoin(&call, &group, now: now)
        }
        if isNewGroup && call.outcome.records.isEmpty { call.outcome.records.append(group.creationRecord(now: now)) }
        call.outcome.records = tombstones + call.outcome.records
        groups[id] = .classic(group)
        return call.outcome
    }

    /// A join in progress: what was asked, and what came of it so far.
    struct JoinCall {
        var request: JoinGroupRequest
        var token: UInt64
        var context: GroupRequestContext
        var protocols: [ClassicMember.SupportedProtocol]
        var outcome = GroupOutcome()

        init(_ request: JoinGroupRequest, token: UInt64, context: GroupRequestContext) {
            self.request = request
            self.token = token
            self.context = context
            if context.apiVersion < 1 { self.request.rebalanceTimeoutMs = request.sessionTimeoutMs }
            // Copied, so that a member does not keep the request's whole buffer alive.
            protocols = request.protocols.map { .init(name: $0.name, metadata: $0.metadata.compacted()) }
        }

        var memberId: String { request.memberId }
        var pending: ClassicMember.PendingJoin { .init(token: token, version: context.apiVersion) }

        mutating func reply(_ response: JoinGroupResponse) {
            var response = response
            if context.apiVersion < 7 { response.protocolName = response.protocolName ?? "" }
            outcome.replies.append((token, .join(response)))
        }

        mutating func refuse(_ error: ErrorCode, memberId: String) {
            var response = JoinGroupResponse(error, memberId: memberId)
            response.protocolName = nil
            reply(response)
        }
    }

    /// Whether the group has room. While members join again, those who were quickest stay.
    private func accepts(_ memberId: String, in group: ClassicGroup) -> Bool {
        switch group.state {
        case .empty, .dead: true
        case .preparingRebalance: group.members[memberId]?.awaitingJoin != nil || group.awaitingJoins < configuration.maxGroupSize
        case .completingRebalance, .stable: group.members[memberId] != nil || group.members.count < configuration.maxGroupSize
        }
    }

    private mutating func joinNew(_ call: inout JoinCall, _ group: inout ClassicGroup, suffix: String, now: Int64) {
        if let instance = call.request.groupInstanceId {
            let memberId = "\(instance)-\(suffix)"
            if let old = group.memberIdByInstance[instance] {
                replaceStatic(old, by: memberId, &call, &group, now: now)
            } else {
                add(memberId, &call, &group, now: now)
            }
            return
        }
        let memberId = "\(call.context.clientId)-\(suffix)"
        if call.context.apiVersion >= 4 {
            group.pendingJoins.insert(memberId)
            timers.schedule(.session(group: group.groupId, member: memberId), at: now + Int64(call.request.sessionTimeoutMs))
            call.refuse(.memberIdRequired, memberId: memberId)
        } else {
            add(memberId, &call, &group, now: now)
        }
    }

    private mutating func rejoin(_ call: inout JoinCall, _ group: inout ClassicGroup, now: Int64) {
        let memberId = call.memberId
        if group.pendingJoins.contains(memberId) && call.request.groupInstanceId == nil {
            return add(memberId, &call, &group, now: now)
        }
        if let error = group.validate(memberId, call.request.groupInstanceId) { return call.refuse(error, memberId: memberId) }
        guard let member = group.members[memberId] else { return }
        let isUnchanged = member.protocols == call.protocols
        switch group.state {
        case .preparingRebalance: update(member, &call, &group, now: now)
        case .completingRebalance where isUnchanged:
            // The answer may have got lost: it is given again.
            call.reply(joinResponse(for: memberId, in: group, version: call.context.apiVersion))
        case .stable where isUnchanged && !group.isLeader(memberId):
            call.reply(joinResponse(for: memberId, in: group, version: call.context.apiVersion, withMembers: false))
        case .completingRebalance, .stable:
            // Also when the leader comes again: something outside the group, such as a topic's partitions, has changed.
            update(member, &call, &group, now: now)
        case .empty, .dead: call.refuse(.unknownMemberId, memberId: memberId)
        }
    }

    private mutating func add(_ memberId: String, _ call: inout JoinCall, _ group: inout ClassicGroup, now: Int64) {
        let request = call.request
        var member = ClassicMember(
            memberId: memberId, groupInstanceId: request.groupInstanceId, clientId: call.context.clientId, clientHost: call.context.clientHost,
            rebalanceTimeoutMs: request.rebalanceTimeoutMs, sessionTimeoutMs: request.sessionTimeoutMs, protocols: call.protocols)
        member.isNew = true
        member.awaitingJoin = call.pending
        if group.members.isEmpty { group.protocolType = request.protocolType }
        if group.state == .preparingRebalance && group.previousState == .empty { group.newMemberAdded = true }
        group.add(member)
        timers.schedule(.session(group: group.groupId, member: memberId), at: now + configuration.newMemberJoinTimeoutMs)
        rebalanceOrComplete(&group, now: now, &call.outcome)
    }

    private mutating func update(_ member: ClassicMember, _ call: inout JoinCall, _ group: inout ClassicGroup, now: Int64) {
        // A second join while the first waits: the client gave up on that one.
        answerJoin(of: member.memberId, in: &group, JoinGroupResponse(.rebalanceInProgress, memberId: member.memberId), &call.outcome)
        group.put(updated(member, call))
        rebalanceOrComplete(&group, now: now, &call.outcome)
    }

    private func updated(_ member: ClassicMember, _ call: JoinCall) -> ClassicMember {
        var member = member
        member.protocols = call.protocols
        member.rebalanceTimeoutMs = call.request.rebalanceTimeoutMs
        member.sessionTimeoutMs = call.request.sessionTimeoutMs
        member.awaitingJoin = call.pending
        return member
    }

    /// A static member came back without its id: it gets a new one, the old one is fenced, and a stable group stays as it is.
    private mutating func replaceStatic(
        _ oldMemberId: String, by memberId: String, _ call: inout JoinCall, _ group: inout ClassicGroup, now: Int64
    ) {
        guard let old = group.members[oldMemberId] else { return }
        let oldLeader = group.leaderId
        answerJoin(of: oldMemberId, in: &group, JoinGroupResponse(.fencedInstanceId, memberId: oldMemberId), &call.outcome)
        answerSync(of: oldMemberId, in: &group, .failed(.fencedInstanceId), &call.outcome)
        var member = updated(old, call)
        member.memberId = memberId
        member.awaitingSync = nil
        member.isNew = false
        // The new session; the old id's runs out without effect.
        startSession(member, in: group.groupId, now: now)
        var replaced = group
        replaced.replaceStatic(oldMemberId, by: member)
        guard group.state == .stable, replaced.selectProtocol() == group.protocolName else {
            group = replaced
            return rebalanceOrComplete(&group, now: now, &call.outcome)
        }
        // Takes effect when it is replayed, so a failed append leaves the old member in place.
        member.awaitingJoin = nil
        group.prepared[memberId] = member
        var response = JoinGroupResponse()
        if call.context.apiVersion >= 9 {
            response = joinResponse(for: memberId, in: replaced, version: call.context.apiVersion)
            response.skipAssignment = replaced.isLeader(memberId)
        } else {
            response = joinResponse(for: memberId, in: replaced, version: call.context.apiVersion, withMembers: false)
            // Naming the old leader keeps the member from computing an assignment that nobody waits for.
            response.leader = oldLeader ?? ""
        }
        call.reply(response)
        call.outcome.records.append(
            replaced.record(
                members: replaced.orderedMembers, generation: group.generation, protocolName: group.protocolName, leader: replaced.leaderId,
                timestamp: group.stateTimestamp ?? -1))
    }
}
