import KafkaProtocol

// Heartbeat, versions 0 to 4 (3: static members, 4: flexible).

func handleHeartbeat(_ broker: Broker, _ request: HeartbeatRequest, _ context: RequestContext) {
    broker.groups.submit(request.groupId, now: context.now) { shard, token in
        shard.heartbeat(request, token: token, now: context.now)
    } then: { reply in
        if case .heartbeat(let response) = reply { context.reply(response) } else { context.refuse(request, reply) }
    }
}
