import KafkaProtocol
import Security

// ConsumerGroupHeartbeat, versions 0 to 1; what 1 added is told at `GroupShard.consumerHeartbeat`.

func handleConsumerGroupHeartbeat(_ broker: Broker, _ request: ConsumerGroupHeartbeatRequest, _ context: RequestContext) {
    guard request.subscribedTopicNames?.allSatisfy({ context.allows(.describe, .topic($0)) }) ?? true else {
        return context.refuse(request, .topicAuthorizationFailed)
    }
    broker.groups.submit(request.groupId, now: context.now) { shard, token in
        shard.consumerHeartbeat(request, token: token, context: .init(context), newMemberId: broker.groups.newMemberId(), now: context.now)
    } then: { reply in
        if case .consumerHeartbeat(let response) = reply { context.reply(response) } else { context.refuse(request, reply) }
    }
}
