import KafkaProtocol

/// The answer to a group request.
public enum GroupReply: Sendable {
    case join(JoinGroupResponse)
    case sync(SyncGroupResponse)
    case heartbeat(HeartbeatResponse)
    case consumerHeartbeat(ConsumerGroupHeartbeatResponse)
    case leave(LeaveGroupResponse)
    case offsetCommit(OffsetCommitResponse)
    case offsetDelete(OffsetDeleteResponse)
    case deleteGroups([DeleteGroupsResponse.DeletableGroupResult])

    /// The same answer when its records could not be written: the error takes the place of every success.
    func failed(_ error: ErrorCode) -> GroupReply {
        switch self {
        case .join(let response):
            var failed = JoinGroupResponse()
            failed.memberId = response.memberId
            failed.errorCode = error
            return .join(failed)
        case .sync: return .sync(.init(error))
        case .heartbeat: return .heartbeat(.init(error))
        case .consumerHeartbeat:
            var failed = ConsumerGroupHeartbeatResponse()
            failed.errorCode = error
            return .consumerHeartbeat(failed)
        case .leave(var response):
            response.errorCode = error
            response.members = []
            return .leave(response)
        case .offsetCommit(var response):
            for topic in response.topics.indices {
                for partition in response.topics[topic].partitions.indices {
                    response.topics[topic].partitions[partition].errorCode = error
                }
            }
            return .offsetCommit(response)
        case .offsetDelete: return .offsetDelete(.init(error))
        case .deleteGroups(var results):
            for index in results.indices { results[index].errorCode = error }
            return .deleteGroups(results)
        }
    }
}

/// The outcome of a group request.
public typealias GroupOutcome = CoordinatorOutcome<GroupReply>

extension JoinGroupResponse {
    init(_ error: ErrorCode, memberId: String) {
        self.init()
        errorCode = error
        self.memberId = memberId
    }
}

extension SyncGroupResponse {
    init(_ error: ErrorCode) {
        self.init()
        errorCode = error
    }
}

extension HeartbeatResponse {
    init(_ error: ErrorCode) {
        self.init()
        errorCode = error
    }
}

extension OffsetDeleteResponse {
    init(_ error: ErrorCode) {
        self.init()
        errorCode = error
    }
}
