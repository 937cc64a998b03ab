import Coordination
import KafkaProtocol

/// Drives one shard as a broker would: appends what it yields to a log in memory, replays it, hands out the replies.
final class GroupDriver {
    var configuration = GroupConfiguration()
    var shard: GroupShard
    var log: [CoordinatorRecord] = []
    var now: Int64 = 1_000_000
    var replies: [UInt64: GroupReply] = [:]
    /// Appends fail with this error while it is set.
    var appendError: ErrorCode?
    private var token: UInt64 = 0
    private var members = 0

    init(_ configure: (inout GroupConfiguration) -> Void = { _ in }) {
        configuration.initialRebalanceDelayMs = 3_000
        configure(&configuration)
        shard = GroupShard(configuration: configuration)
        settle(shard.finishLoading(now: now))
    }

    func settle(_ outcome: GroupOutcome) {
        var outcome = outcome
        if !outcome.records.isEmpty, let appendError {
            outcome = shard.reject(outcome, error: appendError, now: now)
        }
        for record in outcome.records {
            shard.replay(record, offset: Int64(log.count))
            log.append(record)
        }
        for (token, reply) in outcome.replies {
            precondition(replies[token] == nil, "answered twice")
            replies[token] = reply
        }
    }

    func advance(_ ms: Int64) {
        let end = now + ms
        while let next = shard.nextDeadline, next <= end {
            now = max(now, next)
            settle(shard.tick(now: now))
        }
        now = end
    }

    func nextToken() -> UInt64 {
        token += 1
        return token
    }

    /// Sends a join; the token finds the answer once there is one.
    func join(
        _ group: String, member: String = "", instance: String? = nil, protocols: [String] = ["range"], topics: [String] = ["t"],
        version: Int16 = 9, type: String = "consumer", session: Int32 = 10_000, rebalance: Int32 = 60_000, metadata: Bytes? = nil
    ) -> UInt64 {
        var request = JoinGroupRequest()
        request.groupId = group
        request.memberId = member
        request.groupInstanceId = instance
        request.protocolType = type
        request.sessionTimeoutMs = session
        request.rebalanceTimeoutMs = rebalance
        var subscription = ConsumerProtocolSubscription()
        subscription.topics = topics
        request.protocols = protocols.map { name in
            var entry = JoinGroupRequest.JoinGroupRequestProtocol()
            entry.name = name
            entry.metadata = metadata ?? Bytes([0, 1] + subscription.encoded(version: 1).array)
            return entry
        }
        members += 1
        let token = nextToken()
        settle(
            shard.join(
                request, token: token, context: .init(apiVersion: version, clientId: "c", clientHost: "/127.0.0.1"), memberIdSuffix: "\(members)",
                newMemberId: "new-\(members)",
                now: now))
        return token
    }

    /// The two calls with which a member without an id joins; the second waits.
    func joinNew(_ group: String, protocols: [String] = ["range"], topics: [String] = ["t"], session: Int32 = 10_000) -> (String, UInt64) {
        let first = join(group, protocols: protocols, topics: topics, session: session)
        let id = joined(first)?.memberId ?? ""
        return (id, join(group, member: id, protocols: protocols, topics: topics, session: session))
    }

    /// The answer that a broker makes of a failure.
    func failure<R: Request>(of request: R, _ token: UInt64, version: Int16 = R.versions.upperBound) -> R.Response? {
        guard case .failed(let code, let message)? = replies[token] else { return nil }
        return request.failure(code, message: message, version: version)
    }

    func joined(_ token: UInt64) -> JoinGroupResponse? {
        if case .join(let response)? = replies[token] { return response }
        return failure(of: JoinGroupRequest(), token)
    }

    func synced(_ token: UInt64) -> SyncGroupResponse? {
        if case .sync(let response)? = replies[token] { return response }
        return failure(of: SyncGroupRequest(), token)
    }

    func sync(_ group: String, member: String, generation: Int32, assignments: [String: String] = [:], instance: String? = nil) -> UInt64 {
        var request = SyncGroupRequest()
        request.groupId = group
        request.memberId = member
        request.groupInstanceId = instance
        request.generationId = generation
        request.protocolType = "consumer"
        request.protocolName = "range"
        request.assignments = assignments.sorted { $0.key < $1.key }.map { id, text in
            var assignment = SyncGroupRequest.SyncGroupRequestAssignment()
            assignment.memberId = id
            assignment.assignment = Bytes(text)
            return assignment
        }
        let token = nextToken()
        settle(shard.sync(request, token: token, context: .init(apiVersion: 5), now: now))
        return token
    }

    func heartbeat(_ group: String, member: String, generation: Int32, instance: String? = nil) -> ErrorCode? {
        var request = HeartbeatRequest()
        request.groupId = group
        request.memberId = member
        request.groupInstanceId = instance
        request.generationId = generation
        let token = nextToken()
        settle(shard.heartbeat(request, token: token, now: now))
        if case .heartbeat(let response)? = replies[token] { return response.errorCode }
        return failure(of: request, token)?.errorCode
    }

    func leave(_ group: String, _ members: [(id: String, instance: String?)]) -> LeaveGroupResponse? {
        var request = LeaveGroupRequest()
        request.groupId = group
        request.members = members.map { member in
            var identity = LeaveGroupRequest.MemberIdentity()
            identity.memberId = member.id
            identity.groupInstanceId = member.instance
            return identity
        }
        let token = nextToken()
        settle(shard.leave(request, token: token, context: .init(apiVersion: 5), now: now))
        if case .leave(let response)? = replies[token] { return response }
        return failure(of: request, token)
    }

    func commit(
        _ group: String, _ topic: String, _ offsets: [Int32: Int64], member: String = "", generation: Int32 = -1, metadata: String = "",
        retention: Int64 = -1, version: Int16 = 9, topicId: Uuid = .zero
    ) -> ErrorCode? {
        var request = OffsetCommitRequest()
        request.groupId = group
        request.memberId = member
        request.generationIdOrMemberEpoch = generation
        request.retentionTimeMs = retention
        var entry = OffsetCommitRequest.OffsetCommitRequestTopic()
        entry.name = topic
        entry.topicId = topicId
        entry.partitions = offsets.sorted { $0.key < $1.key }.map { index, offset in
            var partition = OffsetCommitRequest.OffsetCommitRequestTopic.OffsetCommitRequestPartition()
            partition.partitionIndex = index
            partition.committedOffset = offset
            partition.committedMetadata = metadata
            return partition
        }
        request.topics = [entry]
        let token = nextToken()
        settle(shard.commitOffsets(request, token: token, context: .init(apiVersion: version), now: now))
        if case .offsetCommit(let response)? = replies[token] { return response.topics.first?.partitions.first?.errorCode }
        return failure(of: request, token, version: version)?.topics.first?.partitions.first?.errorCode
    }

    /// `topic-partition` → offset, for everything a group committed.
    func committed(_ group: String) -> [String: Int64] {
        let response = shard.fetchOffsets(group: group, topics: nil, requireStable: false)
        return Dictionary(
            uniqueKeysWithValues: response.topics.flatMap { topic in topic.partitions.map { ("\(topic.name)-\($0.partitionIndex)", $0.committedOffset) } })
    }

    func delete(_ group: String) -> ErrorCode? {
        let token = nextToken()
        settle(shard.deleteGroups([group], token: token))
        if case .deleteGroups(let results)? = replies[token] { return results.first?.errorCode }
        var request = DeleteGroupsRequest()
        request.groupsNames = [group]
        return failure(of: request, token)?.results.first?.errorCode
    }

    func deleteOffsets(_ group: String, _ topic: String, _ partition: Int32) -> OffsetDeleteResponse? {
        var request = OffsetDeleteRequest()
        request.groupId = group
        var entry = OffsetDeleteRequest.OffsetDeleteRequestTopic()
        entry.name = topic
        entry.partitions = [.init()]
        entry.partitions[0].partitionIndex = partition
        request.topics = [entry]
        let token = nextToken()
        settle(shard.deleteOffsets(request, token: token))
        if case .offsetDelete(let response)? = replies[token] { return response }
        return failure(of: request, token)
    }

    func state(_ group: String) -> String { shard.describe(group, version: 5).groupState }

    /// A shard folded from the log alone.
    func recovered() -> GroupShard {
        var shard = GroupShard(configuration: configuration)
        for (offset, record) in log.enumerated() { shard.replay(record, offset: Int64(offset)) }
        _ = shard.finishLoading(now: now)
        return shard
    }

    /// A stable group of one dynamic member.
    func stableMember(_ group: String, metadata: Bytes) -> String {
        let id = joined(join(group, metadata: metadata))?.memberId ?? ""
        let token = join(group, member: id, metadata: metadata)
        advance(6_000)
        _ = sync(group, member: id, generation: joined(token)?.generationId ?? -1)
        return id
    }

    /// A stable group of two dynamic members; the first is the leader.
    func stablePair(_ group: String) -> (String, String) {
        let (a, joinA) = joinNew(group)
        let (b, _) = joinNew(group)
        advance(6_000)
        let generation = joined(joinA)?.generationId ?? -1
        _ = sync(group, member: b, generation: generation)
        _ = sync(group, member: a, generation: generation, assignments: [a: "for a", b: "for b"])
        return (a, b)
    }
}
