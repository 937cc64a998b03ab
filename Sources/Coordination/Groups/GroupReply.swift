import KafkaProtocol

/// The answer to a group request.
public enum GroupReply: Sendable {
    case join(JoinGroupResponse)
    case sync(SyncGroupResponse)
    case heartbeat(HeartbeatResponse)
    case consumerHeartbeat(ConsumerGroupHeartbeatResponse)
    case leave(LeaveGroupResponse)
    case offsetCommit(OffsetCommitResponse)
    case txnOffsetCommit(TxnOffsetCommitResponse)
    case offsetDelete(OffsetDeleteResponse)
    case deleteGroups([DeleteGroupsResponse.DeletableGroupResult])
    /// All that was asked has failed; the answer is what the request makes of it (`Request.failure`).
    case failed(ErrorCode, message: String? = nil)
}

/// The outcome of a group request.
public typealias GroupOutcome = CoordinatorOutcome<GroupReply>

extension JoinGroupResponse {
    /// An error that tells the member who it is.
    init(_ error: ErrorCode, memberId: String) {
        self.init()
        errorCode = error
        self.memberId = memberId
    }
}
