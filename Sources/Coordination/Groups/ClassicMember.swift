import KafkaProtocol

/// A member of a classic group.
struct ClassicMember: Sendable {
    var memberId: String
    var groupInstanceId: String?
    var clientId: String
    var clientHost: String
    var rebalanceTimeoutMs: Int32
    var sessionTimeoutMs: Int32
    /// The protocols the member can use with its metadata for each, the preferred one first.
    var protocols: [SupportedProtocol]
    var assignment: Bytes = .empty
    /// The join that waits for the rebalance to complete.
    var awaitingJoin: PendingJoin?
    /// The sync that waits for the leader's assignment.
    var awaitingSync: PendingSync?
    /// True until the member got the answer to its first join. It does not know its id yet, so it cannot send heartbeats.
    var isNew = false
    /// Its place in the order in which members came; `ClassicMemberList` gives it.
    var order = 0

    struct SupportedProtocol: Hashable, Sendable {
        var name: String
        var metadata: Bytes
    }

    struct PendingJoin: Sendable {
        var token: UInt64
        var version: Int16
    }

    struct PendingSync: Sendable {
        var token: UInt64
    }

    var isStatic: Bool { groupInstanceId != nil }

    /// The metadata for a protocol; empty when the member does not know it.
    func metadata(for name: String?) -> Bytes { protocols.first { $0.name == name }?.metadata ?? .empty }

    /// The candidate that the member likes best.
    func vote(among candidates: Set<String>) -> String? { protocols.first { candidates.contains($0.name) }?.name }

    /// True when the session cannot expire now: the member waits for the coordinator rather than the other way round.
    var isExcusedFromHeartbeats: Bool { !isNew && (awaitingJoin != nil || awaitingSync != nil) }
}

extension ClassicMember {
    init(_ record: GroupMetadataValue.MemberMetadata, protocol name: String?) {
        memberId = record.memberId
        groupInstanceId = record.groupInstanceId
        clientId = record.clientId
        clientHost = record.clientHost
        rebalanceTimeoutMs = record.rebalanceTimeout == -1 ? record.sessionTimeout : record.rebalanceTimeout
        sessionTimeoutMs = record.sessionTimeout
        protocols = [SupportedProtocol(name: name ?? "", metadata: record.subscription.compacted())]
        assignment = record.assignment.compacted()
    }
}
