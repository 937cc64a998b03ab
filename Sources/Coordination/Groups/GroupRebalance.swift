import KafkaProtocol

/// The course of a rebalance: members are asked to join again, the generation begins once all have or the time is over, the leader's
/// assignment makes the group stable.
extension GroupShard {
    /// Begins a rebalance where the group's state allows it; else sees whether the one under way can complete.
    mutating func rebalanceOrComplete(_ group: inout ClassicGroup, now: Int64, _ outcome: inout GroupOutcome) {
        if group.canRebalance {
            prepareRebalance(&group, now: now, &outcome)
        } else {
            completeJoinIfAllJoined(&group, now: now, &outcome)
        }
    }

    mutating func prepareRebalance(_ group: inout ClassicGroup, now: Int64, _ outcome: inout GroupOutcome) {
        if group.state == .completingRebalance { propagateError(.rebalanceInProgress, in: &group, now: now, &outcome) }
        group.pendingSyncs = []
        timers.cancel(.sync(group: group.groupId))
        let isFirst = group.state == .empty
        group.transition(to: .preparingRebalance, now: now)
        if isFirst {
            let delay = configuration.initialRebalanceDelayMs
            let remaining = max(group.rebalanceTimeoutMs - delay, 0)
            group.initialDelay = .init(delayMs: delay, remainingMs: remaining)
            group.newMemberAdded = false
            timers.schedule(.join(group: group.groupId), at: now + delay)
        } else if group.hasAllMembersJoined {
            completeJoin(&group, now: now, &outcome)
        } else {
            timers.schedule(.join(group: group.groupId), at: now + group.rebalanceTimeoutMs)
        }
    }

    /// Completes the rebalance that is under way once nobody is missing. The first one of a group waits out its delay.
    mutating func completeJoinIfAllJoined(_ group: inout ClassicGroup, now: Int64, _ outcome: inout GroupOutcome) {
        guard group.state == .preparingRebalance, group.previousState != .empty, group.hasAllMembersJoined else { return }
        completeJoin(&group, now: now, &outcome)
    }

    mutating func expireJoin(_ id: String, now: Int64, _ outcome: inout GroupOutcome) {
        guard var group = takeClassicGroup(id) else { return }
        defer { groups[id] = .classic(group) }
        guard group.state == .preparingRebalance else { return }
        if let delay = group.initialDelay, group.newMemberAdded && delay.remainingMs > 0 {
            group.newMemberAdded = false
            let next = min(configuration.initialRebalanceDelayMs, delay.remainingMs)
            group.initialDelay = .init(delayMs: next, remainingMs: max(delay.remainingMs - delay.delayMs, 0))
            timers.schedule(.join(group: id), at: now + next)
            return
        }
        completeJoin(&group, now: now, &outcome)
    }

    /// Ends the joining: who has not come back is out, unless it is static, and the rest is told of the new generation.
    mutating func completeJoin(_ group: inout ClassicGroup, now: Int64, _ outcome: inout GroupOutcome) {
        let id = group.groupId
        timers.cancel(.join(group: id))
        group.initialDelay = nil
        for member in group.orderedMembers where member.awaitingJoin == nil && !member.isStatic {
            group.remove(member.memberId)
            cancelSession(member.memberId, in: id)
        }
        if group.members.isEmpty {
            // Becomes true when it is replayed.
            outcome.records.append(
                group.record(members: [], generation: group.generation &+ 1, protocolName: nil, leader: nil, timestamp: now))
        } else if !group.electJoinedLeader() {
            // Only static members are left, and none is there. Their sessions decide.
            timers.schedule(.join(group: id), at: now + group.rebalanceTimeoutMs)
        } else {
            group.beginGeneration(now: now)
            for var member in group.orderedMembers {
                let waiting = member.awaitingJoin
                if let waiting {
                    let response = joinResponse(for: member.memberId, in: group, version: waiting.version)
                    outcome.replies.append((waiting.token, .join(response)))
                }
                member.awaitingJoin = nil
                member.isNew = false
                group.put(member)
                startSession(member, in: id, now: now)
                group.pendingSyncs.insert(member.memberId)
            }
            timers.schedule(.sync(group: id), at: now + group.rebalanceTimeoutMs)
        }
    }

    /// What a member is told about the current generation; the leader also learns who the others are.
    func joinResponse(for memberId: String, in group: ClassicGroup, version: Int16, withMembers: Bool = true) -> JoinGroupResponse {
        var response = JoinGroupResponse()
        response.memberId = memberId
        response.generationId = group.generation
        response.protocolType = group.protocolType
        response.protocolName = group.protocolName ?? (version >= 7 ? nil : "")
        response.leader = group.leaderId ?? ""
        if withMembers && group.isLeader(memberId) {
            response.members = group.orderedMembers.map { other in
                var member = JoinGroupResponse.JoinGroupResponseMember()
                member.memberId = other.memberId
                member.groupInstanceId = other.groupInstanceId
                member.metadata = other.metadata(for: group.protocolName)
                return member
            }
        }
        return response
    }

    /// Answers every waiting sync with an error. The assignments are void.
    mutating func propagateError(_ error: ErrorCode, in group: inout ClassicGroup, now: Int64, _ outcome: inout GroupOutcome) {
        for var member in group.orderedMembers {
            member.assignment = .empty
            group.put(member)
            if answerSync(of: member.memberId, in: &group, .failed(error), &outcome) { startSession(member, in: group.groupId, now: now) }
        }
    }

    mutating func expireSync(_ id: String, now: Int64, _ outcome: inout GroupOutcome) {
        guard var group = takeClassicGroup(id) else { return }
        defer { groups[id] = .classic(group) }
        guard group.state == .completingRebalance || group.state == .stable, !group.pendingSyncs.isEmpty else { return }
        for member in group.pendingSyncs.sorted() {
            group.remove(member)
            cancelSession(member, in: id)
        }
        prepareRebalance(&group, now: now, &outcome)
    }

    mutating func expireSession(_ id: String, _ memberId: String, now: Int64, _ outcome: inout GroupOutcome) {
        guard var group = takeClassicGroup(id) else { return }
        defer { groups[id] = .classic(group) }
        if group.pendingJoins.contains(memberId) {
            group.remove(memberId)
            if group.state == .preparingRebalance && group.hasAllMembersJoined { completeJoinIfAllJoined(&group, now: now, &outcome) }
        } else if let member = group.members[memberId], !member.isExcusedFromHeartbeats {
            removeMember(memberId, from: &group, &outcome)
            rebalanceOrComplete(&group, now: now, &outcome)
        }
    }

    /// Removes a member; a join it still waits with is told to start over.
    mutating func removeMember(_ memberId: String, from group: inout ClassicGroup, _ outcome: inout GroupOutcome) {
        cancelSession(memberId, in: group.groupId)
        answerJoin(of: memberId, in: &group, JoinGroupResponse(.unknownMemberId, memberId: ""), &outcome)
        answerSync(of: memberId, in: &group, .failed(.unknownMemberId), &outcome)
        group.remove(memberId)
    }
}
