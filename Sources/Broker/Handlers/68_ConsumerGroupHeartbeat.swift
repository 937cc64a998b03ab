import KafkaProtocol

// ConsumerGroupHeartbeat, versions 0 to 1; what 1 added is told at `GroupShard.consumerHeartbeat`.

func handleConsumerGroupHeartbeat(_ broker: Broker, _ request: ConsumerGroupHeartbeatRequest, _ context: RequestContext) {
    broker.groups.submit(request.groupId, now: context.now) { shard, token in
        shard.consumerHeartbeat(request, token: token, context: .init(context), newMemberId: broker.groups.newMemberId(), now: context.now)
    } then: { result in
        if case .success(.consumerHeartbeat(let response)) = result { return context.reply(response) }
        var response = ConsumerGroupHeartbeatResponse()
        response.errorCode = result.failure ?? .unknownServerError
        context.reply(response)
    }
}
