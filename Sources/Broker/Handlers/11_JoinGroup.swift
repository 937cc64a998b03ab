import KafkaProtocol

// JoinGroup, versions 0 to 9; what each added is told at `GroupShard.join`.

func handleJoinGroup(_ broker: Broker, _ request: JoinGroupRequest, _ context: RequestContext) {
    broker.groups.submit(request.groupId, now: context.now) { shard, token in
        shard.join(
            request, token: token, context: .init(context), memberIdSuffix: broker.groups.memberIdSuffix(), newMemberId: broker.groups.newMemberId(),
            now: context.now)
    } then: { reply in
        if case .join(let response) = reply { context.reply(response) } else { context.refuse(request, reply) }
    }
}
