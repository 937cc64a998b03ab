import KafkaProtocol

// Heartbeat, versions 0 to 4 (3: static members, 4: flexible).

func handleHeartbeat(_ broker: Broker, _ request: HeartbeatRequest, _ context: RequestContext) {
    broker.groups.submit(request.groupId, now: context.now) { shard, token in
        shard.heartbeat(request, token: token, now: context.now)
    } then: { result in
        if case .success(.heartbeat(let response)) = result { return context.reply(response) }
        var response = HeartbeatResponse()
        response.errorCode = result.failure ?? .unknownServerError
        context.reply(response)
    }
}
