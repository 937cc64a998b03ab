import Coordination
import KafkaProtocol

// CreateTopics, versions 2 to 7. 4: the broker's defaults for partitions and replicas (-1). 5: flexible, the topic's configuration in the answer.
// 7: topic ids.

func handleCreateTopics(_ broker: Broker, _ request: CreateTopicsRequest, _ context: RequestContext) {
    do {
        context.reply(try broker.metadata.createTopics(request))
    } catch {
        context.refuse(request, error)
    }
}
