import KafkaProtocol
import Vocabulary

extension GroupMember {
    private var joinOptions: RequestOptions {
        // The coordinator holds the answer back until all members have joined or the rebalance timeout has passed.
        let timeout = max(port.requestTimeoutMs, config.maxPollIntervalMs + 5_000)
        var options = RequestOptions(timeoutMs: timeout, attemptTimeoutMs: timeout, retry: .no)
        options.heldMs = timeout
        return options
    }

    func join() {
        attempt += 1
        joiningSince = joiningSince ?? port.now
        let attempt = attempt
        state = .joining
        (needsRejoin, isRevoking) = (false, false)
        ledCounts = nil
        var request = JoinGroupRequest()
        request.groupId = groupId
        request.sessionTimeoutMs = Int32(clamping: config.sessionTimeoutMs)
        request.rebalanceTimeoutMs = Int32(clamping: config.maxPollIntervalMs)
        request.memberId = memberId
        request.protocolType = "consumer"
        request.protocols = config.assignors.map(offer)
        let (instance, reason) = (config.groupInstanceId, joinReason)
        _ = port.submit(
            to: target, options: joinOptions,
            build: { [request] version in
                var request = request
                if version >= 5 { request.groupInstanceId = instance }
                if version >= 8 { request.reason = reason ?? "" }
                return request
            }, retryCode: nil
        ) { [weak self] result in
            guard let self, self.attempt == attempt, case .joining = self.state else { return }
            self.joined(result)
        }
    }

    /// What this member offers under one assignor.
    private func offer(_ assignor: Assignor) -> JoinGroupRequest.JoinGroupRequestProtocol {
        let wasChosen = assignor == lastAssignor
        var subscription = MemberSubscription(memberId: memberId, topics: topics ?? [])
        subscription.ownedPartitions = owner?.ownedPartitions ?? []
        subscription.generationId = generationId >= 0 ? generationId : nil
        subscription.rackId = config.clientRack.isEmpty ? nil : config.clientRack
        subscription.userData = assignor.userData(assigned: wasChosen ? lastAssignment : nil, generation: wasChosen ? generationId : -1)
        var entry = JoinGroupRequest.JoinGroupRequestProtocol()
        entry.name = assignor.rawValue
        entry.metadata = ConsumerProtocol.encode(subscription)
        return entry
    }

    private func joined(_ result: Result<JoinGroupResponse, ClientError>) {
        let answer: JoinGroupResponse
        switch result {
        case .failure(let error): return attemptFailed(error)
        case .success(let value): answer = value
        }
        switch answer.errorCode {
        case .none:
            memberId = answer.memberId
            refusal = nil
            generationId = answer.generationId
            joinReason = nil
            heartbeatDueAt = port.now + Int64(config.heartbeatIntervalMs)
            if answer.leader == answer.memberId { gather(answer) } else { sync(answer, []) }
        case .memberIdRequired:
            memberId = answer.memberId
            join()
        case .unknownMemberId: lose(keepingId: false)
        case .illegalGeneration: lose(keepingId: true)
        case .rebalanceInProgress: retry(forgettingCoordinator: false)
        default: refused(answer.errorCode)
        }
    }

    /// An error that join, sync and heartbeat have in common.
    private func refused(_ code: ErrorCode) {
        refusal = code
        switch code {
        case .notCoordinator, .coordinatorNotAvailable: retry(forgettingCoordinator: true)
        case .coordinatorLoadInProgress: retry(forgettingCoordinator: false)
        case .groupAuthorizationFailed: fail(ClientError(code: code, message: "Not authorized to access group: \(groupId)"))
        default: if code.isRetriable { retry(forgettingCoordinator: false) } else { fail(ClientError(code: code)) }
        }
    }

    private func attemptFailed(_ error: ClientError) {
        if let code = error.code, error.kind == .broker { return refused(code) }
        if port.isFatal(error) { fail(error) } else { retry(forgettingCoordinator: true) }
    }

    // MARK: Leading

    /// The leader needs to know the partitions of every topic that any member wants.
    private func gather(_ answer: JoinGroupResponse) {
        if answer.skipAssignment { return sync(answer, []) }
        let members = answer.members.compactMap(ConsumerProtocol.subscription)
        let wanted = Set(members.flatMap(\.topics))
        let unknown = wanted.filter { port.metadata.topic($0) == nil }
        if unknown.isEmpty { return lead(answer, members) }
        port.track(unknown)
        state = .gathering(answer, members, metadataVersion: port.metadata.version, giveUpAt: port.now + 3_000)
    }

    func lead(_ answer: JoinGroupResponse, _ members: [MemberSubscription]) {
        guard let assignor = answer.protocolName.flatMap(Assignor.init(rawValue:)) else {
            return fail(ClientError(.malformed, message: "Coordinator selected invalid assignment protocol: \(answer.protocolName ?? "null")"))
        }
        var counts: [String: Int32] = [:]
        for topic in Set(members.flatMap(\.topics)) { counts[topic] = count(of: topic) }
        ledCounts = counts
        let assignments = assignor.assign(partitionCounts: counts, members: members, racks: racks(of: counts, members))
        sync(
            answer,
            assignments.sorted { $0.key < $1.key }.map { member, partitions in
                var entry = SyncGroupRequest.SyncGroupRequestAssignment()
                entry.memberId = member
                entry.assignment = ConsumerProtocol.encode(assignment: partitions)
                return entry
            })
    }

    /// The racks of the replicas; not looked up when no member named its own.
    private func racks(of counts: [String: Int32], _ members: [MemberSubscription]) -> [TopicPartition: Set<String>] {
        guard members.contains(where: { $0.rackId?.isEmpty == false }) else { return [:] }
        var racks: [TopicPartition: Set<String>] = [:]
        for topic in counts.keys {
            for partition in port.metadata.topic(topic)?.partitions ?? [] {
                racks[TopicPartition(topic, partition.index)] = Set(partition.replicas.compactMap { port.metadata.brokers[$0]?.rack })
            }
        }
        return racks
    }

    // MARK: Synchronising

    private func sync(_ answer: JoinGroupResponse, _ assignments: [SyncGroupRequest.SyncGroupRequestAssignment]) {
        attempt += 1
        let attempt = attempt
        state = .syncing
        var request = SyncGroupRequest()
        request.groupId = groupId
        request.generationId = generationId
        request.memberId = memberId
        request.assignments = assignments
        let (instance, protocolName) = (config.groupInstanceId, answer.protocolName)
        _ = port.submit(
            to: target, options: joinOptions,
            build: { [request] version in
                var request = request
                if version >= 3 { request.groupInstanceId = instance }
                if version >= 5 {
                    request.protocolType = "consumer"
                    request.protocolName = protocolName
                }
                return request
            }, retryCode: nil
        ) { [weak self] result in
            guard let self, self.attempt == attempt, case .syncing = self.state else { return }
            self.synchronised(result, protocolName.flatMap(Assignor.init(rawValue:)))
        }
    }

    private func synchronised(_ result: Result<SyncGroupResponse, ClientError>, _ assignor: Assignor?) {
        let answer: SyncGroupResponse
        switch result {
        case .failure(let error): return attemptFailed(error)
        case .success(let value): answer = value
        }
        switch answer.errorCode {
        case .none: break
        case .rebalanceInProgress: return retryAtOnce("the group is rebalancing again")
        case .unknownMemberId: return lose(keepingId: false)
        case .illegalGeneration: return lose(keepingId: true)
        default: return refused(answer.errorCode)
        }
        guard let assigned = ConsumerProtocol.assignment(answer.assignment) else {
            return fail(ClientError(.malformed, message: "The group's leader sent an assignment that cannot be read"))
        }
        state = .stable
        (joiningSince, refusal) = (nil, nil)
        heartbeatIsInFlight = false
        heartbeatDueAt = port.now + Int64(config.heartbeatIntervalMs)
        polled(now: port.now)
        (lastAssignment, lastAssignor) = (assigned, assignor)
        adopt(assigned)
    }

    private func retryAtOnce(_ reason: String) {
        attempt += 1
        joinReason = reason
        state = .outside(retryAt: port.now)
    }

    private func adopt(_ assigned: [TopicPartition]) {
        guard let owner else { return }
        let revoked = Set(owner.ownedPartitions).subtracting(assigned)
        guard config.isCooperative, !revoked.isEmpty else { return owner.take(assignment: assigned) }
        // Two phases: let go first, then join again so that what was let go can be given to its new owner (KIP-429).
        let attempt = attempt
        isRevoking = true
        owner.prepareForRebalance { [weak self, weak owner] in
            guard let self, self.attempt == attempt, case .stable = self.state else { return }
            self.isRevoking = false
            owner?.take(assignment: assigned)
            self.requestRejoin("need to revoke partitions and re-join")
        }
    }

    // MARK: Heartbeats

    func heartbeatIfDue(_ now: Int64) {
        guard !heartbeatIsInFlight, now >= heartbeatDueAt else { return }
        heartbeatIsInFlight = true
        heartbeatDueAt = now + Int64(config.heartbeatIntervalMs)
        let generation = generationId
        var request = HeartbeatRequest()
        request.groupId = groupId
        request.generationId = generation
        request.memberId = memberId
        let instance = config.groupInstanceId
        let options = RequestOptions(timeoutMs: config.sessionTimeoutMs, attemptTimeoutMs: config.sessionTimeoutMs, retry: .no)
        _ = port.submit(
            to: target, options: options,
            build: { [request] version in
                var request = request
                if version >= 3 { request.groupInstanceId = instance }
                return request
            }, retryCode: nil
        ) { [weak self] (result: Result<HeartbeatResponse, ClientError>) in
            guard let self, self.heartbeatIsInFlight, self.generationId == generation else { return }
            self.heartbeatIsInFlight = false
            self.heartbeatAnswered(result)
        }
    }

    private func heartbeatAnswered(_ result: Result<HeartbeatResponse, ClientError>) {
        let code: ErrorCode
        switch result {
        case .success(let answer): code = answer.errorCode
        case .failure(let error):
            if port.isFatal(error) { return fail(error) }
            code = .notCoordinator
        }
        switch code {
        case .none, .coordinatorLoadInProgress: break
        case .rebalanceInProgress: requestRejoin("group is already rebalancing")
        case .notCoordinator, .coordinatorNotAvailable:
            port.forgetCoordinator(target)
            heartbeatDueAt = port.now + Int64(port.retryBackoffMs)
        case .unknownMemberId: lose(keepingId: false)
        case .illegalGeneration: lose(keepingId: true)
        case .groupAuthorizationFailed: fail(ClientError(code: code, message: "Not authorized to access group: \(groupId)"))
        default: if !code.isRetriable { fail(ClientError(code: code)) }
        }
    }
}
