import Coordination
import KafkaProtocol

// CreatePartitions, versions 0 to 3. 2: flexible.

func handleCreatePartitions(_ broker: Broker, _ request: CreatePartitionsRequest, _ context: RequestContext) {
    do {
        context.reply(try broker.metadata.createPartitions(request))
    } catch {
        context.refuse(request, error)
    }
}
