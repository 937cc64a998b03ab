import KafkaProtocol

// JoinGroup, versions 0 to 9; what each added is told at `GroupShard.join`.

func handleJoinGroup(_ broker: Broker, _ request: JoinGroupRequest, _ context: RequestContext) {
    broker.groups.submit(request.groupId, now: context.now) { shard, token in
        shard.join(
            request, token: token, context: .init(context), memberIdSuffix: broker.groups.memberIdSuffix(), newMemberId: broker.groups.newMemberId(),
            now: context.now)
    } then: { result in
        switch result {
        case .success(.join(let response)): context.reply(response)
        default:
            var response = JoinGroupResponse()
            response.errorCode = result.failure ?? .unknownServerError
            response.protocolName = context.version >= 7 ? nil : ""
            context.reply(response)
        }
    }
}

extension Result where Failure == ErrorCode {
    /// The error, when it is one.
    var failure: ErrorCode? {
        if case .failure(let error) = self { error } else { nil }
    }
}
