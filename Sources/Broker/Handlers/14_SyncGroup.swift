import KafkaProtocol

// SyncGroup, versions 0 to 5; what each added is told at `GroupShard.sync`.

func handleSyncGroup(_ broker: Broker, _ request: SyncGroupRequest, _ context: RequestContext) {
    broker.groups.submit(request.groupId, now: context.now) { shard, token in
        shard.sync(request, token: token, context: .init(context), now: context.now)
    } then: { reply in
        if case .sync(let response) = reply { context.reply(response) } else { context.refuse(request, reply) }
    }
}
