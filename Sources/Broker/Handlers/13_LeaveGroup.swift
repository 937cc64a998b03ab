import KafkaProtocol

// LeaveGroup, versions 0 to 5; what each added is told at `GroupShard.leave`.

func handleLeaveGroup(_ broker: Broker, _ request: LeaveGroupRequest, _ context: RequestContext) {
    broker.groups.submit(request.groupId, now: context.now) { shard, token in
        shard.leave(request, token: token, context: .init(context), now: context.now)
    } then: { reply in
        if case .leave(let response) = reply { context.reply(response) } else { context.refuse(request, reply) }
    }
}
